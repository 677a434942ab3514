import { Text } from 'ink';
import { displayText } from '../../format/text.ts';
import { footerBindings } from '../keys/footer-keys.ts';
import { openMenu } from '../menu/choices.ts';
import { isRepairing } from '../repair/model.ts';
import { isTypingPhrase } from '../repair/state.ts';
import { readFilter } from '../rows/filter.ts';
import type { State } from '../state/model.ts';
import { useTheme } from '../theme.ts';
import { Line } from './line.tsx';

/** The keys of the open screen, or the filter being typed, or why the last key does nothing now. */
export function Footer({ state }: { state: State }) {
  const { paint } = useTheme();
  if (state.command) {
    return (
      <Line>
        <Text bold>:</Text>
        {displayText(state.command.text)}
        <Text inverse> </Text>
        <Text dimColor>{'  Enter run  Up Down choose  Esc close'}</Text>
      </Line>
    );
  }
  if (state.editingFilter) {
    const { problem } = readFilter(state.filter);
    return (
      <Line>
        <Text bold>/</Text>
        {displayText(state.filter)}
        <Text inverse> </Text>
        {problem === null ? (
          <Text dimColor>{'  Enter keep  Esc clear'}</Text>
        ) : (
          <Text color="yellow">{`  ${displayText(problem)}`}</Text>
        )}
      </Line>
    );
  }
  const menu = openMenu(state);
  if (!menu && state.whyNot !== null) return <Line color="yellow">{displayText(state.whyNot)}</Line>;
  if (!menu && state.done !== null) return <Line color="cyan">{displayText(state.done)}</Line>;
  const keys = keysShown(state).map(({ label, short }) => `${paint('bold', label)} ${paint('dim', short)}`);
  return <Line>{`${menu ? `${displayText(menu.title)}  ` : ''}${keys.join('  ')}`}</Line>;
}

function keysShown(state: State): { label: string; short: string }[] {
  const menu = openMenu(state);
  if (menu) {
    const choices = menu.choices.map(({ key, short }) => ({ label: key, short }));
    return [...choices, { label: 'Esc', short: menu.close }];
  }
  if (isTypingPhrase(state)) {
    return [
      { label: 'Enter', short: 'run the plan' },
      { label: 'Esc', short: 'back to the plan' },
    ];
  }
  if (!isRepairing(state) || state.screen !== 'repair') return footerBindings(state);
  if (state.repair?.stopping === 'agreed') return [{ label: '^C', short: 'quit after this batch' }];
  if (state.repair?.stopping === 'asked') {
    return [
      { label: 'y', short: 'stop after this batch' },
      { label: 'any other key', short: 'go on' },
    ];
  }
  return [{ label: 'Esc', short: 'stop' }];
}
