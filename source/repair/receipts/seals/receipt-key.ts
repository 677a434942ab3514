import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { writeAll } from '../../../config/files/append-text.ts';
import {
  directoryExposure,
  type Exposure,
  exposed,
  exposureOf,
  linked,
} from '../../../config/files/exposure.ts';
import { giveName } from '../../../config/files/give-name.ts';
import { syncDirectory } from '../../../config/files/make-directory.ts';
import { isSystemError } from '../../../config/files/system-error.ts';
import { keyFile, receiptsIn } from '../places.ts';

// In bytes.
const keyLength = 32;
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** What verifies receipts: the key of a state directory, or why there is no usable one. */
export interface Verifier {
  directory: string;
  key: Buffer | null;
  /** Why there is no key, as a clause; null if there is one. */
  why: string | null;
  /** True if others may write to the directory of the receipts: then no seal shows what is missing. */
  exposed: boolean;
}

/** Reads what verifies the receipts of a state directory. Never throws: without a key nothing is verified. */
export async function readVerifier(directory: string): Promise<Verifier> {
  for (const path of [directory, receiptsIn(directory)]) {
    const exposure = await directoryExposure(path);
    if (exposure) return { directory, key: null, why: whyExposed(path, exposure), exposed: true };
  }
  try {
    const key = await readKey(keyFile(directory));
    if (Buffer.isBuffer(key)) return { directory, key, why: null, exposed: false };
    return { directory, key: null, why: whyExposed(keyFile(directory), key), exposed: false };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why =
      error.code === 'ENOENT'
        ? `there is no key in ${directory}`
        : `the key ${keyFile(directory)} cannot be read (${error.code})`;
    return { directory, key: null, why, exposed: false };
  }
}

/**
 * The key that seals the receipts of a state directory, created if missing; when it resolves, it is on disk. Throws
 * `state-exposed` (exit code 4) for a key that others could have read or made, and the system's own errors.
 */
export async function openKey(directory: string): Promise<Buffer> {
  const file = keyFile(directory);
  for (;;) {
    try {
      const key = await readKey(file);
      if (Buffer.isBuffer(key)) return key;
      throw exposed(file, key);
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
    }
    await makeKey(file, directory);
  }
}

/** Under a temporary name until it is complete and on disk. If another process was faster, its key is used. */
async function makeKey(file: string, directory: string): Promise<void> {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.new`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await writeAll(handle, randomBytes(keyLength), 0);
    await handle.sync();
    await giveName(draft, file);
    await syncDirectory(directory);
  } catch (error) {
    await unlink(draft).catch(() => {});
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  } finally {
    await handle.close();
  }
}

async function readKey(file: string): Promise<Buffer | Exposure> {
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => {
    if (error.code === 'ELOOP') return null;
    throw error;
  });
  if (!handle) return linked;
  try {
    const stats = await handle.stat();
    const exposure = keyExposure(file, stats);
    if (exposure) return exposure;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(keyLength), 0, keyLength, 0);
    return bytesRead === keyLength ? buffer : notAKey;
  } finally {
    await handle.close();
  }
}

/** Anyone who can read the key can seal anything. */
function keyExposure(file: string, stats: Stats): Exposure | null {
  if (!stats.isFile() || stats.size !== keyLength) return notAKey;
  const exposure = exposureOf(file, stats);
  if (exposure || process.geteuid === undefined || (stats.mode & 0o077) === 0) return exposure;
  const octal = (stats.mode & 0o777).toString(8).padStart(3, '0');
  return { why: `can be read by other users (mode ${octal})`, cure: `Run: chmod 600 ${file}` };
}

const notAKey: Exposure = {
  why: 'does not hold a key',
  cure: 'Move it away: the next repair makes a new key, and older receipts then count as not verified.',
};

const whyExposed = (path: string, { why }: Exposure) => `${path} ${why}`;
