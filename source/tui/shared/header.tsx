import { Box, Text } from 'ink';
import { recordsOf } from '../../counter/definition/nouns.ts';
import { count } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { useTheme } from '../theme.ts';
import { Health } from './health-line.tsx';
import { identityWords } from './identity.ts';
import { Line } from './line.tsx';
import { ContextLabel, HostLabel } from './place-label.tsx';

/** Three lines: the database, whether its trigger works, and the sums with their age. */
export function Header({ state, now }: { state: State; now: number }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Identity state={state} />
      <Health state={state} now={now} />
      <Sums state={state} />
    </Box>
  );
}

/** What the server itself reports, and the address it was reached at. */
function Identity({ state }: { state: State }) {
  const { glyphs } = useTheme();
  const inspected = state.inspected ?? state.counters?.server ?? null;
  const context = <ContextLabel context={state.context} />;
  if (!inspected)
    return (
      <Box height={1}>
        <Text bold>preset-usage</Text>
        {context}
      </Box>
    );
  const { database, rest } = identityWords(inspected, state, glyphs.ellipsis);
  return (
    <Line>
      <HostLabel label={inspected.label} />
      {context} <Text bold>{database}</Text>
      {rest}
    </Line>
  );
}

function Sums({ state }: { state: State }) {
  const { glyphs } = useTheme();
  const { totals, audit, auditFailure, inspected } = state;
  const nouns = nounsIn(state);
  const one = displayText(nouns.row[0]);
  if (inspected && inspected.tables.hiddenBy.length > 0) {
    return (
      <Line color="magenta" bold>
        Hidden: {inspected.tables.hiddenBy[0]}; any count could be wrong.
      </Line>
    );
  }
  if (!totals) {
    return (
      <Line {...(auditFailure ? { color: 'red' } : { dimColor: true })}>
        {auditFailure ? `Not audited: ${displayText(auditFailure.message)}` : ''}
        {audit ? `Auditing every ${one}: ${percent(audit)} of ${count(audit.presets)}` : ''}
        {!audit && !auditFailure && inspected ? `Auditing every ${one}` : ''}
      </Line>
    );
  }
  return (
    <Line>
      <Text bold>{count(totals.rows)}</Text> {totals.rows === 1 ? one : displayText(nouns.row[1])}
      {'  '}
      {totals.accurate === totals.rows && totals.rows > 0 ? (
        <Text color="green" bold>
          Accurate
        </Text>
      ) : (
        <Text>
          <Text color="green">{count(totals.accurate)} accurate</Text>
          {'  '}
          <Text color={totals.mismatched > 0 ? 'red' : 'green'} bold={totals.mismatched > 0}>
            {count(totals.mismatched)} mismatched
          </Text>
        </Text>
      )}
      {totals.mismatched > 0
        ? ` (${count(totals.tooHigh)}${glyphs.up} ${count(totals.tooLow)}${glyphs.down})`
        : ''}
      {'  '}
      {nouns.sums ? '' : displayText(recordsOf({ nouns }, totals.records))}
      {state.orphans > 0 ? <Text color="yellow">{`  ${count(state.orphans)} orphans`}</Text> : ''}
      {auditFailure ? (
        <Text color="red">{`  last audit failed: ${displayText(auditFailure.message)}`}</Text>
      ) : (
        ''
      )}
    </Line>
  );
}

function percent({ done, presets }: { done: number; presets: number }): string {
  return `${presets === 0 ? 100 : Math.min(100, Math.floor((done / presets) * 100))} %`;
}
