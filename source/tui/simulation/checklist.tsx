import { Box, Text } from 'ink';
import {
  noSource,
  type SourceEvidence,
  sourceHint,
  sourceSentence,
  sourceVerdict,
} from '../../checklist/source-evidence.ts';
import { stepTitlesOf } from '../../checklist/step-titles.ts';
import { type ChecklistStep, type StepId, type StepStatus, stepIds, tally } from '../../checklist/steps.ts';
import { type CounterNouns, nounsOfPresets } from '../../counter/definition/counter-nouns.ts';
import { clock } from '../../format/numbers.ts';
import { presetName } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { definitionIn, nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { selectedRow, titledRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';
import { stepAtCursor } from './simulation-state.ts';

type Shown = StepStatus | 'pending' | 'running';

const colors: Record<Shown, { color?: string }> = {
  passed: { color: 'green' },
  failed: { color: 'red' },
  skipped: { color: 'yellow' },
  pending: {},
  running: { color: 'cyan' },
};

/** The key that leads to a fix or to details of a failed step. */
function nextKey(id: StepId, { row: [one], event: [event] }: CounterNouns): string {
  switch (id) {
    case 'trigger-enabled':
      return 'Press t to see the trigger and all findings.';
    case 'use-increments':
    case 'second-use-increments':
      return `Press u on the list or the ${one} to simulate again and see why.`;
    case 'records-exist':
      return `Press w to wait for a real ${event}.`;
    case 'counts-match':
      return 'Press m to list the mismatches.';
    case 'no-log-errors':
      return '';
  }
}

/** The six steps, and the evidence of the one under the cursor. */
export function ChecklistScreen({ state }: { state: State }) {
  const { glyphs } = useTheme();
  const { list } = state.simulation;
  const current = stepAtCursor(list);
  const step = list.steps[current];
  const row = selectedRow(state);
  const nouns = nounsIn(state);
  const titles = stepTitlesOf(definitionIn(state));
  return (
    <Box flexDirection="column" height={titledRows(state.size)} overflow="hidden">
      <Box flexDirection="column" flexShrink={0}>
        <Line bold>
          {'Testing checklist with '}
          {row ? presetName(row) : displayText(firstRow(nouns))}
          {': '}
          {sums(Object.values(list.steps))}
        </Line>
        {stepIds.map((id, index) => {
          const shown: Shown = list.running === id ? 'running' : (list.steps[id]?.status ?? 'pending');
          return (
            <Line key={id} inverse={id === current}>
              {id === current ? glyphs.cursor : ' '} {index + 1}{' '}
              <Text {...colors[shown]} bold={shown === 'failed'}>
                {glyphs.verdict[verdicts[shown]]} {shown.padEnd(8)}
              </Text>{' '}
              {displayText(titles[id])}
            </Line>
          );
        })}
        <Source source={list.source} directory={state.appSource} />
        <Text> </Text>
      </Box>
      {list.error ? (
        <Paragraph color="red">{displayText(`${list.error.message} ${list.error.hint}`)}</Paragraph>
      ) : null}
      {step ? <Evidence step={step} nouns={nouns} /> : <Pending id={current} nouns={nouns} />}
    </Box>
  );
}

/** The application's source: not a step of the checklist, but just as likely a cause of wrong counts. */
function Source({
  source,
  directory,
}: {
  source: SourceEvidence | 'scanning' | null;
  directory: string | null;
}) {
  const { glyphs } = useTheme();
  if (directory === null) return <Paragraph dimColor>{`  Source: ${noSource.hint}`}</Paragraph>;
  if (source === null)
    return <Text dimColor>{displayText(`  Source: press a to run all steps and scan ${directory}`)}</Text>;
  if (source === 'scanning')
    return <Text color="cyan">{displayText(`  Source: scanning ${directory}`)}</Text>;
  const verdict = sourceVerdict(source);
  const unread = { color: 'yellow' };
  const color = { clean: {}, writes: { color: 'red', bold: true }, partly: unread, 'not-read': unread }[
    verdict
  ];
  const glyphOf = { clean: 'right', writes: 'error', partly: 'warning', 'not-read': 'warning' } as const;
  const glyph = glyphOf[verdict];
  return (
    <Box flexDirection="column" paddingLeft={2}>
      <Paragraph {...color}>{displayText(`${glyphs.verdict[glyph]} ${sourceSentence(source)}`)}</Paragraph>
      {sourceHint(source) === '' ? null : <Paragraph>{displayText(sourceHint(source))}</Paragraph>}
    </Box>
  );
}

const verdicts = {
  passed: 'right',
  failed: 'error',
  skipped: 'warning',
  pending: 'unknown',
  running: 'unknown',
} as const;

function sums(steps: ChecklistStep[]): string {
  const { passed, failed, skipped } = tally(steps);
  return `${passed} passed, ${failed} failed, ${skipped} skipped, ${stepIds.length - steps.length} pending`;
}

function Evidence({ step, nouns }: { step: ChecklistStep; nouns: CounterNouns }) {
  const { evidence, hint, query, at, durationMs, status, id } = step;
  const key = nextKey(id, nouns);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Text dimColor>{`${status} at ${clock(at)} UTC, in ${Math.round(durationMs)} ms`}</Text>
      <Paragraph>{displayText(evidence)}</Paragraph>
      {hint === '' ? null : <Paragraph bold>{displayText(`Next: ${hint}`)}</Paragraph>}
      {status === 'failed' && key !== '' ? <Paragraph>{displayText(key)}</Paragraph> : null}
      {query === null ? null : <Paragraph dimColor>{displayText(query)}</Paragraph>}
    </Box>
  );
}

/** The row that is taken where none is under the cursor. */
function firstRow(nouns: CounterNouns): string {
  const [one] = nouns.row;
  return nouns === nounsOfPresets ? `the most used ${one}` : `the ${one} with the highest count`;
}

function Pending({ id, nouns }: { id: StepId; nouns: CounterNouns }) {
  const watched = id === 'use-increments' || id === 'second-use-increments';
  return (
    <Text dimColor>
      {watched
        ? displayText(
            `Press Enter to check it with a simulation, which is rolled back, or w to watch real ${nouns.event[1]}.`,
          )
        : 'Press Enter to run this step, a to run all.'}
    </Text>
  );
}
