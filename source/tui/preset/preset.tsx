import { Text } from 'ink';
import type { ReactElement } from 'react';
import { badge, drift } from '../../counter/counter.ts';
import { titled } from '../../counter/definition/counter-nouns.ts';
import { badgeWords } from '../../format/badges.ts';
import { driftText, recordsText } from '../../format/format-figures.ts';
import { ago, countOf, dateTime } from '../../format/numbers.ts';
import { presetName } from '../../format/preset-name.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import { Place } from '../shared/title.tsx';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { Row, State } from '../state/model.ts';
import { hidesRecords, selectedRow, windowRows } from '../state/selectors.ts';
import { type Theme, useTheme } from '../theme.ts';
import { breakdownLines } from './breakdown.tsx';
import { whyWrongLines } from './diagnosis.tsx';
import { driftOverTime, driftWords } from './drift-words.ts';
import { seenLines, watchingLines } from './panel.tsx';
import { trendLines } from './trend.tsx';

/** One row: its count and its records, the last use according to each, and the latest records. */
export function PresetScreen({ state }: { state: State }) {
  const theme = useTheme();
  const row = selectedRow(state);
  const height = windowRows(state.size) + 2;
  const facts = row
    ? counterLines(state, row, theme)
    : [<Text key="gone">{`This ${displayText(nounsIn(state).row[0])} is gone.`}</Text>];
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
  const kind = badge(row, !hidesRecords(state));
  const nouns = nounsIn(state);
  // A sum may be below 0.
  const sums = row.exactDrift !== undefined;
  const detail = state.detail?.id === row.id ? state.detail.value : null;
  const logged = state.drift.changes.filter(({ id }) => id === row.id);
  const fact = (name: string, value: string) => (
    <Line key={`fact ${name}`}>
      <Text dimColor>{toWidth(name, 19, 'left', glyphs.ellipsis)} </Text>
      {value}
    </Line>
  );
  return [
    <Line key="name">
      <Text bold>{presetName(row)}</Text>
      <Place state={state} />
    </Line>,
    ...keyFacts(state, row).map(([name, value]) => fact(name, displayText(value))),
    <Text key="badge">
      <Text dimColor>{'Badge'.padEnd(20)}</Text>
      <Text color={colors[kind]} bold>
        {glyphs.badge[kind]} {badgeWords[kind]}
      </Text>
    </Text>,
    fact(displayText(state.inspected?.tables.definition?.row.count ?? 'Count'), displayText(countOf(row))),
    fact(recordsTitle(state), recordWords(row, kind === 'hidden')),
    fact('Drift', driftWords(drift(row), sums ? null : row.usageCount, kind === 'hidden', driftText(row))),
    ...(logged.length === 0 || kind === 'hidden'
      ? []
      : [fact('Drift log', driftOverTime(logged, state.freshAt ?? 0, state.size.columns - 20))]),
    ...lastUse(state, row).map(([name, value]) => fact(name, value)),
    fact(
      kind === 'hidden' ? 'Newest visible' : `Newest ${displayText(nouns.record[0])}`,
      detail ? newestWords(state, detail.newestAt) : 'reading',
    ),
  ];
}

/** The key: of presets under its usual title, else column by column. A name that is the key is not repeated. */
function keyFacts(state: State, row: Row): [string, string][] {
  const key = state.inspected?.tables.definition?.row.key ?? [];
  if (watchesPresets(state)) return [['Id', row.id]];
  if (key.length === 1) return row.id === row.name ? [] : [[displayText(key[0] ?? ''), row.id]];
  const values = JSON.parse(row.id) as string[];
  return key.map((name, place) => [displayText(name), values[place] ?? '']);
}

function recordsTitle(state: State): string {
  const amount = state.inspected?.tables.definition?.record.amount ?? null;
  return displayText(amount === null ? titled(nounsIn(state).record[1]) : `Sum of ${amount}`);
}

function recordWords(row: Row, hidden: boolean): string {
  if (hidden) return 'not known: this role may not see them all';
  return row.records === null ? 'not counted yet' : recordsText(row);
}

/** When the last use was counted, if rows have a time for it. */
function lastUse(state: State, { lastUsedAt }: Row): [string, string][] {
  const touched = state.inspected?.tables.definition?.row.touched ?? null;
  const time = when(lastUsedAt, state.serverNow);
  if (watchesPresets(state)) return [['Last use counted', time]];
  return touched === null ? [] : [[displayText(touched), time]];
}

function newestWords(state: State, newestAt: number | null): string {
  const timed = watchesPresets(state) || state.inspected?.tables.records.time !== null;
  return timed ? when(newestAt, state.serverNow) : 'not known: no column has its time';
}

function when(time: number | null, now: number): string {
  return time === null ? 'never' : `${dateTime(time)} (${ago(time, now)})`;
}

function recordLines(state: State, row: Row, theme: Theme): ReactElement[] {
  const detail = state.detail?.id === row.id ? state.detail.value : null;
  const { record } = nounsIn(state);
  const records = displayText(record[1]);
  if (!detail) return [<Text key="wait"> </Text>, <Text key="reading">{`Reading its ${records}`}</Text>];
  const hidden = hidesRecords(state);
  return [
    ...trendLines(state, row, detail, theme),
    ...breakdownLines(state, row, theme),
    <Text key="gap2"> </Text>,
    <Text key="title" bold>
      {hidden ? `Latest ${records} that this role may see` : `Latest ${records}`}
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
