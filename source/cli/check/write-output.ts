import { randomBytes } from 'node:crypto';
import { constants, writeFile as descriptorWrite, fstat, open as openDescriptor, type Stats } from 'node:fs';
import { access, appendFile, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { isSystemError, writeFailure } from '../../config/files/system-error.ts';
import { pause } from '../../connection/deadlines.ts';
import { type ConsoleError, stopIfInterrupted, usageError } from '../../errors/errors.ts';

/**
 * Makes sure that a file can be written before any work is done. Rejects (exit code 2) where it cannot: a job that learns of it at
 * the end has worked for nothing.
 */
export async function requireWritable(file: string): Promise<void> {
  try {
    const descriptor = descriptorOf(file);
    const found =
      descriptor === null ? await stat(file).catch(() => null) : await promisify(fstat)(descriptor);
    if (found?.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    // What is open already may be a file of another user.
    if (descriptor === null) await access(isReplaced(file, found) ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/**
 * Writes a file whole or not at all: who reads it, such as the collector of a monitoring system, finds the old one or the new one. Its
 * mode stays; a link stays one, and its target is written. Rejects with exit code 2, and the old file is as it was. What is no file, such as a
 * pipe or /dev/stdout, gets the text as it is. A pipe may wait for its reader until `signal` aborts.
 */
export async function writeOutput(file: string, text: string, signal?: AbortSignal): Promise<void> {
  const descriptor = descriptorOf(file);
  const found = await stat(file).catch(() => null);
  try {
    if (descriptor !== null) await writeTo(descriptor, text);
    else if (found?.isFIFO()) await writeToPipe(file, text, signal);
    else if (isReplaced(file, found)) await replace(file, text);
    else await appendFile(file, text);
  } catch (error) {
    stopIfInterrupted(signal);
    throw unwritable(file, error);
  }
}

const opened = /^\/(?:dev\/fd|proc\/(?:self|thread-self)\/fd)\/(\d+)$/;
const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'];

/** False for what can only be written to: a device, or what another process has open, even if that is a file. */
function isReplaced(file: string, found: Stats | null): boolean {
  return (found === null || found.isFile()) && !/^\/proc\/[^/]+\/fd\/\d+$/.test(file);
}

/** The descriptor that a name stands for. Opened by its name, a file would be written from its beginning. */
function descriptorOf(file: string): number | null {
  const number = opened.exec(file)?.[1];
  if (number !== undefined) return Number(number);
  const place = standard.indexOf(file);
  return place < 0 ? null : place;
}

/** Through the streams of the process where it has one: a socket or a pipe may take only a part at once. */
function writeTo(descriptor: number, text: string): Promise<void> {
  const stream = { 1: process.stdout, 2: process.stderr }[descriptor];
  if (stream === undefined) return promisify(descriptorWrite)(descriptor, text);
  return new Promise((resolve, reject) => stream.write(text, error => (error ? reject(error) : resolve())));
}

// In milliseconds.
const untilAskedAgain = 50;

/** Waits until somebody reads the pipe: one that waits in open() could not be interrupted. */
async function writeToPipe(file: string, text: string, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const descriptor = await openForReader(file);
    if (descriptor !== null) {
      const pipe = new Socket({ fd: descriptor, readable: false, writable: true });
      return pipeline([text], pipe, signal ? { signal } : {});
    }
    await pause(untilAskedAgain, signal);
    stopIfInterrupted(signal);
  }
}

/** Null while nobody reads. */
function openForReader(file: string): Promise<number | null> {
  return promisify(openDescriptor)(file, constants.O_WRONLY | constants.O_NONBLOCK).catch(error => {
    if (isSystemError(error) && error.code === 'ENXIO') return null;
    throw error;
  });
}

async function replace(file: string, text: string): Promise<void> {
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

function unwritable(file: string, error: unknown): ConsoleError {
  if (!isSystemError(error)) throw error;
  return usageError(
    'output-unwritable',
    `The file ${file} cannot be written: ${writeFailure(error)}.`,
    'Give --output a file in a directory that exists and that you may write to.',
  );
}
