import { clock, count, day, signed } from '../../format/numbers.ts';
import type { DriftAt } from '../drift/model.ts';

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

/**
 * What a drift was after each event of the log, the newest last: +1 on 2026-11-20, +3 at 14:05:09 UTC. Of more than `width` columns the
 * oldest are left out and counted. `now` is the time of the last read; times of the same day have no date.
 */
export function driftOverTime(changes: readonly DriftAt[], now: number, width: number): string {
  const parts = changes.map(
    ({ at, drift }) =>
      `${drift === null ? 'no number' : signed(drift)} ${day(at) === day(now) ? `at ${clock(at)}` : `on ${day(at)}`}`,
  );
  const text = (from: number) =>
    [...(from > 0 ? [`${count(from)} earlier`] : []), ...parts.slice(from)].join(', ');
  let from = 0;
  while (from < parts.length - 1 && text(from).length + zone.length > width) from += 1;
  return `${text(from)}${zone}`;
}

const zone = ' UTC';
