import { signed } from '../../format/numbers.ts';

/** A drift in words; null is a drift that is not known. `counted` is the count itself. */
export function driftWords(difference: number | null, counted: number | null, hidden: boolean): string {
  if (hidden || difference === null) return 'not known';
  if (difference === 0) return '0';
  if (!Number.isFinite(difference)) return 'none: the count is not a number; set it with an UPDATE';
  if (counted !== null && counted < 0) return `${signed(difference)}: the count is negative`;
  return `${signed(difference)}: ${difference > 0 ? 'the count is too high' : 'the count is too low'}`;
}
