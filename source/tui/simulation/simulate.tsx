import { Box, Text } from 'ink';
import { countText } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { presetName } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import { formatUse, formatWarning } from '../../simulation/format-use.ts';
import type { SimulationPlan } from '../../simulation/read-plan.ts';
import { findingsOfUser, resultOf } from '../../simulation/real-use.ts';
import { FindingList } from '../shared/findings.tsx';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import { Place } from '../shared/title.tsx';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { windowRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';
import type { ShownSimulation } from './shown-simulation.ts';
import { isOfUses, type RealUseState, type UseSimulation } from './simulation-state.ts';

/** What was done with records and rolled back: what each step did to the count, and why if that was wrong. */
export function SimulateScreen({ state }: { state: State }) {
  const { use } = state.simulation;
  if (!use) return <Text>Nothing has been simulated yet.</Text>;
  const { event } = nounsIn(state);
  const title = watchesPresets(state) ? `Simulated ${event[0]} of` : `Simulated ${event[1]} of`;
  const plan = use.plan && isOfUses(use.plan) ? use.plan : null;
  const lines = [
    <Line key="title">
      <Text bold>
        {displayText(title)} {presetName(use.preset)}
      </Text>
      <Place state={state} />
    </Line>,
    ...(use.real && plan ? [<Real key="real" plan={plan} real={use.real} />] : []),
    <Progress key="progress" use={use} state={state} />,
    ...(use.result ? [<Result key="result" simulation={use.result} columns={state.size.columns} />] : []),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={windowRows(state.size) + 2} />;
}

/** One real use: the question, the result, and whether it was taken back. */
function Real({ plan, real }: { plan: SimulationPlan; real: RealUseState }) {
  const { glyphs } = useTheme();
  switch (real.phase) {
    case 'confirming':
      return (
        <Box flexDirection="column" flexShrink={0} marginBottom={1}>
          <Paragraph color="yellow" bold>
            {displayText(`This makes one real use with ${plan.calls[0]?.what}, and it stays.`)}
          </Paragraph>
          {plan.reach.map(({ function: name, means }) => (
            <Paragraph key={name + means}>
              {displayText(`  ${name} has effects outside the database (${means})`)}
            </Paragraph>
          ))}
          <Text>Press y to make it, Esc to cancel.</Text>
        </Box>
      );
    case 'making':
      return <Text dimColor>Making one real use</Text>;
    case 'taking-back':
      return <Text dimColor>Taking it back</Text>;
    case 'made':
      return (
        <Box flexDirection="column" flexShrink={0} marginBottom={1}>
          <Paragraph bold>
            {real.use
              ? `Made a real use: ${formatUse(resultOf(real.use), plan.inspected.tables.definition.row)}. It stays.`
              : ''}
          </Paragraph>
          <Paragraph>{`Record ${displayText(real.use?.records.join(', ') ?? '')}. Press b to take back exactly this use.`}</Paragraph>
          {(real.use ? findingsOfUser(plan, real.use) : []).map(({ message }) => (
            <Paragraph key={message} color="yellow">
              {displayText(message)}
            </Paragraph>
          ))}
        </Box>
      );
    case 'taken-back':
      return (
        <Paragraph color="green" bold>
          {`${glyphs.verdict.right} Taken back: ${amount(real.taken?.deleted ?? 0, 'record')} deleted, count ${countText(real.taken?.before ?? null)} to ${countText(real.taken?.after ?? null)}.`}
        </Paragraph>
      );
    case 'failed':
      return (
        <Paragraph color="red" bold>
          {displayText(`${real.error?.message ?? ''} ${real.error?.hint ?? ''}`)}
        </Paragraph>
      );
  }
}

function Progress({ use, state }: { use: UseSimulation; state: State }) {
  const nouns = nounsIn(state);
  const ofUses = watchesPresets(state);
  switch (use.phase) {
    case 'planning':
      return <Text dimColor>{displayText(`Finding out how to make ${nouns.anEvent} here`)}</Text>;
    case 'asking':
      return <Question use={use} what={ofUses ? 'A use has' : 'These steps have'} />;
    case 'running':
      return <Text dimColor>{displayText(`Simulating ${ofUses ? 'two uses' : nouns.event[1]}`)}</Text>;
    case 'failed':
      return (
        <Box flexDirection="column" flexShrink={0}>
          <Paragraph color="red" bold>
            {displayText(use.error?.message ?? '')}
          </Paragraph>
          <Paragraph>{displayText(use.error?.hint ?? '')}</Paragraph>
        </Box>
      );
    case 'done':
      return null;
  }
}

/** Asks before anything runs that a rollback cannot undo. */
function Question({ use, what }: { use: UseSimulation; what: string }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Paragraph color="yellow" bold>
        {what} effects that a rollback cannot undo:
      </Paragraph>
      {use.plan?.reach.map(({ function: name, means }) => (
        <Paragraph key={name + means}>{displayText(`  ${name} (${means})`)}</Paragraph>
      ))}
      <Text>Press y to simulate it anyway, Esc to cancel.</Text>
    </Box>
  );
}

function Result({ simulation, columns }: { simulation: ShownSimulation; columns: number }) {
  const { glyphs } = useTheme();
  const { sound, verdict, headline, facts, steps, findings, warnings } = simulation;
  const doubtful = verdict === 'not-proved';
  const glyph = glyphs.verdict[sound ? 'right' : doubtful ? 'warning' : 'error'];
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Paragraph color={sound ? 'green' : doubtful ? 'yellow' : 'red'} bold>
        {displayText(`${glyph} ${headline} Everything was rolled back.`)}
      </Paragraph>
      {facts.map(([name, value]) => (
        <Box key={name} flexShrink={0}>
          <Box width={14} flexShrink={0}>
            <Text dimColor>{displayText(name)}</Text>
          </Box>
          <Paragraph>{displayText(value)}</Paragraph>
        </Box>
      ))}
      {steps.length === 0 ? null : <Steps steps={steps} columns={columns} />}
      {warnings.map(each => (
        <Paragraph key={each.code + each.message} color="yellow">
          {displayText(`The server said: ${formatWarning(each)}`)}
        </Paragraph>
      ))}
      <Text> </Text>
      <FindingList findings={findings} />
    </Box>
  );
}

const looks = {
  right: { verdict: 'right', color: 'green' },
  wrong: { verdict: 'error', color: 'red' },
  tolerated: { verdict: 'warning', color: 'yellow' },
  'not-possible': { verdict: 'unknown', color: undefined },
  'not-simulated': { verdict: 'warning', color: 'yellow' },
} as const;

/** What each step did to the count. */
function Steps({ steps, columns }: { steps: ShownSimulation['steps']; columns: number }) {
  const { glyphs } = useTheme();
  // In cells; both texts wrap within their own columns.
  const widest = Math.max(...steps.map(({ what }) => displayText(what).length)) + 3;
  const width = Math.min(widest, columns - 29);
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      {steps.map(({ status, what, seen }) => {
        const { verdict, color } = looks[status];
        return (
          <Box key={what} flexShrink={0}>
            <Box width={2} flexShrink={0}>
              <Text {...(color ? { color } : {})} bold={status === 'wrong'}>
                {glyphs.verdict[verdict]}
              </Text>
            </Box>
            <Box width={width - 2} flexShrink={0} paddingRight={1}>
              <Paragraph>{displayText(what)}</Paragraph>
            </Box>
            <Paragraph {...(status === 'wrong' ? { color: 'red' } : {})}>{displayText(seen)}</Paragraph>
          </Box>
        );
      })}
    </Box>
  );
}
