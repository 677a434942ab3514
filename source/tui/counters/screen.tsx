import { Box, Text } from 'ink';
import type { NotCheckable } from '../../counter/definition/definition.ts';
import { keptBy, knownBy, whatIsCounted } from '../../format/format-definition.ts';
import { clock, count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import type { State } from '../state/model.ts';
import { titledRows } from '../state/selectors.ts';
import { watchedId } from '../state/watch-counter.ts';
import { useTheme } from '../theme.ts';
import { counterCells, counterTitles, counterWidths, shortId } from './cells.ts';
import { type Counters, type ListedCounter, noCounters } from './model.ts';
import { countersRows, entryAtCursor } from './state.ts';

/** Every counter of the database with its sums, and what looks like one and cannot be checked. */
export function CountersScreen({ state }: { state: State }) {
  const counters = state.counters ?? noCounters;
  const { glyphs } = useTheme();
  const titles = counterTitles(counterWidths(state.size.columns), glyphs.ellipsis);
  return (
    <Box flexDirection="column" height={titledRows(state.size)} overflow="hidden">
      <Box flexShrink={0}>
        <Line bold>
          {'  '}
          {Object.values(titles).join('')}
        </Line>
      </Box>
      <Box flexDirection="column" height={countersRows(state.size)} flexShrink={0} overflow="hidden">
        <Entries counters={counters} state={state} />
      </Box>
      <Box flexShrink={0}>
        <Line dimColor>
          {'  '}
          {positionOf(counters)}
        </Line>
      </Box>
      <Detail counters={counters} state={state} />
    </Box>
  );
}

function Entries({ counters, state }: { counters: Counters; state: State }) {
  const { listed, notCheckable, cursor, phase } = counters;
  const entries = [...listed, ...notCheckable];
  if (entries.length === 0) {
    if (phase === 'failed') return null;
    if (phase === 'found') return <Text>{'  No counter was found in this database.'}</Text>;
    return state.paused ? (
      <Text>{'  Paused: press p to resume, and the database is searched for counters.'}</Text>
    ) : (
      <Text dimColor>{'  Searching the database for counters'}</Text>
    );
  }
  const rows = countersRows(state.size);
  const top = Math.max(0, Math.min(cursor - Math.floor(rows / 2), entries.length - rows));
  return entries
    .slice(top, top + rows)
    .map((entry, index) => (
      <Entry key={idOf(entry)} entry={entry} selected={top + index === cursor} state={state} />
    ));
}

function Entry({
  entry,
  selected,
  state,
}: {
  entry: ListedCounter | NotCheckable;
  selected: boolean;
  state: State;
}) {
  const { glyphs, badge } = useTheme();
  const widths = counterWidths(state.size.columns);
  const mark = selected ? glyphs.cursor : ' ';
  const { schema } = state.counters ?? noCounters;
  const instead = insteadOfSums(entry);
  if (!('definition' in entry) || instead !== null) {
    const name = 'definition' in entry ? shortId(entry.definition, schema) : shortNameOf(entry, schema);
    return (
      <Line inverse={selected} dimColor={!selected}>
        {mark} {toWidth(displayText(name), widths.name - 1, 'left', glyphs.ellipsis)}{' '}
        {displayText(instead ?? '')}
      </Line>
    );
  }
  const auditing = state.counters?.auditing === entry.definition.id;
  const cells = counterCells(entry, widths, { auditing, mark: glyphs.ellipsis, schema });
  const wrong = (entry.audited?.sums?.mismatched ?? 0) > 0;
  return (
    <Line inverse={selected} bold={entry.definition.id === watchedId(state)}>
      {mark} {cells.name}
      {cells.records}
      {cells.keeper}
      {cells.sure}
      {cells.rows}
      {cells.accurate}
      {wrong && !selected ? <Text color={badge.mismatch}>{cells.wrong}</Text> : cells.wrong}
    </Line>
  );
}

/** What stands in the place of the sums: why there are none. */
function insteadOfSums(entry: ListedCounter | NotCheckable): string | null {
  if (!('definition' in entry)) return `cannot be checked: ${entry.reason}`;
  const why = entry.audited?.notCounted ?? null;
  return why === null ? null : `not counted: ${why}`;
}

function shortNameOf({ table, column }: NotCheckable, schema: string): string {
  return `${table.schema === schema ? '' : `${table.schema}.`}${table.table}.${column}`;
}

const idOf = (entry: ListedCounter | NotCheckable) =>
  'definition' in entry ? entry.definition.id : entry.id;

function positionOf({ listed, notCheckable, cursor, phase }: Counters): string {
  const all = listed.length + notCheckable.length;
  if (all === 0) return phase === 'searching' ? '' : 'none';
  const audited = listed.filter(each => each.audited !== null);
  const wrong = audited.filter(({ audited: found }) => (found?.sums?.mismatched ?? 0) > 0).length;
  return [
    `${count(cursor + 1)} of ${count(all)}`,
    phase === 'searching'
      ? 'searching again'
      : audited.length === listed.length
        ? `${amount(listed.length, 'counter')} audited`
        : `${count(audited.length)} of ${amount(listed.length, 'counter')} audited`,
    ...(wrong > 0 ? [`${count(wrong)} with wrong counts`] : []),
  ].join(', ');
}

/** What is known of the entry under the cursor, in full. */
function Detail({ counters, state }: { counters: Counters; state: State }) {
  const { severity } = useTheme();
  const entry = entryAtCursor(state);
  return (
    // What does not fit is cut off: the lines above must not give way to it.
    <Box flexDirection="column" overflow="hidden">
      {counters.error ? (
        <Box flexShrink={0}>
          <Text color={severity.error}>
            {displayText(`${counters.error.message} ${counters.error.hint}`)}
          </Text>
        </Box>
      ) : null}
      {entry
        ? detailOf(entry).map((text, index) => (
            <Box key={text} flexShrink={0}>
              <Paragraph bold={index === 0}>{displayText(text)}</Paragraph>
            </Box>
          ))
        : null}
    </Box>
  );
}

function detailOf(entry: ListedCounter | NotCheckable): string[] {
  if (!('definition' in entry)) return [entry.id, `It cannot be checked. ${entry.reason}`];
  const { definition, audited } = entry;
  const [evidence] = definition.source.evidence.slice(-1);
  const keeper = keptBy(definition);
  const words = [
    `Counts ${whatIsCounted(definition)}.`,
    `${keeper === null ? 'Nothing was found that keeps it' : `${keeper.charAt(0).toUpperCase()}${keeper.slice(1)}`}; known by ${knownBy(definition)}.`,
  ];
  return [
    definition.id,
    words.join(' '),
    ...(evidence === undefined ? [] : [evidence]),
    ...(audited?.notCounted ? [`Not counted: ${audited.notCounted}`] : []),
    ...(audited?.sums ? [`Audited at ${clock(audited.at)} UTC.`] : []),
  ];
}
