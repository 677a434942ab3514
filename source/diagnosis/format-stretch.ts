import type { Glyphs } from '../format/badges.ts';
import { dateTime, span } from '../format/numbers.ts';
import type { Diagnosis } from './diagnosis.ts';

/** The time that a plot covers: from the start of its first column to the end of its last, in milliseconds since 1970. */
interface PlotSpan {
  from: number;
  to: number;
  columns: number;
}

/**
 * The line under a plot that marks a stretch of time. It marks every column that the stretch touches, and the nearest one if
 * the stretch lies outside the plot. Empty if both ends are open: marking everything would show nothing.
 */
export function stretchMarks(
  { from, to, columns }: PlotSpan,
  stretch: Diagnosis['stretch'],
  { up }: Pick<Glyphs, 'up'>,
): string {
  if (!stretch || (stretch.from === null && stretch.to === null)) return '';
  const column = (time: number) =>
    Math.max(0, Math.min(columns - 1, Math.floor(((time - from) / Math.max(1, to - from)) * columns)));
  const first = stretch.from === null ? 0 : column(stretch.from);
  const last = stretch.to === null ? columns - 1 : column(stretch.to);
  return ' '.repeat(first) + up.repeat(Math.max(1, last - first + 1));
}

/** The marked stretch in words; null if there is nothing to mark. */
export function stretchWords(stretch: Diagnosis['stretch']): string | null {
  if (!stretch) return null;
  const { from, to } = stretch;
  if (from !== null && to !== null) return `marked: ${dateTime(from)} to ${dateTime(to)}, ${span(to - from)}`;
  if (from !== null) return `marked: since ${dateTime(from)}`;
  return to === null ? null : `marked: until ${dateTime(to)}`;
}
