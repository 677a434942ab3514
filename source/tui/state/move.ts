/** A move of the cursor: `by` rows, or `page` windows. */
export type Move = { by: number } | { page: number } | { to: 'start' | 'end' };

/** The position of a cursor after a move, from 0 to `last`; `page` is the number of rows in a window. */
export function moved(cursor: number, move: Move, { page, last }: { page: number; last: number }): number {
  const wanted =
    'by' in move
      ? cursor + move.by
      : 'page' in move
        ? cursor + move.page * page
        : move.to === 'start'
          ? 0
          : last;
  return Math.max(0, Math.min(last, wanted));
}
