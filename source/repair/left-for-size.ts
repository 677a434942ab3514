import type { BatchLimits } from './batch-limits.ts';
import { inMegabytes } from './batch-limits.ts';
import type { LeftAlone } from './repair.ts';

/** Why a preset keeps its records, or those that it still has: one of them, of `bytes`, could not be kept for an undo. */
export function leftForSize(
  { id, name }: Pick<LeftAlone, 'id' | 'name'>,
  bytes: number,
  { recordBytes }: Pick<BatchLimits, 'recordBytes'>,
): LeftAlone {
  return {
    id,
    name,
    reason: 'too-large',
    message: `One of its records holds ${inMegabytes(bytes)}, and a receipt keeps no more than ${inMegabytes(recordBytes)} of one: it was not deleted, because an undo could not bring it back.`,
  };
}
