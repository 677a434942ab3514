import { Text } from 'ink';
import type { ReactElement } from 'react';
import stringWidth from 'string-width';
import type { Groups } from '../../counter/reading/breakdown.ts';
import { count } from '../../format/numbers.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import type { Row, State } from '../state/model.ts';
import { hidesRecords } from '../state/selectors.ts';
import type { Theme } from '../theme.ts';

const indent = 20;

/** The types and the users that the latest records have most. Empty where it is not known, or some records are hidden. */
export function breakdownLines(
  { breakdown, size, inspected }: State,
  row: Row,
  { glyphs }: Theme,
): ReactElement[] {
  const found = breakdown?.id === row.id && !hidesRecords({ inspected }) ? breakdown.value : null;
  if (!found || found.records === 0) return [];
  const limit = found.onlyLatest ? `, of the latest ${count(found.records)}` : '';
  const width = size.columns - indent - limit.length;
  const line = (title: string, groups: Groups | null) =>
    groups && (
      <Line key={title}>
        <Text dimColor>{title.padEnd(indent)}</Text>
        {groupWords(groups, width, glyphs.ellipsis)}
        <Text dimColor>{limit}</Text>
      </Line>
    );
  return [line('Top types', found.types), line('Top users', found.users)].filter(each => each !== null);
}

/** The largest groups, as many as `width` columns have room for, and how many others there are. */
export function groupWords({ top, groups }: Groups, width: number, mark: string): string {
  // So that two fit in 80 columns, also of ids; the first letters tell them apart.
  const longest = Math.max(12, Math.floor(width / 2) - 16);
  const parts = top.map(({ value, records }) => {
    const name = value === null ? 'NULL' : displayText(value) || 'empty';
    return `${toWidth(name, longest, 'left', mark).trimEnd()} ${count(records)}`;
  });
  const text = (shown: number) => {
    const others = groups - shown;
    return [...parts.slice(0, shown), ...(others > 0 ? [`${count(others)} more`] : [])].join(', ');
  };
  let shown = parts.length;
  while (shown > 1 && stringWidth(text(shown)) > width) shown -= 1;
  return text(shown);
}
