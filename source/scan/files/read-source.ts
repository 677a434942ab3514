import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { stopIfInterrupted } from '../../errors/errors.ts';
import { type FileKind, isShell, kindOfName } from './file-kind.ts';
import { reasonOf } from './find-files.ts';
import { scriptLanguage, unreadLanguage } from './languages.ts';

/** A file that was read, or why it was not. */
type Source =
  | { file: string; kind: FileKind; text: string }
  | { file: string; reason: string }
  | { file: string; language: string };

// A file of 2 MB is generated, or a dump.
const mostBytes = 2 * 1024 * 1024;

/** Reads a file that may hold code, or names a language that is not read; null if it holds no code. Never throws. */
function readSource(directory: string, file: string, memory: Buffer): Source | null {
  const path = join(directory, file);
  try {
    const kind = kindOfName(file) === 'unknown' ? kindByFirstLine(path, memory) : kindOfName(file);
    if (kind !== null && typeof kind === 'object') return { file, ...kind };
    const language = kind === null ? unreadLanguage(file) : null;
    if (language) return { file, language };
    if (kind === null || kind === 'unknown') return null;
    const bytes = readStart(path, memory);
    if (bytes.length > mostBytes) return { file, reason: `it is larger than ${mostBytes / 1024 / 1024} MB` };
    const text = decode(bytes);
    if (text === null) return { file, reason: 'it is not text' };
    return isMinified(text) ? { file, reason: 'it is minified' } : { file, kind, text };
  } catch (error) {
    return { file, reason: reasonOf(error, 'read') };
  }
}

function kindByFirstLine(path: string, memory: Buffer): FileKind | { language: string } | null {
  const start = readStart(path, memory.subarray(0, 80)).toString('latin1');
  const language = scriptLanguage(start);
  return language ? { language } : isShell(start) ? 'shell' : null;
}

/** The first bytes of a file, as many as `memory` holds: valid until the next call. */
function readStart(path: string, memory: Buffer): Buffer {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    while (length < memory.length) {
      const read = readSync(file, memory, length, memory.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return memory.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decode(bytes: Buffer): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes.subarray(0, 8192).includes(0)) return null;
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

// People break their lines; minifiers do not.
function isMinified(text: string): boolean {
  if (text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return text.length / lines > 500;
}

// Interrupts are handled after this many files.
const atOnce = 64;

/**
 * Reads those of `files` that may hold code, and returns them in the given order. One after the other and without promises:
 * handing a small file to another thread takes longer than reading it, so thousands are read in a fifth of the time.
 */
export async function readSources(
  directory: string,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<Source[]> {
  // One more byte than is read of a file, to see that it has more.
  const memory = Buffer.allocUnsafe(mostBytes + 1);
  const read: Source[] = [];
  for (const [index, file] of files.entries()) {
    if (index % atOnce === 0) {
      await setImmediate();
      stopIfInterrupted(signal);
    }
    const source = readSource(directory, file, memory);
    if (source) read.push(source);
  }
  return read;
}
