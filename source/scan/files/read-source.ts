import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { stopIfInterrupted } from '../../errors/errors.ts';
import { type FileKind, isShell, kindOfName } from './file-kind.ts';
import { reasonOf } from './find-files.ts';
import { scriptLanguage, unreadLanguage } from './languages.ts';

/** A file that was read, or why it was not. */
type Source = SourceText | { file: string; reason: string } | { file: string; language: string };

/** A file with code. Its text is made whenever it is asked for, because most texts are never asked for. */
class SourceText {
  readonly file: string;
  readonly kind: FileKind;
  /** Whether it has one of the words that were asked for. */
  readonly named: boolean;
  readonly #bytes: () => Buffer;

  constructor(file: string, kind: FileKind, named: boolean, bytes: () => Buffer) {
    this.file = file;
    this.kind = kind;
    this.named = named;
    this.#bytes = bytes;
  }

  get text(): string {
    return decode(this.#bytes());
  }
}

// A file of 2 MB is generated, or a dump.
const mostBytes = 2 * 1024 * 1024;

/** Reads a file that may hold code, or names a language that is not read; null if it holds no code. Never throws. */
function readSource(directory: string, file: string, words: RegExp): Source | null {
  const path = join(directory, file);
  try {
    const byName = kindOfName(file);
    const kind = byName === 'unknown' ? kindByFirstLine(path, memory.free()) : byName;
    if (kind !== null && typeof kind === 'object') return { file, ...kind };
    const language = kind === null ? unreadLanguage(file) : null;
    if (language) return { file, language };
    if (kind === null) return null;
    const bytes = readStart(path, memory.free());
    if (bytes.length > mostBytes) return { file, reason: `it is larger than ${mostBytes / 1024 / 1024} MB` };
    if (!isText(bytes)) return { file, reason: 'it is not text' };
    if (isMinified(bytes)) return { file, reason: 'it is minified' };
    const isCode = kind === 'code' || kind === 'component';
    const named = !isCode || hasOne(bytes, words);
    // New memory costs more than the reading: most code is read again if anybody asks for it.
    if (named) memory.keep(bytes.length);
    return new SourceText(file, kind, named, named ? () => bytes : () => readAgain(path));
  } catch (error) {
    return { file, reason: reasonOf(error, 'read') };
  }
}

function kindByFirstLine(path: string, memory: Buffer): FileKind | { language: string } | null {
  const start = readStart(path, memory.subarray(0, 80)).toString('latin1');
  const language = scriptLanguage(start);
  return language ? { language } : isShell(start) ? 'shell' : null;
}

const pageSize = 4096;

/** The first bytes of a file, as many as `memory` holds: valid until the next call. */
function readStart(path: string, memory: Buffer): Buffer {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    while (length < memory.length) {
      const read = readSync(file, memory, length, memory.length - length, null);
      length += read;
      // If fewer bytes come than were asked for, the file has ended, and another call would cost time for nothing. Some file systems
      // return fewer before the end, but whole pages.
      if (read === 0 || length % pageSize > 0) break;
    }
    return memory.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function readAgain(path: string): Buffer {
  try {
    return readStart(path, memory.free()).subarray(0, mostBytes);
  } catch {
    // It was removed meanwhile.
    return Buffer.alloc(0);
  }
}

/** Whether a text has one of the words. In those of ASCII a byte is a character, which saves the decoding. */
function hasOne(bytes: Buffer, words: RegExp): boolean {
  const isPlain = !isWide(bytes) && /^[\0-\x7f]*$/.test(words.source);
  return words.test(isPlain ? bytes.toString('latin1') : decode(bytes));
}

const isWide = (bytes: Buffer) => bytes[0] === 0xff && bytes[1] === 0xfe;

function isText(bytes: Buffer): boolean {
  if (isWide(bytes)) return true;
  const zero = bytes.indexOf(0);
  return zero === -1 || zero >= 8192;
}

function decode(bytes: Buffer): string {
  if (isWide(bytes)) return bytes.toString('utf16le', 2);
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

// People break their lines; minifiers do not.
function isMinified(bytes: Buffer): boolean {
  if (bytes.length < 20_000) return false;
  const text = decode(bytes);
  if (text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return text.length / lines > 500;
}

/** Where files are read to: what is kept stays where it was read, in a few pieces that no garbage collection looks through. */
class Memory {
  #piece = Buffer.alloc(0);
  #used = 0;

  /** Room for one file, and one more byte to see that it has more: it is valid until the next call, or what is kept of it for good. */
  free(): Buffer {
    if (this.#piece.length - this.#used <= mostBytes) {
      this.#piece = Buffer.allocUnsafeSlow(4 * mostBytes);
      this.#used = 0;
    }
    return this.#piece.subarray(this.#used, this.#used + mostBytes + 1);
  }

  keep(length: number): void {
    this.#used += length;
  }
}

// One for every scan of a process: a piece for each of many small scans would make V8 collect all garbage with every second one.
const memory = new Memory();

// Interrupts are handled after this many files.
const atOnce = 64;

/**
 * Reads those of `files` that may hold code, and returns them in the given order, code with whether it has one of `words`. One after the other and without promises:
 * handing a small file to another thread takes longer than reading it, so thousands are read in a fifth of the time.
 */
export async function readSources(
  directory: string,
  files: readonly string[],
  words: RegExp,
  signal?: AbortSignal,
): Promise<Source[]> {
  const read: Source[] = [];
  for (const [index, file] of files.entries()) {
    if (index % atOnce === 0) {
      await setImmediate();
      stopIfInterrupted(signal);
    }
    const source = readSource(directory, file, words);
    if (source) read.push(source);
  }
  return read;
}
