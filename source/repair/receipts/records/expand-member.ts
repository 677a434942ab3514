import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { readChunks } from '../../../config/files/read-chunks.ts';
import { damaged } from '../damaged.ts';
import type { StoredRecords } from '../receipt.ts';

/** The most bytes that one record, and all records of a batch, may have when expanded. */
export const longestRecord = 128 * 1024 * 1024;
export const largestMember = 1024 * 1024 * 1024;

// What is stored here needs half a megabyte of memory to expand. Without a limit, a forged file could ask for 128 MB.
const expanding = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

/**
 * Expands one zstd frame of `path`, a piece at a time. Throws `damaged-receipt` (exit code 2) before the first piece if
 * the frame is not the one that was stored, and as soon as it exceeds its stated size: a few bytes can expand to more
 * than any memory holds. Old receipts have gzip members instead; the oldest state no size, so a fixed limit applies.
 */
export async function* expandMember(
  handle: FileHandle,
  path: string,
  stored: StoredRecords,
): AsyncGenerator<Buffer> {
  const most = Math.min(stored.bytes ?? largestMember, largestMember);
  await requireStored(handle, path, stored, most);
  const compressed = Readable.from(readChunks(handle, stored.offset, stored.length), { objectMode: false });
  const expanded = (await isGzip(handle, stored.offset)) ? createGunzip() : createZstdDecompress(expanding);
  // Without this, an error of the file would leave the reader below waiting.
  compressed.on('error', error => expanded.destroy(error));
  compressed.pipe(expanded);
  let bytes = 0;
  try {
    for await (const piece of expanded as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > most) throw damaged(path, 'its records expand to more than was stored');
      yield piece;
    }
  } finally {
    compressed.destroy();
    expanded.destroy();
  }
  if (stored.bytes !== undefined && bytes < stored.bytes) throw damaged(path, 'its records are cut off');
}

async function isGzip(handle: FileHandle, offset: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, offset);
  return buffer[0] === 0x1f && buffer[1] === 0x8b;
}

async function requireStored(
  handle: FileHandle,
  path: string,
  { offset, length, sha256 }: StoredRecords,
  most: number,
): Promise<void> {
  const { size } = await handle.stat();
  if (offset + length > size) throw damaged(path, 'it is cut off');
  // Neither makes anything longer by more than a few bytes in a thousand.
  if (length > mostCompressed(most)) {
    throw damaged(path, 'its records are too large');
  }
  if (sha256 === undefined) return;
  const hash = createHash('sha256');
  for await (const piece of readChunks(handle, offset, length)) hash.update(piece);
  if (hash.digest('hex') !== sha256) throw damaged(path, 'its records are not the ones that were stored');
}

function mostCompressed(bytes: number): number {
  return bytes + Math.ceil(bytes / 500) + 1024;
}
