import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { usageError } from '../../errors/errors.ts';

/** A log file that is open, and what it was when it was opened. */
export interface LogFile {
  path: string;
  handle: FileHandle;
  /** In bytes. What is written later is not read: a log that grows faster than it is read would have no end. */
  size: number;
  /** When it was last written to, in milliseconds since 1970. */
  written: number;
}

/**
 * Opens a log file and those that were rotated away from it and written to at or after `since` (null: none of them),
 * oldest first. All are open before the first is read, so a rotation in between neither hides lines nor doubles them.
 * Throws a usage error for a file that is missing or cannot be read. The caller closes the handles.
 */
export async function openLogs(file: string, since: number | null): Promise<LogFile[]> {
  const opened: LogFile[] = [];
  try {
    const { log, inode } = await openLog(file);
    opened.push(log);
    const inodes = new Set([inode]);
    for (const path of since === null ? [] : await siblings(file)) {
      const found = await openSibling(path, since ?? 0, inodes);
      if (found) opened.push(found);
    }
    const [main, ...rotated] = opened as [LogFile, ...LogFile[]];
    return [...rotated.sort(byAge), main];
  } catch (error) {
    await closeLogs(opened);
    throw error;
  }
}

export async function closeLogs(logs: readonly LogFile[]): Promise<void> {
  await Promise.all(logs.map(({ handle }) => handle.close()));
}

async function openLog(path: string): Promise<{ log: LogFile; inode: string }> {
  try {
    // Before it is opened: opening a pipe that nobody writes to would wait for ever.
    const kind = await stat(path);
    if (kind.isDirectory()) {
      throw unreadable(`${path} is a directory, not a log file.`, 'Give --app-log the log file in it.');
    }
    if (!kind.isFile()) {
      throw unreadable(`${path} is not a regular file.`, 'Write the log to a file and give --app-log that.');
    }
    const handle = await open(path);
    const { size, mtimeMs, dev, ino } = await handle.stat();
    return { log: { path, handle, size, written: mtimeMs }, inode: `${dev}:${ino}` };
  } catch (error) {
    throw logFileError(error, path);
  }
}

/** Opens a rotated file; null where it is too old, gone by now, or another name of one that is open already. */
async function openSibling(path: string, since: number, inodes: Set<string>): Promise<LogFile | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile() || found.mtimeMs < since) return null;
  const { log, inode } = await openLog(path);
  if (!inodes.has(inode)) {
    inodes.add(inode);
    return log;
  }
  await log.handle.close();
  return null;
}

async function siblings(file: string): Promise<string[]> {
  const directory = dirname(file);
  try {
    return rotatedFrom(basename(file), await readdir(directory)).map(name => join(directory, name));
  } catch (error) {
    // Without the list nobody knows whether an error was rotated away.
    const unlisted = `The directory of ${file} cannot be listed, so rotated logs may be missed.`;
    if (isSystemError(error)) throw unreadable(unlisted, 'Grant read permission on it.');
    throw error;
  }
}

/**
 * Those of `names` that are `name` rotated away: app.log.1, app.log.2.gz, app.log-20261121.gz, app.log.2026-11-21,
 * app-2026-11-21.log. While app.log.1 is being compressed there are two of it, of which app.log.1 is whole.
 */
export function rotatedFrom(name: string, names: readonly string[]): string[] {
  const ending = extname(name);
  const stem = basename(name, ending);
  const all = new Set(names);
  const isRotated = (other: string) => {
    if (other.startsWith(name)) return /^[.-]\d[\dT:._-]*(?:\.gz)?$/.test(other.slice(name.length));
    const plain = other.replace(/\.gz$/, '');
    if (!plain.startsWith(stem) || !plain.endsWith(ending)) return false;
    // A number alone may be another process of the application, so before the ending it has to be a date.
    const between = plain.slice(stem.length, plain.length - ending.length);
    return /^[._-]{1,2}\d{4}-?\d\d-?\d\d[\dT:._-]*$/.test(between);
  };
  return names.filter(other => isRotated(other) && !(other.endsWith('.gz') && all.has(other.slice(0, -3))));
}

/** The oldest first; of two written to at the same time app.log.10 is older than app.log.9. */
function byAge(a: LogFile, b: LogFile): number {
  const generation = /\.(\d{1,4})(?:\.gz)?$/;
  const [ofA, ofB] = [generation.exec(a.path)?.[1], generation.exec(b.path)?.[1]];
  return a.written - b.written || Number(ofB ?? 0) - Number(ofA ?? 0) || (a.path < b.path ? -1 : 1);
}

/** Puts what went wrong with a log file into words (exit code 2); what is no such error comes back as it is. */
export function logFileError(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return usageError(
        'app-log-missing',
        `There is no log file at ${path}.`,
        'Check the path after --app-log; it starts from the directory that this command runs in.',
      );
    case 'EACCES':
    case 'EPERM':
      return unreadable(
        `This user may not read ${path}.`,
        'Grant read permission, or give --app-log a copy.',
      );
  }
  if (/^Z_/.test(error.code)) {
    return unreadable(
      `${path} is compressed and damaged or cut off: ${error.message}.`,
      'Copy it again, or unpack what can be saved and give --app-log that.',
    );
  }
  return unreadable(`${path} cannot be read: ${error.message}.`, 'Give --app-log another copy of the log.');
}

const unreadable = (message: string, hint: string) => usageError('app-log-unreadable', message, hint);

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'errno' in error && typeof (error as { code?: unknown }).code === 'string';
}
