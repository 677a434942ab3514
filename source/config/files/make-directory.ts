import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from './system-error.ts';

/**
 * Makes a directory that only this user can enter, and those above it, in a way that a power failure does not undo. Not
 * with Node's `recursive`: where a directory is there and takes no other in it, as /proc, that tries for ever.
 */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await makeOne(directory);
  } catch (error) {
    const parent = dirname(directory);
    if (!isSystemError(error) || error.code !== 'ENOENT' || parent === directory) throw error;
    await makeDirectory(parent);
    await makeOne(directory);
  }
}

async function makeOne(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const there = await stat(directory).catch(() => null);
    if (there?.isDirectory()) return;
    throw error;
  }
  await syncDirectory(dirname(directory));
}

/** A new file is safe only once the directory that names it is. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a directory, nor can Windows (EPERM); they keep names safe by themselves.
    if (!isSystemError(error) || !['EINVAL', 'ENOTSUP', 'EPERM'].includes(error.code)) throw error;
  } finally {
    await handle.close();
  }
}
