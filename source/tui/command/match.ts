import { bindings, descriptionOf, type KeyBinding } from '../keys/keymap.ts';
import { whyBusy, whyNotLeave } from '../keys/why-disabled.ts';
import { nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';

/** How many actions the command bar shows. */
export const shownActions = 8;

/** What can be done on the open screen: its keys, without those that move and the one that opened the bar, and the other contexts. */
function actionsHere(state: State): KeyBinding[] {
  const keys = bindings.filter(
    ({ screens, does, offered }) =>
      screens.includes(state.screen) &&
      !(
        typeof does === 'object' &&
        'type' in does &&
        (does.type === 'move' || does.type === 'open-command')
      ) &&
      (offered?.(state) ?? true),
  );
  return [...keys, ...contextActions(state)];
}

function contextActions({ screen, context, contexts }: State): KeyBinding[] {
  const { names, problem } = contexts ?? { names: [], problem: null };
  const action = (name: string, more: Pick<KeyBinding, 'description' | 'disabled'>): KeyBinding => ({
    keys: [],
    label: '',
    short: `context ${name}`.trim(),
    screens: [screen],
    does: { context: name },
    ...more,
  });
  const others = names.filter(name => name !== context?.name);
  if (others.length === 0) {
    const why =
      problem ?? 'There is no other context: docs/connecting.md#contexts shows how to describe one.';
    return [action('', { description: why, disabled: () => why })];
  }
  return others.map(name =>
    action(name, {
      description: 'Close this database and open that one',
      disabled: state => whyNotLeave(state) ?? whyBusy(state),
    }),
  );
}

/** The actions that `text` may mean, the best first. What was done before comes first among equals. */
export function matchingActions(state: State, text: string): KeyBinding[] {
  const wanted = text.trim().toLowerCase();
  const nouns = nounsIn(state);
  const recent = (name: string) => {
    const at = state.commands.indexOf(name);
    return at < 0 ? state.commands.length : at;
  };
  return actionsHere(state)
    .map(binding => ({ binding, rank: rankOf(binding, descriptionOf(binding, nouns), wanted) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => Number(a.rank) - Number(b.rank) || recent(a.binding.short) - recent(b.binding.short))
    .map(({ binding }) => binding);
}

/** How well an action fits, the best 0; null if it does not. */
function rankOf({ short, label }: KeyBinding, description: string, wanted: string): number | null {
  const name = short.toLowerCase();
  const words = description.toLowerCase();
  const fits = [
    name === wanted || label.toLowerCase() === wanted,
    name.startsWith(wanted),
    name.includes(` ${wanted}`),
    name.includes(wanted),
    isWithin(wanted, name),
    words.startsWith(wanted) || words.includes(` ${wanted}`),
    words.includes(wanted),
  ];
  const rank = wanted === '' ? 0 : fits.indexOf(true);
  return rank < 0 ? null : rank;
}

/** True if the letters are in the text in this order, with others between them. */
function isWithin(letters: string, text: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
