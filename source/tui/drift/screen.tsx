import { Box, Text } from 'ink';
import { verdictOf } from '../../counter/count-change.ts';
import { titled } from '../../counter/definition/counter-nouns.ts';
import { rowsOf } from '../../counter/definition/nouns.ts';
import { observedWords } from '../../format/format-count-change.ts';
import { brief, clock, count, day, signed, span, timeOfEvent } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { table } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';
import type { DriftEntry, LoggedWriter } from '../../watch/drift-log.ts';
import {
  eventSentence,
  keptWords,
  repairSentence,
  whenSentence,
  writerLine,
  writerRemarks,
} from '../../watch/format-drift.ts';
import { namesIn } from '../rows/shared-names.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { titledRows } from '../state/selectors.ts';
import { type Theme, useTheme } from '../theme.ts';
import { driftAtCursor, driftRows, entryCursor } from './state.ts';

/** The drift log: what came out of step while the console watched, newest first, and who was writing then. */
export function DriftScreen({ state }: { state: State }) {
  const height = titledRows(state.size);
  const entry = driftAtCursor(state);
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      {entry ? (
        <>
          <Entries state={state} />
          <Repairs state={state} />
          <KeptProblem state={state} />
          <Detail entry={entry} state={state} />
        </>
      ) : (
        <Nothing state={state} />
      )}
    </Box>
  );
}

function Nothing({ state }: { state: State }) {
  const { drift, inspected } = state;
  if (inspected && inspected.tables.hiddenBy.length > 0) {
    return (
      <Paragraph>{`Not watched for drift: ${displayText(inspected.tables.hiddenBy[0] ?? '')}.`}</Paragraph>
    );
  }
  const since =
    drift.since === null
      ? 'The first counts are being read.'
      : `Since ${timeOfEvent(drift.since, nowOf(state))} no count has come out of step with its ${nounsIn(state).record[1]}.`;
  return (
    <>
      <Paragraph>{displayText(`${since} ${coverage(state)}`)}</Paragraph>
      <Repairs state={state} />
      <KeptProblem state={state} />
    </>
  );
}

/** What could not be read back from the file of the log. */
function KeptProblem({ state: { drift } }: { state: State }) {
  const theme = useTheme();
  const problem = drift.kept?.problem ?? null;
  return problem === null ? null : (
    <Paragraph color={theme.severity.warning}>{displayText(problem)}</Paragraph>
  );
}

/** The time of the last read, in milliseconds since 1970: what is on screen is as of then. */
function nowOf({ freshAt, drift }: State): number {
  return freshAt ?? drift.since ?? 0;
}

/** How often counts are compared, and what the log leaves out. */
function coverage(state: State): string {
  const { pace, totals, driftLog } = state;
  const nouns = nounsIn(state);
  const every = span(Math.max(pace, 1_000));
  const all = totals ? rowsOf({ nouns }, totals.rows) : nouns.row[1];
  return `While this console runs, it compares the ${nouns.row[1]} on screen every ${every} and all ${all} with each audit. Its own repairs are in the history, not here. ${keptWords(driftLog)} Times are UTC.`;
}

/** What other processes repaired, which is no drift. */
function Repairs({ state }: { state: State }) {
  const [last, ...others] = state.drift.repairs;
  if (!last) return null;
  const more = others.length === 0 ? '' : `; ${amount(others.length, 'repair')} before it`;
  return (
    <Paragraph
      dimColor
    >{`${displayText(repairSentence(last, nowOf(state), nounsIn(state)))}${more}`}</Paragraph>
  );
}

function titles(state: State): string[] {
  const { row: rows, sums } = nounsIn(state);
  return ['When UTC', displayText(titled(rows[0])), 'What', 'Count', sums ? 'Sum' : 'Records', 'Times'];
}

const columns = { when: 8, what: 14, count: 8, records: 8, times: 7 };

