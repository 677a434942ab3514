import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, appendFile, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError, writeFailure } from '../../config/files/system-error.ts';
import { type ConsoleError, usageError } from '../../errors/errors.ts';

/**
 * Makes sure that a file can be written before any work is done. Rejects (exit code 2) where it cannot: a job that learns of it at
 * the end has worked for nothing.
 */
export async function requireWritable(file: string): Promise<void> {
  try {
    const before = await stat(file).catch(() => null);
    await access(isStream(file, before) ? file : dirname(file), constants.W_OK);
    if (before?.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  } catch (error) {
    throw unwritable(file, error);
  }
}

/**
 * Writes a file whole or not at all: who reads it, such as the collector of a monitoring system, finds the old one or the new one. Its
 * mode stays; a link stays one, and its target is written. Rejects with exit code 2, and the old file is as it was. What is no file, such as a
 * pipe or /dev/stdout, gets the text as it is.
 */
export async function writeOutput(file: string, text: string): Promise<void> {
  if (isStream(file, await stat(file).catch(() => null))) {
    await appendFile(file, text).catch(error => {
      throw unwritable(file, error);
    });
    return;
  }
  const target = await realpath(file).catch(() => file);
  // In the same directory, because only there a file can take the place of another at once.
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}`);
  try {
    const before = await stat(target).catch(() => null);
    const handle = await open(draft, 'wx', before === null ? 0o666 : before.mode & 0o777);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw unwritable(file, error);
  }
}

const opened = /^\/(?:dev\/(?:std(?:in|out|err)|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

/** Whether what has this name can only be written to, and not replaced: a pipe, a device, or what a process has open, even if that is a file. */
function isStream(file: string, found: Stats | null): boolean {
  if (found?.isDirectory()) return false;
  return (found !== null && !found.isFile()) || opened.test(file);
}

function unwritable(file: string, error: unknown): ConsoleError {
  if (!isSystemError(error)) throw error;
  return usageError(
    'output-unwritable',
    `The file ${file} cannot be written: ${writeFailure(error)}.`,
    'Give --output a file in a directory that exists and that you may write to.',
  );
}
