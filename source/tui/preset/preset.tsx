import { Text } from 'ink';
import type { ReactElement } from 'react';
import { badge, drift } from '../../counter/counter.ts';
import { badgeWords, sparkline } from '../../format/badges.ts';
import { ago, count, countOf, dateTime } from '../../format/numbers.ts';
import { presetName } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import type { Row, State } from '../state/model.ts';
import { selectedRow, windowRows } from '../state/selectors.ts';
import { type Theme, useTheme } from '../theme.ts';
import { diagnosisOf } from './diagnoses.ts';
import { whyWrongLines } from './diagnosis.tsx';
import { driftWords } from './drift-words.ts';
import { seenLines, watchingLines } from './panel.tsx';

/** One preset: its count and its records, the last use according to each, and the latest records. */
export function PresetScreen({ state }: { state: State }) {
  const theme = useTheme();
  const row = selectedRow(state);
  const height = windowRows(state.size) + 2;
  const facts = row ? counterLines(state, row, theme) : [<Text key="gone">This preset is gone.</Text>];
  // If not everything fits, Scrolled needs its last row for itself.
  const room = height - facts.length - 1;
  const lines = [
    ...facts,
    ...watchingLines(state, theme, room),
    ...(row ? whyWrongLines(state, row, theme) : []),
    ...(row ? recordLines(state, row, theme) : []),
    ...seenLines(state, theme, room),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={height} />;
}

function counterLines(state: State, row: Row, { glyphs, badge: colors }: Theme): ReactElement[] {
  const kind = badge(row, state.inspected?.tables.hiddenBy.length === 0);
  const difference = drift(row);
  const detail = state.detail?.id === row.id ? state.detail.value : null;
  const fact = (name: string, value: string) => (
    <Line key={name}>
      <Text dimColor>{name.padEnd(20)}</Text>
      {value}
    </Line>
  );
  return [
    <Line key="name" bold>
      {presetName(row)}
    </Line>,
    fact('Id', displayText(row.id)),
    <Text key="badge">
      <Text dimColor>{'Badge'.padEnd(20)}</Text>
      <Text color={colors[kind]} bold>
        {glyphs.badge[kind]} {badgeWords[kind]}
      </Text>
    </Text>,
    fact('usage_count', displayText(countOf(row))),
    fact('Records', recordWords(row.records, kind === 'hidden')),
    fact('Drift', driftWords(difference, row.usageCount, kind === 'hidden')),
    fact('Last use counted', when(row.lastUsedAt, state.serverNow)),
    fact(
      kind === 'hidden' ? 'Newest visible' : 'Newest record',
      detail ? when(detail.newestAt, state.serverNow) : 'reading',
    ),
  ];
}

function recordWords(records: number | null, hidden: boolean): string {
  if (hidden) return 'not known: this role may not see them all';
  return records === null ? 'not counted yet' : count(records);
}

function when(time: number | null, now: number): string {
  return time === null ? 'never' : `${dateTime(time)} (${ago(time, now)})`;
}

function recordLines(state: State, row: Row, { glyphs }: Theme): ReactElement[] {
  const detail = state.detail?.id === row.id ? state.detail.value : null;
  if (!detail) return [<Text key="wait"> </Text>, <Text key="reading">Reading its records</Text>];
  const hidden = state.inspected?.tables.hiddenBy.length !== 0;
  // The plot of all records includes the last days, and there is no room for both.
  const plotted = state.recordHistory?.id === row.id && diagnosisOf(state, row) !== null;
  const most = Math.max(0, ...detail.perDay);
  const plot =
    detail.perDay.length === 0 || hidden || (plotted && state.recordHistory?.history)
      ? []
      : [
          <Text key="gap"> </Text>,
          <Line key="plot">
            <Text dimColor>{'Uses per day'.padEnd(20)}</Text>
            <Text color="cyan">{sparkline(detail.perDay, glyphs)}</Text>
          </Line>,
          <Line key="scale" dimColor>
            {''.padEnd(20)}
            {`last ${detail.perDay.length} days (UTC), at most ${count(most)} per day`}
          </Line>,
        ];
  return [
    ...plot,
    <Text key="gap2"> </Text>,
    <Text key="title" bold>
      {hidden ? 'Latest records that this role may see' : 'Latest records'}
    </Text>,
    ...detail.latest.map((record, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a record has no key here; its position is its identity.
      <Line key={`record ${index}`}>
        {'  '}
        {record.at === null ? 'no time' : dateTime(record.at)}
        {'  '}
        {record.type === null ? '' : displayText(record.type)}
      </Line>
    )),
    ...(detail.latest.length === 0 ? [<Text key="none">{'  none'}</Text>] : []),
  ];
}
