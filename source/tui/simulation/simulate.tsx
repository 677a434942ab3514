import { Box, Text } from 'ink';
import { amount } from '../../format/plurals.ts';
import { presetName } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import { formatUse, formatUser, formatWarning, headlineOf } from '../../simulation/format-use.ts';
import { findingsOfUser, resultOf } from '../../simulation/real-use.ts';
import { isSound, type Simulation } from '../../simulation/simulation.ts';
import { FindingList } from '../shared/findings.tsx';
import { Line } from '../shared/line.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import type { State } from '../state/model.ts';
import { windowRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';
import type { RealUseState, UseSimulation } from './simulation-state.ts';

/** Two uses of a preset that were rolled back: what each did, and why if it was not +1. */
export function SimulateScreen({ state }: { state: State }) {
  const { use } = state.simulation;
  if (!use) return <Text>Nothing has been simulated yet.</Text>;
  const lines = [
    <Line key="title" bold>
      {'Simulated use of '}
      {presetName(use.preset)}
    </Line>,
    ...(use.real ? [<Real key="real" use={use} real={use.real} />] : []),
    <Progress key="progress" use={use} />,
    ...(use.result ? [<Result key="result" simulation={use.result} use={use} />] : []),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={windowRows(state.size) + 2} />;
}

/** One real use: the question, the result, and whether it was taken back. */
function Real({ use, real }: { use: UseSimulation; real: RealUseState }) {
  const { glyphs } = useTheme();
  switch (real.phase) {
    case 'confirming':
      return (
        <Box flexDirection="column" flexShrink={0} marginBottom={1}>
          <Text color="yellow" bold>
            {displayText(`This makes one real use with ${use.plan?.calls[0]?.what}, and it stays.`)}
          </Text>
          {use.plan?.reach.map(({ function: name, means }) => (
            <Text key={name + means}>
              {displayText(`  ${name} has effects outside the database (${means})`)}
            </Text>
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
          <Text bold>
            {real.use && use.plan
              ? `Made a real use: ${formatUse(resultOf(real.use), use.plan.inspected.tables.definition.row)}. It stays.`
              : ''}
          </Text>
          <Text>{`Record ${displayText(real.use?.records.join(', ') ?? '')}. Press b to take back exactly this use.`}</Text>
          {(real.use && use.plan ? findingsOfUser(use.plan, real.use) : []).map(({ message }) => (
            <Text key={message} color="yellow">
              {displayText(message)}
            </Text>
          ))}
        </Box>
      );
    case 'taken-back':
      return (
        <Text color="green" bold>
          {`${glyphs.verdict.right} Taken back: ${amount(real.taken?.deleted ?? 0, 'record')} deleted, count ${real.taken?.before} to ${real.taken?.after}.`}
        </Text>
      );
    case 'failed':
      return (
        <Text color="red" bold>
          {displayText(`${real.error?.message ?? ''} ${real.error?.hint ?? ''}`)}
        </Text>
      );
  }
}

function Progress({ use }: { use: UseSimulation }) {
  switch (use.phase) {
    case 'planning':
      return <Text dimColor>Finding out how to make a use here</Text>;
    case 'asking':
      return <Question use={use} />;
    case 'running':
      return <Text dimColor>Simulating two uses</Text>;
    case 'failed':
      return (
        <Box flexDirection="column" flexShrink={0}>
          <Text color="red" bold>
            {displayText(use.error?.message ?? '')}
          </Text>
          <Text>{displayText(use.error?.hint ?? '')}</Text>
        </Box>
      );
    case 'done':
      return null;
  }
}

/** Asks before anything runs that a rollback cannot undo. */
function Question({ use }: { use: UseSimulation }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Text color="yellow" bold>
        A use has effects that a rollback cannot undo:
      </Text>
      {use.plan?.reach.map(({ function: name, means }) => (
        <Text key={name + means}>
          {'  '}
          {displayText(`${name} (${means})`)}
        </Text>
      ))}
      <Text>Press y to simulate it anyway, Esc to cancel.</Text>
    </Box>
  );
}

function Result({ simulation, use }: { simulation: Simulation; use: UseSimulation }) {
  const { glyphs } = useTheme();
  const { uses, findings, warnings, asRole, heldMs, path, verdict } = simulation;
  const call = use.plan?.calls.find(candidate => candidate.path === path);
  const right = isSound(simulation);
  const facts: [string, string][] = [
    ['Made by', call?.what ?? path],
    ['As user', formatUser(simulation)],
    ...uses.map((result, index): [string, string] => [
      index === 0 ? 'First use' : 'Second use',
      formatUse(result, simulation.counter.row),
    ]),
    ...(asRole
      ? [[`As ${asRole.role}`, asRole.confirmed ? 'confirmed too' : 'not confirmed'] as [string, string]]
      : []),
    ['Row locked', `${heldMs.toFixed(1)} ms; other uses of this preset waited that long`],
  ];
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Text color={right ? 'green' : verdict === 'not-proved' ? 'yellow' : 'red'} bold>
        {`${glyphs.verdict[right ? 'right' : verdict === 'not-proved' ? 'warning' : 'error']} ${headlineOf(simulation)} Everything was rolled back.`}
      </Text>
      {facts.map(([name, value]) => (
        <Box key={name} flexShrink={0}>
          <Box width={14} flexShrink={0}>
            <Text dimColor>{displayText(name)}</Text>
          </Box>
          <Text>{displayText(value)}</Text>
        </Box>
      ))}
      {warnings.map(each => (
        <Text key={each.code + each.message} color="yellow">
          {displayText(`The server said: ${formatWarning(each)}`)}
        </Text>
      ))}
      <Text> </Text>
      <FindingList findings={findings} />
    </Box>
  );
}
