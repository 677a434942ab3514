import { createHash } from 'node:crypto';

/** Twelve hexadecimal digits of a hash of everything that must not change between planning and writing. */
export function fingerprint(of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 12);
}
