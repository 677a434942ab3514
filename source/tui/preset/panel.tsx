import { Text } from 'ink';
import type { ReactElement } from 'react';
import { verdictOf } from '../../counter/count-change.ts';
import type { CounterNouns } from '../../counter/definition/counter-nouns.ts';
import { observedSentence, observedWords } from '../../format/format-count-change.ts';
import { clock, count } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { wrap } from '../../format/wrap.ts';
import { Line } from '../shared/line.tsx';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import type { Theme } from '../theme.ts';
import { isWatching, keepWorst } from './state.ts';
import type { Seen, WatchingLimit } from './watching-model.ts';

const limitWords = ({ row, record }: CounterNouns): Record<WatchingLimit, string> => ({
  hidden: `Only the count is watched: this role may not see all ${record[1]}.`,
  'no-index': `Only the count is watched: the table has no index for counting the ${record[1]} of one ${row[0]}.`,
  slow: `Only the count is watched: counting the ${record[1]} exceeded the statement timeout.`,
});

/**
 * The wait for a real use in at most `room` rows: since when, what to do, and what was seen, newest first. If not
 * everything fits, the problems stay.
 */
export function watchingLines(state: State, theme: Theme, room: number): ReactElement[] {
  const { watching } = state;
  if (!watching) return [];
  const head = headLines(state, theme);
  const shown = fitting(state, room - head.length);
  const more = watching.changes.length - shown.length;
  return [
    ...head,
    ...[...shown].reverse().flatMap(seen => changeLines(seen, state, theme, 'seen')),
    ...(more > 0
      ? [<Line key="more" dimColor>{`  and ${count(more)} more, at the end of this screen`}</Line>]
      : []),
  ];
}

/** Everything that was seen, newest first, for the end of the screen; empty if `watchingLines` shows it all. */
export function seenLines(state: State, theme: Theme, room: number): ReactElement[] {
  const { watching } = state;
  if (!watching) return [];
  const { changes } = watching;
  if (fitting(state, room - headLines(state, theme).length).length === changes.length) return [];
  return [
    <Text key="gap seen"> </Text>,
    <Text key="title seen" bold>
      Everything seen
    </Text>,
    ...[...changes].reverse().flatMap(seen => changeLines(seen, state, theme, 'all')),
  ];
}

function headLines(state: State, { severity }: Theme): ReactElement[] {
  const { watching, paused, failure } = state;
  if (!watching) return [];
  const isOn = isWatching(state);
  const note = (text: string, color?: string) =>
    wrap(text, state.size.columns - indent.length).map(row => (
      <Line key={row} {...(color ? { color } : { dimColor: true })}>
        {indent}
        {row}
      </Line>
    ));
  return [
    <Text key="gap watching"> </Text>,
    <Line key="title watching" bold>
      {titleOf(watching.since, watching.until)}
    </Line>,
    ...(watching.blind
      ? note(displayText(limitWords(nounsIn(state))[watching.blind]), severity.warning)
      : []),
    ...(isOn && paused
      ? note('Paused: nothing is read. Press p to resume and see what changed since.', severity.warning)
      : []),
    ...(isOn && !paused && failure
      ? note('Nothing can be read now. The next tick will show what changed since.', severity.warning)
      : []),
    ...(isOn && !paused && !failure && watching.since !== null && watching.changes.length === 0
      ? note(waitingWords(state), severity.info)
      : []),
    ...(!isOn && watching.changes.length === 0 ? note('Nothing was seen.') : []),
  ];
}

function waitingWords(state: State): string {
  if (watchesPresets(state)) return 'Waiting for a use: make one in the application now';
  return `Waiting for a new ${displayText(nounsIn(state).event[0])}: make one in the application now`;
}

function titleOf(since: number | null, until: number | null): string {
  if (since === null) return 'Watching: reading the first counts';
  return until === null
    ? `Watching since ${clock(since)} UTC`
    : `Watched from ${clock(since)} to ${clock(until)} UTC`;
}

const indent = '  ';
const wordWidth = 12;
/** Columns left of the sentence: indent, time, glyph and word, two columns between the parts. */
const before = indent.length + 8 + 2 + 2 + wordWidth + 2;

/** As many changes as fit into `room` rows. If not all do, one row is left to say so. */
function fitting(state: State, room: number): readonly Seen[] {
  const changes = state.watching?.changes ?? [];
  for (let most = Math.min(changes.length, Math.max(1, room)); most > 1; most--) {
    const kept = keepWorst(changes, most);
    const rows = kept.reduce((sum, seen) => sum + sentenceRows(seen, state).length, 0);
    if (rows + (kept.length < changes.length ? 1 : 0) <= room) return kept;
  }
  return keepWorst(changes, 1);
}

function sentenceRows({ change }: Seen, state: State): string[] {
  return wrap(observedSentence(change, nounsIn(state)), state.size.columns - before);
}

function changeLines(seen: Seen, state: State, theme: Theme, place: string): ReactElement[] {
  const { glyphs, badge, severity } = theme;
  const colors = {
    right: badge.accurate,
    unknown: severity.info,
    warning: severity.warning,
    error: severity.error,
  };
  const verdict = verdictOf(seen.change);
  return sentenceRows(seen, state).map((row, index) => (
    <Line key={`${place} ${seen.at} ${row}`}>
      {index > 0 ? (
        ' '.repeat(before)
      ) : (
        <>
          {indent}
          {clock(seen.at)}
          {'  '}
          <Text color={colors[verdict]} bold>
            {glyphs.verdict[verdict]} {observedWords[seen.change.kind].padEnd(wordWidth)}
          </Text>
          {'  '}
        </>
      )}
      {row}
    </Line>
  ));
}
