import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The name of the variable that tells the processes of a run where it keeps directories in memory. */
export const memoryVariable = 'TEST_MEMORY';

const memory = '/dev/shm';
const leastFree = 2 * 1024 ** 3;

/**
 * A directory for what makes many files or waits for the disk often, such as a server or receipts: in memory where there is
 * room for it, because a database is cloned there in a tenth of the time, else where all temporary files are.
 */
export function quickDirectory(prefix: string): string {
  return mkdtempSync(join(process.env[memoryVariable] || tmpdir(), prefix));
}

/** Makes a directory in memory for a whole run, which others may enter; null where there is less than 2 GB of room. */
export function makeMemory(prefix: string): string | null {
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < leastFree) return null;
    const directory = mkdtempSync(join(memory, prefix));
    chmodSync(directory, 0o755);
    return directory;
  } catch {
    return null;
  }
}