function Entries({ state }: { state: State }) {
  const theme = useTheme();
  const { entries, total, kept } = state.drift;
  const all = total + (kept?.events ?? 0);
  const cursor = entryCursor(state);
  const rows = Math.min(entries.length, driftRows(state.size));
  const top = Math.max(0, Math.min(cursor - Math.floor(rows / 2), entries.length - rows));
  const shown = entries.slice(top, top + rows);
  const called = namesIn(
    state.rows,
    shown.map(({ preset }) => preset),
  );
  const fixed = Object.values(columns).reduce((sum, width) => sum + width + 1, 2);
  const width = Math.max(10, state.size.columns - fixed);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line bold>{`  ${row(titles(state), width, theme)}`}</Line>
      {shown.map((entry, index) => (
        <EntryRow
          key={`${entry.preset.id} ${entry.kind}`}
          entry={entry}
          name={called(entry.preset)}
          width={width}
          selected={top + index === cursor}
          theme={theme}
          now={nowOf(state)}
        />
      ))}
      <Line dimColor>
        {'  '}
        {count(cursor + 1)} of {count(entries.length)}
        {all > entries.length ? `, ${count(all)} events` : ''}
        {kept && kept.events > 0 ? `, ${count(kept.events)} of them of earlier runs` : ''}
        {state.drift.since === null ? '' : `, since ${timeOfEvent(state.drift.since, nowOf(state))} UTC`}
      </Line>
    </Box>
  );
}

function EntryRow({
  entry,
  name,
  width,
  selected,
  theme,
  now,
}: {
  entry: DriftEntry;
  name: string;
  width: number;
  selected: boolean;
  theme: Theme;
  now: number;
}) {
  const { glyphs, severity, badge } = theme;
  const { kind, times, last, countBy, recordsBy } = entry;
  const verdict = verdictOf(last.change);
  const text = row(
    [
      // Of another day, the day: the detail has the time.
      day(last.at) === day(now) ? clock(last.at) : day(last.at).slice(-5),
      name,
      `${glyphs.verdict[verdict]} ${observedWords[kind]}`,
      by(countBy),
      by(recordsBy),
      times === 1 ? '' : `x${brief(times, 5)}`,
    ],
    width,
    theme,
  );
  const color = {
    right: badge.accurate,
    unknown: severity.info,
    warning: severity.warning,
    error: severity.error,
  };
  return (
    <Line inverse={selected} color={color[verdict]}>
      {selected ? glyphs.cursor : ' '} {text}
    </Line>
  );
}

function by(difference: number): string {
  if (!Number.isFinite(difference)) return '';
  return Math.abs(difference) < 1e6
    ? signed(difference)
    : `${difference > 0 ? '+' : ''}${brief(difference, 7)}`;
}

function row(cells: string[], name: number, { glyphs }: Theme): string {
  const { when, what, count: counts, records, times } = columns;
  return table([when, name, what, { right: counts }, { right: records }, times], glyphs.ellipsis)(cells);
}

function Detail({ entry, state }: { entry: DriftEntry; state: State }) {
  const { inspected } = state;
  const remarks = writerRemarks(entry, {
    user: inspected?.server.user ?? 'this role',
    demo: inspected?.label === 'demo',
  });
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Paragraph>{displayText(eventSentence(entry, nounsIn(state)))}</Paragraph>
      <Paragraph>{whenSentence(entry, nowOf(state))}</Paragraph>
      <Text bold>Seen writing in between</Text>
      {entry.writers.map((writer, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a writer has no id; its position is its identity.
        <WriterLines key={index} writer={writer} times={entry.times} state={state} />
      ))}
      {remarks.map(remark => (
        <Paragraph key={remark} dimColor>
          {displayText(remark)}
        </Paragraph>
      ))}
    </Box>
  );
}

function WriterLines({ writer, times, state }: { writer: LoggedWriter; times: number; state: State }) {
  return (
    <Box flexDirection="column" flexShrink={0} paddingLeft={2}>
      <Paragraph>{displayText(writerLine(writer, times, nowOf(state), nounsIn(state)))}</Paragraph>
      {writer.query === null ? null : (
        <Box paddingLeft={2} flexShrink={0}>
          <Paragraph dimColor>{displayText(writer.query)}</Paragraph>
        </Box>
      )}
    </Box>
  );
}
