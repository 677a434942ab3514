import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Reads a file that may hold code, or names a language that is not read; null if it holds no code. Never rejects. */
async function readSource(directory: string, file: string): Promise<Source | null> {
  const path = join(directory, file);
  try {
    const kind = kindOfName(file) === 'unknown' ? await kindByFirstLine(path) : kindOfName(file);
    if (kind !== null && typeof kind === 'object') return { file, ...kind };
    const language = kind === null ? unreadLanguage(file) : null;
    if (language) return { file, language };
    if (kind === null || kind === 'unknown') return null;
    const { size } = await stat(path);
    if (size > mostBytes) return { file, reason: `it is larger than ${mostBytes / 1024 / 1024} MB` };
    const bytes = await readFile(path);
    const text = decode(bytes);
    if (text === null) return { file, reason: 'it is not text' };
    return isMinified(text) ? { file, reason: 'it is minified' } : { file, kind, text };
  } catch (error) {
    return { file, reason: reasonOf(error, 'read') };
  }
}

async function kindByFirstLine(path: string): Promise<FileKind | { language: string } | null> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(80), 0, 80, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    const language = scriptLanguage(start);
    return language ? { language } : isShell(start) ? 'shell' : null;
  } finally {
    await handle.close();
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

// More at once would only wait for each other, and could exhaust the file handles.
const atOnce = 32;

/** Reads those of `files` that may hold code, several at a time, and returns them in the given order. */
export async function readSources(
  directory: string,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<Source[]> {
  const read: (Source | null)[] = new Array(files.length).fill(null);
  let next = 0;
  const work = async () => {
    while (next < files.length) {
      stopIfInterrupted(signal);
      const index = next;
      next += 1;
      read[index] = await readSource(directory, files[index]!);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return read.filter(source => source !== null);
}
