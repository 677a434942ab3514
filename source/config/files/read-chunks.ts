import type { FileHandle } from 'node:fs/promises';

// In bytes.
const chunk = 64 * 1024;

/** The bytes of an open file from `offset` on, at most `length` of them, a piece at a time; fewer where the file ends. */
export async function* readChunks(
  handle: FileHandle,
  offset: number,
  length: number,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; ) {
    const most = Math.min(chunk, length - done);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(most), 0, most, offset + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
