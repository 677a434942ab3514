import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { usageError } from '../../errors/errors.ts';

/** An open log file, and its state when it was opened. */
export interface LogFile {
  path: string;
  handle: FileHandle;
  /** In bytes. Later lines are not read, because a log that grows faster than it is read would never end. */
  size: number;
  /** When it was last written to, in milliseconds since 1970. */
  written: number;
}

/**
 * Opens a log file and its rotated files that were written to at or after `since` (null: no rotated files), oldest first.
 * All are opened before the first is read, so a rotation in between neither loses nor duplicates lines. Throws a usage
 * error for a file that is missing or cannot be read. The caller closes the handles.
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
    // Check before opening: opening a pipe without a writer would wait forever.
    const kind = await stat(path);
    if (kind.isDirectory()) {
      throw unreadable(`${path} is a directory, not a log file.`, 'Pass the log file in it to --app-log.');
    }
    if (!kind.isFile()) {
      throw unreadable(
        `${path} is not a regular file.`,
        'Write the log to a file and pass that to --app-log.',
      );
    }
    const handle = await open(path);
    const { size, mtimeMs, dev, ino } = await handle.stat();
    return { log: { path, handle, size, written: mtimeMs }, inode: `${dev}:${ino}` };
  } catch (error) {
    throw logFileError(error, path);
  }
}

/** Opens a rotated file; null if it is too old, gone by now, or another name of a file that is already open. */
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
    // Without the list, an error in a rotated file could be missed.
    const unlisted = `The directory of ${file} cannot be listed, so rotated logs may be missed.`;
    if (isSystemError(error)) throw unreadable(unlisted, 'Grant read permission on it.');
    throw error;
  }
}

/**
 * The names of rotated files of `name`: app.log.1, app.log.2.gz, app.log-20261121.gz, app.log.2026-11-21,
 * app-2026-11-21.log. While app.log.1 is being compressed, both exist and only app.log.1 is complete.
 */
export function rotatedFrom(name: string, names: readonly string[]): string[] {
  const ending = extname(name);
  const stem = basename(name, ending);
  const all = new Set(names);
  const isRotated = (other: string) => {
    if (other.startsWith(name)) return /^[.-]\d[\dT:._-]*(?:\.gz)?$/.test(other.slice(name.length));
    const plain = other.replace(/\.gz$/, '');
    if (!plain.startsWith(stem) || !plain.endsWith(ending)) return false;
    // Before the extension it must be a date: a plain number may be another process of the application.
    const between = plain.slice(stem.length, plain.length - ending.length);
    return /^[._-]{1,2}\d{4}-?\d\d-?\d\d[\dT:._-]*$/.test(between);
  };
  return names.filter(other => isRotated(other) && !(other.endsWith('.gz') && all.has(other.slice(0, -3))));
}

/** Oldest first; of two files with the same time, app.log.10 is older than app.log.9. */
function byAge(a: LogFile, b: LogFile): number {
  const generation = /\.(\d{1,4})(?:\.gz)?$/;
  const [ofA, ofB] = [generation.exec(a.path)?.[1], generation.exec(b.path)?.[1]];
  return a.written - b.written || Number(ofB ?? 0) - Number(ofA ?? 0) || (a.path < b.path ? -1 : 1);
}

/** Turns a system error on a log file into a usage error (exit code 2); returns any other error unchanged. */
export function logFileError(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return usageError(
        'app-log-missing',
        `There is no log file at ${path}.`,
        'Check the path given with --app-log; it is relative to the current directory.',
      );
    case 'EACCES':
    case 'EPERM':
      return unreadable(
        `This user may not read ${path}.`,
        'Grant read permission, or pass a copy to --app-log.',
      );
  }
  if (/^Z_/.test(error.code)) {
    return unreadable(
      `${path} is compressed, and damaged or truncated: ${error.message}.`,
      'Copy it again, or unpack as much as possible and pass that to --app-log.',
    );
  }
  return unreadable(
    `${path} cannot be read: ${error.message}.`,
    'Pass another copy of the log to --app-log.',
  );
}

const unreadable = (message: string, hint: string) => usageError('app-log-unreadable', message, hint);

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'errno' in error && typeof (error as { code?: unknown }).code === 'string';
}
