import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
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

/** The second file of a receipt, made with the first records that are put into it. */
export class RecordsFile {
  readonly path: string;
  #handle: FileHandle | null = null;

  constructor(receipt: string) {
    this.path = recordsFile(receipt);
  }

  /**
   * Adds JSON values as one gzip member; they are on the disk when it resolves. Rejects with `record-too-large` (exit code
   * 4) where they could not be read again.
   */
  async append(records: readonly string[]): Promise<StoredRecords> {
    this.#handle ??= await this.#create();
    const handle = this.#handle;
    // Not a sum of what was written: a member may have been torn off.
    const { size: offset } = await handle.stat();
    const sum = createHash('sha256');
    let length = 0;
    let bytes = 0;
    try {
      const pieces = piecesOf(records, of => {
        bytes += of;
      });
      await pipeline(pieces, createGzip(), async member => {
        for await (const piece of member as AsyncIterable<Buffer>) {
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
    return { offset, length, count: records.length, bytes, sha256: sum.digest('hex') };
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

// In bytes: one string of all records could become longer than a string may be.
const pieceSize = 256 * 1024;

function* piecesOf(records: readonly string[], count: (bytes: number) => void): Generator<Buffer> {
  let lines: Buffer[] = [];
  let size = 0;
  let all = 0;
  for (const record of records) {
    // PostgreSQL gives a json column back with the line breaks it came with. Outside of strings they mean nothing,
    // and inside JSON has none.
    const line = Buffer.from(`${record.replaceAll(/[\r\n]+/g, ' ')}\n`);
    all += line.length;
    if (line.length > longestRecord || all > largestMember) throw tooLarge();
    count(line.length);
    lines.push(line);
    size += line.length;
    if (size < pieceSize) continue;
    yield Buffer.concat(lines);
    lines = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(lines);
}

function tooLarge(): ConsoleError {
  return new ConsoleError({
    code: 'record-too-large',
    message: 'A record, or all records of a batch together, are too large for a receipt to keep.',
    hint: 'Without them in the receipt nothing is deleted. Move the large values elsewhere, or delete these records by hand.',
    exitCode: exitCodes.refused,
  });
}

/**
 * The records that a batch deleted, as JSON, in the order they were stored, one at a time and with only a few of them in
 * memory; none where it deleted none. Throws a usage error (exit code 2), `damaged-receipt`, unless every one of them is
 * there. Those before a damage have been given by then, unless the receipt holds their digest, which is compared first.
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
      const tooLong = () => damaged(path, `a record of batch ${batch} is longer than any that is stored`);
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

/** The first record that a batch deleted; undefined where it deleted none. Throws as `readStoredRecords` does. */
export async function firstRecord(receipt: Receipt, batch: ReceiptBatch): Promise<string | undefined> {
  for await (const record of readStoredRecords(receipt, batch)) return record;
  return undefined;
}

/**
 * The values of one stored record. Throws `damaged-receipt` (exit code 2) where it is anything but a list of texts and nulls:
 * a receipt may come from anywhere.
 */
export function valuesOf({ file }: Pick<Receipt, 'file'>, record: string): (string | null)[] {
  const values = parsed(record);
  const good = Array.isArray(values) && values.every(value => value === null || typeof value === 'string');
  if (good) return values;
  throw damaged(recordsFile(file), 'it holds something that is no record');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
