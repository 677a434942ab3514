import { Box, Text } from 'ink';
import type { Noun } from '../../counter/definition/definition.ts';
import { presetNouns } from '../../counter/definition/nouns.ts';
import { bareDateTime, brief, count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { table } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';
import { originWords } from '../../repair/format-origin.ts';
import { unfinishedWords } from '../../repair/format-unfinished.ts';
import type { HistoryEntry } from '../../repair/history-entry.ts';
import { Facts } from '../shared/facts.tsx';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { titledRows } from '../state/selectors.ts';
import { watchedId } from '../state/watch-counter.ts';
import { useTheme } from '../theme.ts';
import { entryAtCursor, entryRows, otherCounter, whyNotTakeBack } from './history.ts';
import type { History } from './history-model.ts';

/** What this console has done, newest first, and the details of the operation under the cursor. */
export function HistoryScreen({ state }: { state: State }) {
  const { history } = state;
  const height = titledRows(state.size);
  if (!history) return <Text dimColor>Reading the receipts</Text>;
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      <Entries history={history} state={state} />
      <Detail state={state} />
      <Problems history={history} />
    </Box>
  );
}

function Entries({ history, state }: { history: History; state: State }) {
  const { glyphs } = useTheme();
  const { entries, cursor, error } = history;
  if (entries.length === 0)
    return <Text>{error ? '' : 'Nothing has been synced, reset or migrated yet.'}</Text>;
  const rows = entryRows(state.size);
  const top = Math.max(0, Math.min(cursor - Math.floor(rows / 2), entries.length - rows));
  const by = 18 + Math.min(20, state.size.columns - 80);
  const row = table([19, 7, by, { right: 8 }, { right: 8 }, 12], glyphs.ellipsis);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line bold>
        {'  '}
        {row(['When (UTC)', 'Action', 'By', 'Changed', 'Deleted', 'State'])}
      </Line>
      {entries.slice(top, top + rows).map((entry, index) => (
        <Line key={entry.id} inverse={top + index === cursor} dimColor={!entry.here}>
          {top + index === cursor ? glyphs.cursor : ' '}{' '}
          {row([
            bareDateTime(Date.parse(entry.at)),
            entry.action,
            displayText(entry.by),
            brief(entry.changed, 8),
            brief(entry.deleted, 8),
            stateOf(entry),
          ])}
        </Line>
      ))}
      <Line dimColor>
        {'  '}
        {count(cursor + 1)} of {count(entries.length)}
      </Line>
    </Box>
  );
}

function stateOf({ undone, ended, origin }: HistoryEntry): string {
  const state = undone ? 'taken back' : ended;
  return origin === 'own' ? state : `! ${state}`;
}

function Detail({ state }: { state: State }) {
  const entry = entryAtCursor(state);
  if (!entry) return null;
  const { action, database, file, changed, deleted, restored, left, ended, undone, origin } = entry;
  const doubt = originWords(origin);
  const rows = rowNoun(entry, state);
  const did = [
    action === 'migrate' ? 'trigger and functions installed' : `${amount(changed, ...rows)} changed`,
    ...(deleted > 0 ? [`${amount(deleted, 'record')} deleted`] : []),
    ...(restored > 0 ? [`${amount(restored, 'record')} put back`] : []),
    ...(left > 0 ? [`${amount(left, ...rows)} left alone`] : []),
    ...(undone ? ['taken back since'] : []),
    ...(doubt === null ? [] : [doubt]),
  ].join(', ');
  const why = whyNotTakeBack(state);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Facts
        facts={[
          ['Did', `${did}${ended === 'unfinished' ? `; ${unfinishedWords(entry)}` : ''}`],
          ...(entry.counter === null ? [] : [['Counter', entry.counter] as [string, string]]),
          ['Database', `${database}${whichDatabase(entry, state)}`],
          ['Receipt', file],
        ]}
      />
      <Paragraph bold={why === null} dimColor={why !== null}>
        {why ?? 'Press b to plan an undo.'}
      </Paragraph>
    </Box>
  );
}

/** Whether it is the open one; of another counter's repair that is not known, because it is told by the tables too. */
function whichDatabase(entry: HistoryEntry, state: State): string {
  if (entry.here) return ', which is open';
  return otherCounter(entry, state) === null ? ', which is not the open one' : '';
}

/** What the rows of a repair are called, as far as it is known: those of the counter that is open, or presets. */
function rowNoun({ counter }: HistoryEntry, state: State): Noun {
  if (counter === null) return presetNouns.row;
  return counter === watchedId(state) ? nounsIn(state).row : ['row', 'rows'];
}

const mostDamaged = 2;

/** Receipts that cannot be read, by name: their operations cannot be taken back from here. */
function Problems({ history: { damaged, error } }: { history: History }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {error ? <Paragraph color="red">{displayText(`${error.message} ${error.hint}`)}</Paragraph> : null}
      {damaged.slice(0, mostDamaged).map(({ file, message }) => (
        <Paragraph key={file} color="yellow">
          {displayText(message)}
        </Paragraph>
      ))}
      {damaged.length > mostDamaged ? (
        <Paragraph color="yellow">{`and ${count(damaged.length - mostDamaged)} more: preset-usage receipts lists them all.`}</Paragraph>
      ) : null}
    </Box>
  );
}
