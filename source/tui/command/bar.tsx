import { Box, Text } from 'ink';
import { displayText, textWidth } from '../../format/text.ts';
import { descriptionOf, type KeyBinding } from '../keys/keymap.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { useTheme } from '../theme.ts';
import { matchingActions, shownActions } from './match.ts';

/** The actions that the typed text may mean, each with its key; nothing while the command bar is closed. */
export function CommandChoices({ state }: { state: State }) {
  const { glyphs } = useTheme();
  const { command } = state;
  if (!command) return null;
  const found = matchingActions(state, command.text);
  const top = Math.max(0, Math.min(command.index - shownActions + 1, found.length - shownActions));
  const nouns = nounsIn(state);
  const says = (binding: KeyBinding) =>
    displayText(binding.disabled?.(state) ?? descriptionOf(binding, nouns));
  const nameWidth = Math.max(leastName, ...found.map(({ short }) => short.length));
  const room = state.size.columns - nameWidth - labelWidth - 4;
  const chosen = found[command.index];
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line dimColor>
        {found.length === 0 ? '  No action of this screen is called that.' : `  Actions of this screen`}
      </Line>
      {found.slice(top, top + shownActions).map((binding, index) => {
        const isChosen = top + index === command.index;
        return (
          <Line key={`${binding.label} ${binding.short}`} inverse={isChosen}>
            {isChosen ? glyphs.cursor : ' '} <Text bold>{binding.short.padEnd(nameWidth)}</Text>{' '}
            {binding.label.padEnd(labelWidth)}
            <Text dimColor={!isChosen}>{says(binding)}</Text>
          </Line>
        );
      })}
      {/* As high for each, so that the list does not jump where the next one has less to say. */}
      {chosen && found.some(binding => textWidth(says(binding)) > room) ? (
        <Box flexDirection="column" height={rowsOfChosen} flexShrink={0} paddingLeft={2} overflow="hidden">
          <Paragraph>{says(chosen)}</Paragraph>
        </Box>
      ) : null}
    </Box>
  );
}

// In cells: names and keys that are longer move what stands behind them.
const leastName = 14;
const labelWidth = 8;
const rowsOfChosen = 2;
