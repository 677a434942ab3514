import { span } from '../../format/numbers.ts';
import type { Stretch } from './interval-search.ts';

/** A time as 2026-09-30 14:05:09 UTC, from milliseconds since 1970. */
export function shortTime(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return 'a time out of range';
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A span of milliseconds, in its largest unit: 40 ms, 12 s, 3 min, 5 h, 12 d. */
export function duration(milliseconds: number): string {
  return milliseconds < 2_000 ? `${Math.round(milliseconds)} ms` : span(milliseconds);
}

/** When a stretch of time was, to put after a verb. */
export function during({ from, to }: Stretch): string {
  if (from === to) return `at ${shortTime(from)}`;
  if (Number.isFinite(from) && Number.isFinite(to)) return `between ${shortTime(from)} and ${shortTime(to)}`;
  if (Number.isFinite(from)) return `since ${shortTime(from)}`;
  return Number.isFinite(to) ? `up to ${shortTime(to)}` : 'at any time';
}

/** The ends of a stretch as `Judgement.stretch` has them: null if open. */
export function ends({ from, to }: Stretch): { from: number | null; to: number | null } {
  return { from: Number.isFinite(from) ? from : null, to: Number.isFinite(to) ? to : null };
}
