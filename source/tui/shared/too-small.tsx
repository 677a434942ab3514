import { Box, Text } from 'ink';
import { isRepairing } from '../repair/model.ts';
import type { State } from '../state/model.ts';
import { leastSize } from '../state/selectors.ts';

/** What there is to say where nothing else fits; a repair goes on all the same, and can be stopped. */
export function TooSmall({ state, columns, rows }: { state: State; columns: number; rows: number }) {
  const { progress, stopping } = state.repair ?? {};
  const done = progress ? ` (${progress.done} of ${progress.presets} presets)` : '';
  const way = !isRepairing(state)
    ? 'q quits; no other key does anything.'
    : stopping
      ? `Counts are being written${done}: stopping after this batch.`
      : `Counts are being written${done}: Esc stops that after this batch.`;
  return (
    <Box height={rows} overflow="hidden">
      <Text>
        This terminal is {columns}x{rows}; the console needs {leastSize.columns}x{leastSize.rows}. {way}
      </Text>
    </Box>
  );
}
