import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stopIfInterrupted } from '../errors/errors.ts';
import { isTest } from './files/file-kind.ts';
import { findFiles } from './files/find-files.ts';
import { openDirectory } from './files/open-directory.ts';

/** Where an application may call a function of the database. */
export interface Mentions {
  /** The files whose text calls the function or names it in quotes. */
  files: string[];
  /** The number of files that were read, and of those that were not. */
  read: number;
  unread: number;
}

// In bytes: what is larger was written by a program.
const largest = 4_000_000;

/**
 * Searches the application's files for calls of a database function, in any language: its name before a parenthesis or in quotes.
 * Statements that define it do not count. Rejects with a usage error (exit code 2) if the directory cannot be read.
 */
export async function findMentions(directory: string, name: string, signal?: AbortSignal): Promise<Mentions> {
  await openDirectory(directory);
  const { files, skipped } = await findFiles(directory, signal);
  const mentions: Mentions = { files: [], read: 0, unread: skipped.length };
  for (const file of files.filter(each => !isTest(each))) {
    stopIfInterrupted(signal);
    const text = await textOf(join(directory, file));
    if (text === null) {
      mentions.unread += 1;
      continue;
    }
    mentions.read += 1;
    if (calls(text, name)) mentions.files.push(file);
  }
  return mentions;
}

async function textOf(file: string): Promise<string | null> {
  try {
    return (await stat(file)).size > largest ? null : await readFile(file, 'utf8');
  } catch {
    return null;
  }
}

/** Whether a text calls the function, and does not only create, grant or drop it. */
export function calls(text: string, name: string): boolean {
  const pattern = new RegExp(
    `(\\b(?:function|procedure|routine)\\s+(?:if\\s+exists\\s+)?)?(?:"?\\w+"?\\.)?(["'\`]?)\\b${name}\\b(["'\`]?)(\\s*\\()?`,
    'gi',
  );
  return [...text.matchAll(pattern)].some(
    ([, defined, open, close, called]) =>
      defined === undefined && (called !== undefined || (open !== '' && open === close)),
  );
}
