import { Box, Text } from 'ink';
import stringWidth from 'string-width';
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
import { auditAge } from './shown-ages.ts';

/** Three lines: the database, whether its trigger works, and the sums with their age. */
export function Header({ state, now }: { state: State; now: number }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Identity state={state} />
      <Health state={state} now={now} />
      <Sums state={state} now={now} />
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

function Sums({ state, now }: { state: State; now: number }) {
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
  const rows = `${count(totals.rows)} ${totals.rows === 1 ? one : displayText(nouns.row[1])}`;
  const isRight = totals.accurate === totals.rows && totals.rows > 0;
  const accurate = isRight ? 'Accurate' : `${count(totals.accurate)} accurate`;
  const wrong = isRight ? '' : `  ${count(totals.mismatched)} mismatched`;
  const which =
    totals.mismatched > 0
      ? ` (${count(totals.tooHigh)}${glyphs.up} ${count(totals.tooLow)}${glyphs.down})`
      : '';
  const orphans = state.orphans > 0 ? `  ${count(state.orphans)} orphans` : '';
  const records = nouns.sums ? '' : `  ${displayText(recordsOf({ nouns }, totals.records))}`;
  const room = state.size.columns - stringWidth(`${rows}  ${accurate}${wrong}${which}${orphans}`);
  const [shown, age] = fittingAge(records, state.auditedAt === null ? null : now - state.auditedAt, room);
  return (
    <Line>
      <Text bold>{count(totals.rows)}</Text>
      {rows.slice(count(totals.rows).length)}
      {'  '}
      <Text color="green" bold={isRight}>
        {accurate}
      </Text>
      <Text color={totals.mismatched > 0 ? 'red' : 'green'} bold={totals.mismatched > 0}>
        {wrong}
      </Text>
      {which}
      {shown}
      {orphans === '' ? '' : <Text color="yellow">{orphans}</Text>}
      <Text dimColor>{age}</Text>
      {auditFailure ? (
        <Text color="red">{`  last audit failed: ${displayText(auditFailure.message)}`}</Text>
      ) : (
        ''
      )}
    </Line>
  );
}

/**
 * The records, and how long ago the last audit began: in whole minutes, so that the line stays as it is while all goes well. Where there is
 * no room for both, an old audit is told instead of the records, and a new one is not.
 */
function fittingAge(records: string, age: number | null, room: number): [records: string, age: string] {
  if (age === null) return [records, ''];
  const isNew = age < 60_000;
  const time = auditAge(age);
  const ways: [string, string][] = [
    [records, `  audited ${time} ago`],
    [records, `  ${time} old`],
    ...(isNew ? [] : ([['', `  audited ${time} ago`]] as [string, string][])),
  ];
  return ways.find(([some, said]) => stringWidth(some) + said.length <= room) ?? [records, ''];
}

function percent({ done, presets }: { done: number; presets: number }): string {
  return `${presets === 0 ? 100 : Math.min(100, Math.floor((done / presets) * 100))} %`;
}
