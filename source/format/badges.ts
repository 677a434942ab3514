import type { ChangeVerdict } from '../counter/count-change.ts';
import type { Badge } from '../counter/counter.ts';

/** The signs the console draws with; every one is one cell wide. */
export interface Glyphs {
  badge: Record<Badge, string>;
  verdict: Record<ChangeVerdict, string>;
  ellipsis: string;
  cursor: string;
  up: string;
  down: string;
  on: string;
  off: string;
  separator: string;
  bars: string;
}

const unicode: Glyphs = {
  badge: { accurate: '✓', mismatch: '✗', checking: '·', hidden: '?' },
  verdict: { right: '✓', unknown: '·', warning: '!', error: '✗' },
  ellipsis: '…',
  cursor: '›',
  up: '↑',
  down: '↓',
  on: '●',
  off: '○',
  separator: '│',
  bars: ' ▁▂▃▄▅▆▇█',
};

const ascii: Glyphs = {
  badge: { accurate: '=', mismatch: '!', checking: '.', hidden: '?' },
  verdict: { right: '=', unknown: '.', warning: '~', error: '!' },
  ellipsis: '~',
  cursor: '>',
  up: '^',
  down: 'v',
  on: '*',
  off: 'o',
  separator: '|',
  bars: ' .:-=+*#@',
};

/** The signs for `--ascii` or without it. */
export function glyphs(useAscii: boolean): Glyphs {
  return useAscii ? ascii : unicode;
}

/** The word of a badge: colour and glyph never stand alone. */
export const badgeWords: Record<Badge, string> = {
  accurate: 'Accurate',
  mismatch: 'Mismatch',
  checking: 'Checking',
  hidden: 'Hidden',
};

/** Values as bars of eight heights, the largest full; a value above zero is never drawn as nothing. */
export function sparkline(values: readonly number[], { bars }: Glyphs): string {
  const most = Math.max(1, ...values);
  return values
    .map(value => bars[value === 0 ? 0 : Math.max(1, Math.round((value / most) * (bars.length - 1)))])
    .join('');
}
