import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { writeAll } from '../../../config/files/append-text.ts';
import { syncDirectory } from '../../../config/files/make-directory.ts';
import { splitLines } from '../../../config/files/split-lines.ts';
import { isSystemError } from '../../../config/files/system-error.ts';
import { ConsoleError, exitCodes } from '../../../errors/errors.ts';
import { damaged } from '../damaged.ts';
import { openPlain } from '../open-plain.ts';
import { recordsFile } from '../places.ts';
import type { Receipt, ReceiptBatch, StoredRecords } from '../receipt.ts';
import { expandMember, largestMember, longestRecord } from './expand-member.ts';

/** A higher level is slower, and records with UUIDs become no smaller. */
export const compression = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};

/** Records as they are stored: a line of JSON each. */
export interface RecordLines {
  number: number;
  /** One or more of these lines each, without a line end at the end. */
  texts: string[];
}

/** The second file of a receipt, created with its first records. */
export class RecordsFile {
  readonly path: string;
  #handle: FileHandle | null = null;

  constructor(receipt: string) {
    this.path = recordsFile(receipt);
  }

  /**
   * Adds records as one zstd frame; when it resolves, they are on disk. Rejects with `record-too-large` (exit code
   * 4) if they could not be read again.
   */
  async append({ number, texts }: RecordLines): Promise<StoredRecords> {
    this.#handle ??= await this.#create();
    const handle = this.#handle;
    // Not the sum of what was written: a frame may have been torn off.
    const { size: offset } = await handle.stat();
    const sum = createHash('sha256');
    let length = 0;
    let bytes = 0;
    try {
      const pieces = piecesOf(texts, of => {
        bytes += of;
      });
      await pipeline(pieces, createZstdCompress(compression), async frame => {
        for await (const piece of frame as AsyncIterable<Buffer>) {
          await writeAll(handle, piece, offset + length);
          sum.update(piece);
          length += piece.length;
        }
      });
      await handle.sync();
    } catch (error) {
      await handle.truncate(offset).catch(() => {});
      throw error;
    }
    return { offset, length, count: number, bytes, sha256: sum.digest('hex') };
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  async #create(): Promise<FileHandle> {
    const handle = await open(this.path, 'wx', 0o600);
    try {
      await syncDirectory(dirname(this.path));
    } catch (error) {
      await handle.close();
      await unlink(this.path).catch(() => {});
      throw error;
    }
    return handle;
  }
}

// In bytes: one string of all records could exceed the maximum length of a string.
const pieceSize = 256 * 1024;

function* piecesOf(texts: readonly string[], count: (bytes: number) => void): Generator<Buffer> {
  let gathered: string[] = [];
  let size = 0;
  let all = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + 1;
    all += bytes;
    if ((bytes > longestRecord && hasLongLine(text)) || all > largestMember) throw tooLarge();
    count(bytes);
    gathered.push(text);
    size += bytes;
    if (size < pieceSize) continue;
    yield pieceOf(gathered);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield pieceOf(gathered);
}

function pieceOf(texts: readonly string[]): Buffer {
  return Buffer.from(`${texts.join('\n')}\n`);
}

function hasLongLine(text: string): boolean {
  return text.split('\n').some(line => Buffer.byteLength(line) + 1 > longestRecord);
}

function tooLarge(): ConsoleError {
  return new ConsoleError({
    code: 'record-too-large',
    message: 'A record, or all records of a batch together, are too large for a receipt to keep.',
    hint: 'Nothing is deleted that the receipt does not hold. Move the large values elsewhere, or delete these records by hand.',
    exitCode: exitCodes.refused,
  });
}

/**
 * The records that a batch deleted, as JSON, in the order they were stored, one at a time and with only a few in memory;
 * none if it deleted none. Throws a usage error (exit code 2), `damaged-receipt`, unless every one of them is there. The
 * records before a damage have been returned by then, unless the receipt holds their digest, which is checked first.
 */
export async function* readStoredRecords(
  receipt: Receipt,
  { batch, records }: ReceiptBatch,
): AsyncGenerator<string> {
  if (!records) return;
  const path = recordsFile(receipt.file);
  let there = 0;
  try {
    const handle = await openPlain(path);
    try {
      const tooLong = () => damaged(path, `a record of batch ${batch} is too long`);
      for await (const { bytes, ended } of splitLines(
        expandMember(handle, path, records),
        longestRecord,
        tooLong,
      )) {
        if (!ended) break;
        there += 1;
        if (there > records.count) throw damaged(path, `batch ${batch} holds more records than it deleted`);
        yield bytes.toString('utf8');
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw damaged(path, `the records of batch ${batch} cannot be read (${error.code})`);
  }
  if (there === records.count) return;
  throw damaged(path, `batch ${batch} deleted ${records.count} records, and ${there} are there`);
}

/** The first record that a batch deleted; undefined if it deleted none. Throws as `readStoredRecords` does. */
export async function firstRecord(receipt: Receipt, batch: ReceiptBatch): Promise<string | undefined> {
  for await (const record of readStoredRecords(receipt, batch)) return record;
  return undefined;
}

/**
 * The values of one stored record. Throws `damaged-receipt` (exit code 2) if it is anything but a list of strings and
 * nulls: a receipt may come from anywhere.
 */
export function valuesOf({ file }: Pick<Receipt, 'file'>, record: string): (string | null)[] {
  const values = parsed(record);
  const good = Array.isArray(values) && values.every(value => value === null || typeof value === 'string');
  if (good) return values;
  throw damaged(recordsFile(file), 'it holds something that is not a record');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
