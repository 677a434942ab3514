import { renderToString } from 'ink';
import { describe, expect, test } from 'vitest';
import { CommandChoices } from '../../../source/tui/command/bar.tsx';
import { matchingActions } from '../../../source/tui/command/match.ts';
import { bindings, descriptionOf } from '../../../source/tui/keys/keymap.ts';
import { Footer } from '../../../source/tui/shared/footer.tsx';
import { nounsIn } from '../../../source/tui/state/counter.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const begin: State = { ...initialState({ columns: 80, rows: 24 }), inspected: inspectedWith(comments) };
const step = (done: Extract<Action, { type: 'command' }>['step']): Action => ({
  type: 'command',
  step: done,
});
const play = (actions: Action[], from: State = begin) =>
  [{ type: 'open-command' } as Action, ...actions].reduce(reduce, from);
const names = (text: string, state: State = begin) => matchingActions(state, text).map(({ short }) => short);
const contexts = { names: ['staging', 'prod', 'here'], problem: null };

describe('the command bar', () => {
  test('has every key of the screen under a name of its own, but for those that move', () => {
    const screens = [...new Set(bindings.flatMap(binding => binding.screens))];
    for (const screen of screens) {
      const found = names('', { ...begin, screen, inspected: null });
      expect(found).toEqual([...new Set(found)]);
      const moving = ['up', 'down', 'page up', 'page down', 'top', 'bottom', 'do'];
      const all = bindings.filter(each => each.screens.includes(screen) && !moving.includes(each.short));
      expect(found.toSorted()).toEqual(['context', ...all.map(({ short }) => short)].toSorted());
    }
  });

  test.each([
    ['sync', ['sync']],
    ['SY', ['sync']],
    ['mk', ['mark', 'mark all']],
    ['all', ['mark all']],
    ['S', ['simulate', 'sync', 'sort', 'suspend']],
    // Words of what it does.
    ['csv', ['export']],
    ['nothing of the kind', []],
  ])('%j finds %j first', (text, found) => {
    expect(names(text).slice(0, found.length).toSorted()).toEqual(found.toSorted());
    if (found.length === 0) expect(names(text)).toEqual([]);
  });

  test('shows what is pasted into it, or into the filter, without its control characters', () => {
    const text = '\u001b[31mred';
    for (const state of [
      play([step({ kind: 'type', text })]),
      { ...begin, editingFilter: true, filter: text },
    ]) {
      const shown = renderToString(<Footer state={state} />);
      expect(shown).toContain('red');
      expect(shown).not.toContain('\u001b[31m');
    }
  });

  test('offers only what the counter has', () => {
    expect(names('by last')).not.toContain('by last use');
    expect(names('real use', { ...begin, screen: 'simulate' })).not.toContain('real use');
  });

  test('chooses among what is found, and starts anew with each letter', () => {
    const moved = play([step({ kind: 'move', by: 1 }), step({ kind: 'move', by: 1 })]);
    expect(moved.command).toEqual({ text: '', index: 2 });
    expect(play([step({ kind: 'move', by: -1 })]).command?.index).toBe(0);
    expect(play([step({ kind: 'type', text: 'sync' }), step({ kind: 'move', by: 99 })]).command?.index).toBe(
      names('sync').length - 1,
    );
    expect(reduce(moved, step({ kind: 'type', text: 's' })).command).toEqual({ text: 's', index: 0 });
  });

  test('closes with Esc, with the last letter, and with what is run', () => {
    const typed = play([step({ kind: 'type', text: 'é' })]);
    expect(reduce(typed, step({ kind: 'close' })).command).toBeNull();
    const empty = reduce(typed, step({ kind: 'erase' }));
    expect(empty.command).toEqual({ text: '', index: 0 });
    expect(reduce(empty, step({ kind: 'erase' })).command).toBeNull();
  });

  test('lists what was run before first', () => {
    const run = (name: string, from?: State) => play([step({ kind: 'run', name })], from);
    const twice = run('history', run('sync'));
    expect(twice.command).toBeNull();
    expect(names('', twice).slice(0, 2)).toEqual(['history', 'sync']);
    expect(names('', run('sync', twice)).slice(0, 2)).toEqual(['sync', 'history']);
    expect(names('h', twice)[0]).toBe('history');
    // A worse match does not come first for it.
    expect(names('ref', twice)[0]).toBe('refresh');
  });

  test('offers the other contexts, but not in the middle of a repair', () => {
    const state = { ...begin, context: { name: 'here', color: null }, contexts };
    expect(names('context', state)).toEqual(['context staging', 'context prod']);
    const [staging] = matchingActions(state, 'staging');
    expect(staging?.does).toEqual({ context: 'staging' });
    expect(staging?.disabled?.(state)).toBeNull();
    const repairing = { ...state, repair: { phase: 'running' } as State['repair'] };
    expect(staging?.disabled?.(repairing)).toMatch(/^A repair is running: /);
  });

  test('says why no other context is offered', () => {
    const why = (known: State['contexts']) =>
      matchingActions({ ...begin, contexts: known }, 'context').map(({ disabled }) => disabled?.(begin));
    expect(why(null)).toEqual([expect.stringMatching(/^There is no other context: /)]);
    expect(why({ names: [], problem: 'The file cannot be read.' })).toEqual(['The file cannot be read.']);
  });

  test('shows names, keys and what they do, or why not', () => {
    const text = (state: State) => renderToString(<CommandChoices state={state} />, { columns: 80 });
    expect(text(begin)).toBe('');
    expect(text(play([step({ kind: 'type', text: 'refr' })]))).toMatch(
      /^› refresh {8}r {7}Read now, and audit/m,
    );
    expect(text(play([step({ kind: 'type', text: 'sync' })]))).toMatch(/sync +S +There is no post here\./);
    expect(text(play([step({ kind: 'type', text: 'xyzzy' })]))).toContain('No action of this screen');
    expect(text(play([])).split('\n')).toHaveLength(11);
  });

  test.each(bindings.map(({ screens }) => screens[0]).filter((each, at, all) => all.indexOf(each) === at))(
    'shows all that the chosen action of the %s screen says, in 80 columns',
    (screen = 'list') => {
      const state = play([], { ...begin, screen });
      const { length } = matchingActions(state, '');
      for (let index = 0; index < length; index += 1) {
        const shown = renderToString(<CommandChoices state={{ ...state, command: { text: '', index } }} />, {
          columns: 80,
        });
        const [chosen] = matchingActions(state, '').slice(index);
        const says = chosen?.disabled?.(state) ?? (chosen && descriptionOf(chosen, nounsIn(state))) ?? '';
        expect(shown.replace(/\s+/g, ' ')).toContain(says);
      }
    },
  );

  test('says everything once where there is room', () => {
    const state = play([], { ...begin, size: { columns: 200, rows: 50 } });
    expect(renderToString(<CommandChoices state={state} />, { columns: 200 }).split('\n')).toHaveLength(9);
  });
});
