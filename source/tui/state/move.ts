/** Where the cursor goes: rows for `by`, windows for `page`. */
export type Move = { by: number } | { page: number } | { to: 'start' | 'end' };

/** The place of a cursor after a move, from 0 up to `last`; `page` is how many rows a window has. */
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
