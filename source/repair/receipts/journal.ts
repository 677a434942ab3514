import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { appendText } from '../../config/files/append-text.ts';
import { exposed, exposureOf, linked } from '../../config/files/exposure.ts';
import { readChunks } from '../../config/files/read-chunks.ts';
import { splitLines } from '../../config/files/split-lines.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { amount } from '../../format/plurals.ts';
import { damaged } from './damaged.ts';
import { openPlain } from './open-plain.ts';
import type { Receipt, ReceiptEnd, ReceiptHead } from './receipt.ts';

const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Creates the journal if it is missing, so that an unwritable one is found before anything is changed. Throws
 * `state-exposed` (exit code 4) for one that others may write.
 */
export async function createJournal(file: string): Promise<void> {
  const handle = await open(file, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o600).catch(
    error => {
      throw error.code === 'ELOOP' ? exposed(file, linked) : error;
    },
  );
  try {
    const exposure = exposureOf(file, await handle.stat());
    if (exposure) throw exposed(file, exposure);
  } finally {
    await handle.close();
  }
}

/** Adds a line to the journal. Does not create it: a copy of a receipt may lie anywhere. */
export async function appendJournal(file: string, line: string): Promise<void> {
  const handle = await open(file, O_APPEND | O_RDWR | O_NOFOLLOW);
  try {
    await appendText(handle, `${line}\n`, '\n');
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// In bytes. A line holds names, and a database's name is short.
const longestLine = 1024 * 1024;

/** Whether the journal already has a line about the end of a receipt; true if the file is no longer a journal. */
export async function isInJournal(file: string, id: string): Promise<boolean> {
  try {
    const handle = await openPlain(file);
    try {
      const { size } = await handle.stat();
      const tooLong = () => damaged(file, 'it has a line that is too long for a journal');
      for await (const { bytes } of splitLines(readChunks(handle, 0, size), longestLine, tooLong)) {
        if (bytes.toString('utf8').split('\t')[4] === id) return true;
      }
      return false;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isConsoleError(error)) return true;
    throw error;
  }
}

/** Time, who, database, action, receipt, fingerprint and result, separated by tabs, without a line end. */
export function journalLine(head: ReceiptHead, at: Date, result: string): string {
  const { by, database } = head;
  return [
    at.toISOString(),
    `${by.user}@${by.host}`,
    `${database.name} at ${database.host} as ${database.user}`,
    head.action,
    head.id,
    head.fingerprint,
    result,
  ]
    .map(oneLine)
    .join('\t');
}

/** Such as `finished: 12 changed, 0 deleted, 1 left`. */
export function endedResult({ ended, changed, deleted, restored, left }: ReceiptEnd): string {
  return `${ended}: ${counts(changed, deleted, restored)}, ${left.length} left`;
}

/** Such as `killed: 12 changed, 0 deleted`: the sum of the committed batches. */
export function killedResult(batches: Receipt['batches']): string {
  const changes = batches.filter(({ outcome }) => outcome === 'committed').flatMap(batch => batch.changes);
  const sum = (of: (deletes: number) => number) =>
    changes.reduce((total, { deletes }) => total + Math.max(0, of(deletes)), 0);
  const unknown = batches.filter(({ outcome }) => outcome === null || outcome === 'unknown').length;
  const result = `killed: ${counts(
    changes.length,
    sum(deletes => deletes),
    sum(deletes => -deletes),
  )}`;
  return unknown === 0 ? result : `${result}, outcome unknown of ${amount(unknown, 'batch', 'batches')}`;
}

function counts(changed: number, deleted: number, restored: number): string {
  return `${changed} changed, ${deleted} deleted${restored === 0 ? '' : `, ${restored} put back`}`;
}

// A database can have any name: a line break would forge a line, a tab a column, and direction marks would make the text
// read as another one.
const unprintable = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

function oneLine(value: string): string {
  return value.replaceAll(unprintable, ' ');
}
