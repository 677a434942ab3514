import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { isSystemError } from '../../../config/files/system-error.ts';
import { refused } from '../../../counter/guards.ts';
import { inMegabytes } from '../../batch-limits.ts';
import type { Remark } from '../../repair.ts';
import { compression } from './stored-records.ts';

/** About how many bytes a receipt keeps of each record that is like these. */
export function bytesEach(sample: readonly string[]): number {
  if (sample.length === 0) return 0;
  return zstdCompressSync(sample.join('\n'), compression).length / sample.length;
}

/** How many bytes this user may still write where a directory is, or will be; null where the system does not tell. */
export async function freeSpace(directory: string): Promise<number | null> {
  try {
    const { blocks, bavail, bsize } = await statfs(directory);
    // Some file systems have no size, and are not full.
    return blocks > 0 ? bavail * bsize : null;
  } catch (error) {
    const isMissing = isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return isMissing && dirname(directory) !== directory ? freeSpace(dirname(directory)) : null;
  }
}

// An estimate from a few records may be twice too high.
const clearly = 2;

/** Throws (exit code 4) if a receipt of about `bytes` clearly has no room where `free` bytes are left. */
export function requireSpace(directory: string, bytes: number, free: number | null): void {
  if (free === null || bytes <= clearly * free) return;
  throw refused(
    'no-space',
    `The receipt would take about ${inMegabytes(bytes)}, and ${inMegabytes(free)} are free in ${directory}.`,
    'Nothing was changed. Free space there, set XDG_STATE_HOME to a directory on another disk, or reset fewer at a time.',
  );
}

/** What a plan says of the room that its receipt takes. */
export function spaceRemark(directory: string, bytes: number, free: number | null): Remark {
  const room = free === null ? '' : `, and ${inMegabytes(free)} are free`;
  return {
    code: 'receipt-size',
    severity: free !== null && bytes > free ? 'warning' : 'info',
    message: `The receipt takes about ${inMegabytes(bytes)} in ${directory}${room}.`,
  };
}
