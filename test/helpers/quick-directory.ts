import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The variable with the path of the run's directory in memory. */
export const memoryVariable = 'TEST_MEMORY';

/** Where directories in memory are made. */
export const memoryPlace = '/dev/shm';
const leastFree = 2 * 1024 ** 3;

/**
 * A directory for anything that makes many files or often waits for the disk, such as a server or receipts. In memory if there
 * is room, because a database is cloned there in a tenth of the time; else with the other temporary files.
 */
export function quickDirectory(prefix: string): string {
  return mkdtempSync(join(process.env[memoryVariable] || tmpdir(), prefix));
}

/** Makes a directory in memory for a whole run, which other users may enter; null if there is less than 2 GB of room. */
export function makeMemory(prefix: string): string | null {
  try {
    const { bavail, bsize } = statfsSync(memoryPlace);
    if (bavail * bsize < leastFree) return null;
    const directory = mkdtempSync(join(memoryPlace, prefix));
    chmodSync(directory, 0o755);
    return directory;
  } catch {
    return null;
  }
}
