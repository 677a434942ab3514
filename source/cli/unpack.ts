import { existsSync, lstatSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownDirectory } from '../config/directories.ts';

/** A file that is packed into the executable. */
export interface Asset {
  /** Its path, with slashes, below the directory that all are unpacked into. */
  path: string;
  bytes: Uint8Array;
}

/** The directories to unpack into, best first: that of caches, and where it cannot be written, that of temporary files. */
export function privateDirectories(environment: NodeJS.ProcessEnv, home: string): string[] {
  const user = process.geteuid?.() ?? '';
  return [ownDirectory('cache', environment, home), join(tmpdir(), `preset-usage-executable-${user}`)];
}

/**
 * Writes what is not there yet into the first of the directories that can be used, and answers which one it is. Several processes may
 * do so at the same time. What somebody has deleted or cut off is written again.
 */
export function unpack(
  assets: readonly Asset[],
  directories: readonly string[],
): { directory: string } | { problem: string } {
  const problems: string[] = [];
  for (const directory of directories) {
    try {
      makePrivate(directory);
      for (const asset of assets) write(asset, directory);
      return { directory };
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { problem: problems.join('; ') };
}

/** Node's own `recursive` never ends on /proc, where a directory that is there has none below it. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || existsSync(dirname(directory))) throw error;
    makeDirectory(dirname(directory));
    makeDirectory(directory);
  }
}

/** Throws if another user could change what is in it: it is run. */
function makePrivate(directory: string): void {
  makeDirectory(directory);
  const user = process.geteuid?.();
  if (user === undefined) return;
  for (const each of [directory, dirname(directory)]) {
    const found = lstatSync(each);
    if (!found.isDirectory() || found.uid !== user || (found.mode & 0o022) !== 0)
      throw new Error(`${each} is no directory that this user alone can write`);
  }
}

function write({ path, bytes }: Asset, directory: string): void {
  const file = join(directory, path);
  if (statSync(file, { throwIfNoEntry: false })?.size === bytes.byteLength) return;
  makeDirectory(dirname(file));
  const unfinished = `${file}.${process.pid}`;
  // Later starts compare only sizes: after a loss of power a file that was not flushed may have the right one, and be of zeros.
  writeFileSync(unfinished, bytes, { mode: 0o600, flush: true });
  // All at once, for others that start meanwhile.
  renameSync(unfinished, file);
}
