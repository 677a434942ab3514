import { Box, Text } from 'ink';
import { displayText } from '../../format/text.ts';
import { descriptionOf } from '../keys/keymap.ts';
import { Line } from '../shared/line.tsx';
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
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Line dimColor>
        {found.length === 0 ? '  No action of this screen is called that.' : `  Actions of this screen`}
      </Line>
      {found.slice(top, top + shownActions).map((binding, index) => {
        const isChosen = top + index === command.index;
        return (
          <Line key={`${binding.label} ${binding.short}`} inverse={isChosen}>
            {isChosen ? glyphs.cursor : ' '} <Text bold>{binding.short.padEnd(14)}</Text>{' '}
            {binding.label.padEnd(8)}
            <Text dimColor={!isChosen}>
              {displayText(binding.disabled?.(state) ?? descriptionOf(binding, nouns))}
            </Text>
          </Line>
        );
      })}
    </Box>
  );
}
