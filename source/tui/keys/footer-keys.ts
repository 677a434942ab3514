import type { State } from '../state/model.ts';
import { bindings, type KeyBinding } from './keymap.ts';

/** The keys to show in the footer: those that work now. If they do not fit, spare ones go, the last of the table first. */
export function footerBindings(state: State): KeyBinding[] {
  const working = bindings
    .filter(binding => !binding.quiet && binding.screens.includes(state.screen) && !binding.disabled?.(state))
    .map(binding => ({ ...binding, short: binding.now?.(state) ?? binding.short }));
  const width = ({ label, short }: KeyBinding) => label.length + short.length + 3;
  const needed = working.filter(({ spare }) => !spare).reduce((sum, binding) => sum + width(binding), -2);
  let room = state.size.columns - needed;
  return working.filter(binding => {
    if (!binding.spare) return true;
    if (width(binding) > room) return false;
    room -= width(binding);
    return true;
  });
}
