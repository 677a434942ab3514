import { Text } from 'ink';
import { footerBindings } from '../keymap.ts';
import type { State } from '../state.ts';
import { Line } from './line.tsx';

/** The keys of the screen that is open; or, while the filter is typed, what that takes. */
export function Footer({ state }: { state: State }) {
  if (state.editingFilter) {
    return (
      <Line>
        <Text bold>/</Text>
        {state.filter}
        <Text inverse> </Text>
        <Text dimColor>{'  Enter keep  Esc clear'}</Text>
      </Line>
    );
  }
  const keys = footerBindings(state);
  return (
    <Line>
      {keys.map(({ label, short }, index) => (
        <Text key={label}>
          {index > 0 ? '  ' : ''}
          <Text bold>{label}</Text> <Text dimColor>{short}</Text>
        </Text>
      ))}
    </Line>
  );
}
