import { signed } from '../../format/numbers.ts';

/**
 * A drift in words; null is a drift that is not known. `counted` is the count itself, or null if it may be negative; `exact` is
 * the drift as text, with its sign.
 */
export function driftWords(
  difference: number | null,
  counted: number | null,
  hidden: boolean,
  exact = signed(difference ?? 0),
): string {
  if (hidden || difference === null) return 'not known';
  if (difference === 0) return '0';
  if (!Number.isFinite(difference)) return 'none: the count is not a number; set it with an UPDATE';
  if (counted !== null && counted < 0) return `${exact}: the count is negative`;
  return `${exact}: ${difference > 0 ? 'the count is too high' : 'the count is too low'}`;
}
