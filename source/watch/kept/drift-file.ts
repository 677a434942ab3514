import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { appendText } from '../../config/files/append-text.ts';
import { readChunks } from '../../config/files/read-chunks.ts';
import { splitLines } from '../../config/files/split-lines.ts';
import { isSystemError, writeFailure } from '../../config/files/system-error.ts';
import { usageError } from '../../errors/errors.ts';
import { count } from '../../format/numbers.ts';
import type { DriftEvent } from '../drift-event.ts';
import { type EventSource, eventLine, readEventLine } from './event-line.ts';

const { O_APPEND, O_CREAT, O_RDWR, O_NONBLOCK = 0 } = constants;

// The screen shows 200 entries. In bytes: reading takes a moment, in which no key is answered.
const mostRead = 1_000;
const lastBytes = 4 * 1024 * 1024;

/** A file that a drift log is kept in. Several consoles may append to one. */
export class DriftFile {
  readonly name: string;
  readonly #handle: FileHandle;
  #writing: Promise<unknown> = Promise.resolve();
  #lost = 0;
  #whyLost = '';

  private constructor(name: string, handle: FileHandle) {
    this.name = name;
    this.#handle = handle;
  }

  /** Opens or creates it, for this user alone. Rejects (exit code 2) where it cannot be read and written. */
  static async open(name: string): Promise<DriftFile> {
    // Without waiting for whoever reads a pipe.
    const handle = await open(name, O_APPEND | O_CREAT | O_RDWR | O_NONBLOCK, 0o600).catch(error => {
      throw isSystemError(error) ? unusable(name, writeFailure(error)) : error;
    });
    if ((await handle.stat()).isFile()) return new DriftFile(name, handle);
    await handle.close();
    throw unusable(name, 'it is no regular file');
  }

  /**
   * The newest events of one database and counter, oldest first, and how many of the lines that were read are not events. Only the
   * end of a long file is read.
   */
  async readNewest(identity: string): Promise<{ events: DriftEvent[]; skipped: number }> {
    const { size } = await this.#handle.stat();
    // One byte earlier: if that ends a line, the next one is whole.
    const from = Math.max(0, size - lastBytes - 1);
    const lines = splitLines(readChunks(this.#handle, from, size - from), Number.POSITIVE_INFINITY, never);
    const events: DriftEvent[] = [];
    let skipped = 0;
    let isFirst = from > 0;
    for await (const { bytes } of lines) {
      const text = bytes.toString('utf8').trim();
      const isPart = isFirst;
      isFirst = false;
      if (isPart || text === '') continue;
      const kept = readEventLine(text);
      if (kept === null) skipped += 1;
      else if (kept.identity === identity) events.push(kept.event);
    }
    // Two consoles that saw the same, or a clock that was set back, do not write in order.
    events.sort((a, b) => a.at - b.at);
    return { events: events.slice(-mostRead), skipped };
  }

  /** Appends events, after those of earlier calls. Resolves to why it could not, as a sentence; null if it could. */
  append(source: EventSource, events: readonly DriftEvent[]): Promise<string | null> {
    const lines = events.map(event => eventLine(source, event)).join('');
    const written = this.#writing.then(async () => {
      try {
        // What follows a line that was torn off would be a part of it.
        await appendText(this.#handle, lines, '\n');
        return null;
      } catch (error) {
        if (!isSystemError(error)) throw error;
        return this.lose(events.length, writeFailure(error));
      }
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Counts events that are not in the file, for the last words; returns why, as a sentence. */
  lose(events: number, why: string): string {
    this.#lost += events;
    this.#whyLost = why;
    return `The drift log ${this.name} cannot be written: ${why}.`;
  }

  /** Closes it after the last write. Resolves to what of the log it does not have, as a sentence; null if it has all. */
  async close(): Promise<string | null> {
    await this.#writing;
    await this.#handle.close();
    return this.#lost === 0
      ? null
      : `${count(this.#lost)} of them could not be written to ${this.name}: ${this.#whyLost}.`;
  }
}

const never = () => new Error('no line is too long');

function unusable(name: string, why: string) {
  return usageError(
    'drift-log-unusable',
    `The drift log ${name} cannot be opened: ${why}.`,
    'Give --drift-log a file in a directory that exists and that you may read and write.',
  );
}
