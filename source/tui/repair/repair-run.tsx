import { Box, Text } from 'ink';
import { nounsOf, titled } from '../../counter/definition/counter-nouns.ts';
import { count } from '../../format/numbers.ts';
import { amount, secondsOf } from '../../format/plurals.ts';
import { standbyWaitWords, standbyWords } from '../../repair/format-repair.ts';
import type { RepairCost } from '../../repair/repair.ts';
import { Facts } from '../shared/facts.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { useTheme } from '../theme.ts';
import type { Repair } from './model.ts';

const barWidth = 50;

/** A running repair: its progress, the time left, and what it costs the application. */
export function RepairRun({ repair, lost }: { repair: Repair; lost: boolean }) {
  const { glyphs } = useTheme();
  const { progress, plan, stopping } = repair;
  const nouns = nounsOf(plan?.inspected.tables.definition);
  const presets = progress?.presets ?? plan?.changes.length ?? 0;
  const done = progress?.done ?? 0;
  const records = progress?.records ?? 0;
  const allRecords = progress?.allRecords ?? (plan ? plan.recordsToDelete + plan.recordsToRestore : 0);
  const part = share(done + records, presets + allRecords);
  const full = Math.floor(part * barWidth);
  const seconds = (progress?.elapsed ?? 0) / 1000;
  const facts: [string, string][] = [
    [titled(nouns.row[1]), `${count(done)} of ${count(presets)}${rate(done, seconds)}`],
    ...(allRecords > 0
      ? [
          [titled(nouns.record[1]), `${count(records)} of ${count(allRecords)}${rate(records, seconds)}`] as [
            string,
            string,
          ],
        ]
      : []),
    [
      'Time left',
      lost || progress?.remaining == null ? 'not known yet' : `about ${secondsOf(progress.remaining / 1000)}`,
    ],
    ...(progress ? costFacts(progress) : []),
  ];
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Text>
        <Text color="cyan">{(glyphs.bars.at(-1) ?? '').repeat(full)}</Text>
        <Text dimColor>{'.'.repeat(barWidth - full)}</Text>
        {` ${Math.floor(part * 100)} %`}
      </Text>
      <Text> </Text>
      <Facts facts={facts} />
      <Text> </Text>
      {progress && progress.standbyBehind > 0 ? (
        <Paragraph color="yellow">{standbyWaitWords(progress.standbyBehind)}</Paragraph>
      ) : null}
      {lost ? (
        <Paragraph color="red" bold>
          The server does not answer. Before the repair goes on, it checks whether the last batch was
          committed.
        </Paragraph>
      ) : null}
      {stopping === 'agreed' ? (
        <Paragraph color="yellow" bold>
          Stopping after this batch
        </Paragraph>
      ) : stopping === 'asked' ? (
        <Paragraph color="yellow" bold>
          Stop after this batch? Press y to stop, or any other key to go on. Finished batches stay.
        </Paragraph>
      ) : (
        <Paragraph>
          Esc, q or Ctrl-C stops between two batches. Finished batches stay, and the receipt lists them.
        </Paragraph>
      )}
    </Box>
  );
}

/** What a repair cost the application, as names and values. */
export function costFacts(cost: Omit<RepairCost, 'held'>): [string, string][] {
  const { longestHeld, waits, busy } = cost;
  const standbys = standbyWords(cost);
  return [
    ['Rows locked', `${longestHeld.toFixed(0)} ms at most`],
    ['Others', `waited for it ${amount(waits, 'time')}; it waited for them ${amount(busy, 'time')}`],
    ...(standbys === null ? [] : [['Standbys', standbys] as [string, string]]),
  ];
}

function share(done: number, all: number): number {
  return all === 0 ? 0 : Math.min(1, done / all);
}

function rate(done: number, seconds: number): string {
  return done === 0 || seconds === 0 ? '' : `, ${count(Math.round(done / seconds))} a second`;
}
