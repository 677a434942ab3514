import { Box } from 'ink';
import { nounsOf } from '../../counter/definition/counter-nouns.ts';
import { count } from '../../format/numbers.ts';
import { isRepairing } from '../repair/model.ts';
import type { State } from '../state/model.ts';
import { leastSize } from '../state/selectors.ts';
import { Paragraph } from './paragraph.tsx';

/** Shown when nothing else fits. A running repair goes on, and can still be stopped. */
export function TooSmall({ state, columns, rows }: { state: State; columns: number; rows: number }) {
  const { progress, stopping } = state.repair ?? {};
  const done = progress
    ? ` (${count(progress.done)} of ${count(progress.presets)} ${nounsOf(state.repair?.plan?.inspected.tables.definition).row[1]})`
    : '';
  const way = !isRepairing(state)
    ? 'Enlarge it, or press q to quit.'
    : stopping === 'agreed'
      ? `A repair is running${done}: stopping after this batch.`
      : `A repair is running${done}: press Ctrl-C to stop it after this batch.`;
  return (
    <Box height={rows} overflow="hidden">
      <Paragraph>
        This terminal is {columns}x{rows}; the console needs {leastSize.columns}x{leastSize.rows}. {way}
      </Paragraph>
    </Box>
  );
}
