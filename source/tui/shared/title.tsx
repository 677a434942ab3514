import { Text } from 'ink';
import { titled } from '../../counter/definition/counter-nouns.ts';
import { count } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { shortId } from '../counters/cells.ts';
import { noCounters } from '../counters/model.ts';
import { definitionIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import type { Screen } from '../state/screens.ts';
import { Line } from './line.tsx';

/** What screens are called that do not begin with a title of their own. */
const names: Partial<Record<Screen, string>> = {
  trigger: 'trigger',
  checklist: 'checklist',
  history: 'history',
  tables: 'tables',
  drift: 'drift log',
  counters: 'counters',
  help: 'help',
};

/** Which screen this is, of which counter in which database, and how many counts are wrong. */
export function Title({ state }: { state: State }) {
  const name = names[state.screen];
  if (name === undefined) return null;
  return (
    <Line>
      <Text bold>{titled(name)}</Text>
      <Place state={state} />
      <Verdict state={state} />
    </Line>
  );
}

/** The counter and the database, where they are known. */
export function Place({ state }: { state: State }) {
  const { inspected, counters, screen } = state;
  const definition = screen === 'counters' ? undefined : definitionIn(state);
  const counter = definition && shortId(definition, (counters ?? noCounters).schema);
  const server = (inspected ?? counters?.server)?.server;
  const parts = [...(counter === undefined ? [] : [counter]), ...(server ? [`in ${server.database}`] : [])];
  return <Text dimColor>{displayText(`  ${parts.join(' ')}`)}</Text>;
}

/** How many counts are wrong, or that all are right; nothing while that is not known. */
function Verdict({ state: { totals, inspected, screen } }: { state: State }) {
  if (screen === 'counters' || totals === null || inspected?.tables.hiddenBy.length !== 0) return '';
  if (totals.mismatched > 0)
    return (
      <Text color="red" bold>
        {`  ${count(totals.mismatched)} wrong`}
      </Text>
    );
  return totals.accurate === totals.rows ? <Text color="green">{'  Accurate'}</Text> : '';
}
