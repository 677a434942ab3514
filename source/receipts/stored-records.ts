import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { writeAll } from './append-text.ts';
import { damaged } from './damaged.ts';
import { syncDirectory } from './make-directory.ts';
import { recordsFile } from './places.ts';
import type { Receipt, ReceiptBatch, StoredRecords } from './receipt.ts';
import { isSystemError } from './system-error.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** The second file of a receipt, made with the first records that are put into it. */
export class RecordsFile {
  readonly path: string;
  #handle: FileHandle | null = null;

  constructor(receipt: string) {
    this.path = recordsFile(receipt);
  }

  /** Adds JSON values as one gzip member; they are on the disk when it resolves. */
  async append(records: readonly string[]): Promise<StoredRecords> {
    // PostgreSQL gives a json column back with the line breaks it came with. Outside of strings they mean nothing,
    // and inside JSON has none.
    const member = await compress(records.map(record => `${record.replaceAll(/[\r\n]+/g, ' ')}\n`).join(''));
    this.#handle ??= await this.#create();
    // Not a sum of what was written: a member may have been torn off.
    const { size: offset } = await this.#handle.stat();
    try {
      await writeAll(this.#handle, member, offset);
      await this.#handle.sync();
    } catch (error) {
      await this.#handle.truncate(offset).catch(() => {});
      throw error;
    }
    return { offset, length: member.length, count: records.length };
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

/**
 * The records that a batch deleted, as JSON, in the order they were stored; empty where it deleted none. Throws a usage
 * error (exit code 2), `damaged-receipt`, unless every one of them is there.
 */
export async function readRecords(receipt: Receipt, batch: ReceiptBatch): Promise<string[]> {
  if (!batch.records) return [];
  const path = recordsFile(receipt.file);
  const records = await readMember(path, batch.records).catch(error => {
    if (!isSystemError(error)) throw error;
    throw damaged(path, `the records of batch ${batch.batch} cannot be read (${error.code})`);
  });
  if (records.length === batch.records.count) return records;
  throw damaged(
    path,
    `batch ${batch.batch} deleted ${batch.records.count} records, and ${records.length} are there`,
  );
}

async function readMember(path: string, { offset, length }: StoredRecords): Promise<string[]> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (offset + length > size) throw damaged(path, 'it is cut off');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead < length) throw damaged(path, 'it is cut off');
    return (await expand(buffer)).toString('utf8').split('\n').slice(0, -1);
  } finally {
    await handle.close();
  }
}
