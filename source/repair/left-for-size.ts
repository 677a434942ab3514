import type { BatchLimits } from './batch-limits.ts';
import { inMegabytes } from './batch-limits.ts';
import type { LeftAlone } from './repair.ts';

/** Why a preset keeps its (remaining) records: a receipt could not hold one of them, of `bytes`. */
export function leftForSize(
  { id, name }: Pick<LeftAlone, 'id' | 'name'>,
  bytes: number,
  { recordBytes }: Pick<BatchLimits, 'recordBytes'>,
): LeftAlone {
  return {
    id,
    name,
    reason: 'too-large',
    message: `One of its records has ${inMegabytes(bytes)}, more than the ${inMegabytes(recordBytes)} that a receipt keeps of one. It was not deleted, because an undo could not bring it back.`,
  };
}
