import { Box, Text } from 'ink';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { recordsOf } from '../../counter/definition/nouns.ts';
import { keeperNames } from '../../format/format-definition.ts';
import { brief, count, span } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';
import { enabledMeaning } from '../../trigger/health.ts';
import { bindingFor } from '../keys/keymap.ts';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { watchedId } from '../state/watch-counter.ts';
import { useTheme } from '../theme.ts';
import { Line } from './line.tsx';
import { HostLabel } from './place-label.tsx';
import { sessionSummary } from './session-summary.ts';

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

// In columns: wide enough for more than the essentials.
const wide = 120;

/** What the server itself reports, and the address it was reached at. */
function Identity({ state }: { state: State }) {
  const inspected = state.inspected ?? state.counters?.server ?? null;
  if (!inspected) return <Text bold>preset-usage</Text>;
  const { server, host, label, source } = inspected;
  // A long host is cut off, but never what may be done here.
  return (
    <Box height={1}>
      <Box flexShrink={1} overflow="hidden">
        <Line>
          <HostLabel label={label} /> <Text bold>{displayText(server.database)}</Text> at {displayText(host)}{' '}
          as {displayText(server.user)}, PostgreSQL {server.version}
          {source !== null && state.size.columns >= wide ? `, from ${displayText(source)}` : ''}
        </Line>
      </Box>
      <Box flexShrink={0}>
        <Text>, {sessionSummary(inspected, state.readOnly).join(', ')}</Text>
      </Box>
    </Box>
  );
}

/** True while the list of counters is the first screen. */
function hasNoCounter(state: State): boolean {
  return state.screen === 'counters' && state.counters?.phase === 'found' && watchedId(state) === null;
}

function Health({ state, now }: { state: State; now: number }) {
  if (hasNoCounter(state)) return <Text dimColor>No counter is open.</Text>;
  // Problems come first, because a long line is cut at its end.
  const late = state.freshAt !== null && now - state.freshAt > lateAfter(state.pace);
  const calm = !state.failure && !state.paused && !late;
  return (
    <Box height={1}>
      <Box flexShrink={1} overflow="hidden">
        <Line>
          {calm ? <TriggerWord state={state} /> : <Age state={state} now={now} />}
          {'   '}
          {calm ? <Age state={state} now={now} /> : <TriggerWord state={state} />}
        </Line>
      </Box>
      <Unread state={state} />
    </Box>
  );
}

/** Counts that came out of step since the drift log was last open. A failure needs the space more. */
function Unread({ state: { drift, failure, screen } }: { state: State }) {
  const { glyphs, severity } = useTheme();
  if (drift.unread === 0 || failure) return null;
  // On the screen of a plan this key does something else.
  const opens = bindingFor('d', screen)?.short === 'drift';
  return (
    <Box flexShrink={0}>
      <Text color={severity.error} bold>
        {`   ${glyphs.verdict.error} ${brief(drift.unread, 7)} new in the drift log${opens ? ': d' : ''}`}
      </Text>
    </Box>
  );
}

function TriggerWord({ state }: { state: State }) {
  const { glyphs } = useTheme();
  if (!state.trigger) return <KeptBy state={state} />;
  const { healthy, trigger, findings } = state.trigger;
  const problems = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  if (!trigger.exists) {
    return (
      <Text color="red" bold>
        {glyphs.off} Trigger missing: uses are not counted
      </Text>
    );
  }
  if (trigger.enabled === 'disabled' || trigger.enabled === 'replica') {
    return (
      <Text color="red" bold>
        {glyphs.off} Trigger {trigger.enabled}: it {enabledMeaning[trigger.enabled]}
      </Text>
    );
  }
  return (
    <Text color={healthy ? 'green' : 'red'} bold={!healthy}>
      {healthy ? glyphs.on : glyphs.off} Trigger enabled ({trigger.enabled})
      {problems > 0 ? `, ${amount(problems, 'problem')}: press t` : ''}
      {problems === 0 && warnings > 0 ? `, ${amount(warnings, 'warning')}` : ''}
    </Text>
  );
}

/** What the definition says keeps the count, for a counter whose trigger is not judged. */
function KeptBy({ state }: { state: State }) {
  const definition = state.inspected?.tables.definition;
  if (!definition || watchesPresets(state)) return <Text dimColor>Trigger: not known yet</Text>;
  return (
    <Text>
      <Text bold>{displayText(definition.id)}</Text>, {displayText(keepers(definition))}
    </Text>
  );
}

function keepers({ writers }: CounterDefinition): string {
  const [first, ...others] = keeperNames(writers);
  if (first === undefined) return 'nothing was found that keeps it';
  return `kept by ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

/** While all is well this does not change; otherwise it shows a growing age. */
function Age({ state, now }: { state: State; now: number }) {
  const { failure, freshAt, paused } = state;
  const age = freshAt === null ? null : now - freshAt;
  if (failure) {
    const next = Math.max(0, failure.retryAt - now);
    return (
      <Text color="red" bold>
        {age === null ? 'NO NUMBERS YET' : `STALE, ${span(age)} old`}, next try in {span(next)}:{' '}
        {displayText(failure.error.message)}
      </Text>
    );
  }
  if (freshAt === null || age === null) return <Text dimColor>Reading the numbers</Text>;
  if (paused) {
    return (
      <Text color="yellow" bold>
        PAUSED, numbers {span(age)} old
      </Text>
    );
  }
  if (age > lateAfter(state.pace)) {
    return (
      <Text color="yellow" bold>
        SLOW, numbers {span(age)} old
      </Text>
    );
  }
  return <Text dimColor>live, at most {span(Math.max(state.pace, 1000))} old</Text>;
}

/** The age in milliseconds from which numbers that should come every `pace` milliseconds are late. */
export function lateAfter(pace: number): number {
  return 5_000 + 1.5 * pace;
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
      <Text bold>{count(totals.presets)}</Text> {totals.presets === 1 ? one : displayText(nouns.row[1])}
      {'  '}
      <Text color="green">{count(totals.accurate)} accurate</Text>
      {'  '}
      <Text color={totals.mismatched > 0 ? 'red' : 'green'} bold={totals.mismatched > 0}>
        {count(totals.mismatched)} mismatched
      </Text>
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
