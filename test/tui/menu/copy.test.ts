import { describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../../source/repair/history-entry.ts';
import { bindingFor } from '../../../source/tui/keys/keymap.ts';
import { openMenu } from '../../../source/tui/menu/choices.ts';
import { copySequence, sentWords } from '../../../source/tui/menu/clipboard.ts';
import { copyChoices } from '../../../source/tui/menu/copy.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const list = (...ids: string[]): State =>
  reduce(initialState({ columns: 80, rows: 24 }), {
    type: 'connected',
    inspected: inspectedWith(comments),
    counters: ids.map(id => ({ id, name: `post ${id}`, usageCount: 1, records: 1, lastUsedAt: null })),
    at: 1,
    serverNow: 1,
  });
const marking = (state: State, times: number) =>
  Array.from({ length: times }, (): Action => ({ type: 'mark' })).reduce(reduce, state);
const copied = (state: State, key: string) => {
  const does = copyChoices(state).find(choice => choice.key === key)?.does;
  return typeof does === 'object' && 'copy' in does ? does.copy(state) : undefined;
};

describe('what is copied', () => {
  test('is of the row under the cursor', () => {
    expect(copied(list('1', '2'), 'i')).toEqual({ text: '1', what: 'the id' });
    expect(copyChoices(list('1', '2')).map(({ short }) => short)).toEqual(['the id', "the count's SQL"]);
  });

  test('is of the marked rows, an id on each line', () => {
    const two = marking(list('1', '2', '3'), 2);
    expect(copied(two, 'i')).toEqual({ text: '1\n2', what: 'the ids of 2 marked posts' });
    expect(copyChoices(two).map(({ short }) => short)).toEqual(['the ids', "the counts' SQL"]);
    expect(copied({ ...two, screen: 'preset' }, 'i')).toMatchObject({ text: '3' });
  });

  test('is never an id that a shell would obey', () => {
    const whyNot = 'An id has control characters, which are not copied: copy the SQL, which escapes them.';
    for (const id of ['a\nrm -rf', 'a\u001b[31m', 'a\u0085b', 'a\tb'])
      expect(copied(list(id), 'i')).toEqual({ whyNot });
  });

  test('is not more than terminals take', () => {
    const long = list('a'.repeat(56_001));
    expect(copied(long, 'i')).toEqual({
      whyNot: '56,001 bytes or more are too much for many terminals: mark fewer, or press e to export.',
    });
    expect(copied(list('a'.repeat(56_000)), 'i')).toHaveProperty('text');
  });

  test("is the plan's SQL on its screen, if it has some without control characters", () => {
    const at = (statements: string[] | undefined) =>
      ({
        ...list('1'),
        screen: 'repair',
        repair: { plan: statements && { statements } },
      }) as unknown as State;
    expect(copied(at(['UPDATE a', 'SELECT\n 1']), 's')).toEqual({
      text: 'UPDATE a;\nSELECT\n 1;',
      what: "the plan's SQL",
    });
    expect(copied(at(['UPDATE "\u001b"']), 's')).toHaveProperty('whyNot');
    const key = bindingFor('y', 'repair');
    expect(key?.disabled?.(at([]))).toBe('There is no SQL to copy.');
    expect(key?.disabled?.(at(undefined))).toBe('There is no SQL to copy.');
    expect(key?.disabled?.(at(['UPDATE a']))).toBeNull();
  });

  test("is the receipt's name in the history", () => {
    const history = (...ids: string[]) =>
      ({
        ...list(),
        screen: 'history',
        history: { entries: ids.map(id => ({ id }) as HistoryEntry), cursor: 0 },
      }) as unknown as State;
    expect(copied(history('r1', 'r2'), 'r')).toEqual({ text: 'r1', what: "the receipt's name" });
    expect(bindingFor('y', 'history')?.disabled?.(history())).toBe('There is no receipt to copy.');
  });

  test('is nothing where there is no row', () => {
    expect(bindingFor('y', 'list')?.disabled?.(list())).toBe('There is nothing to copy.');
    expect(bindingFor('y', 'list')?.disabled?.(list('1'))).toBeNull();
  });
});

describe('the menu', () => {
  test('is open until a key, and says what was done until the next one', () => {
    const open = reduce(list('1'), { type: 'menu', menu: 'copy' });
    expect(openMenu(open)?.title).toBe('Copy');
    const closed = reduce(open, { type: 'menu', menu: null });
    expect(openMenu(closed)).toBeNull();
    const sent = reduce(closed, { type: 'said', done: 'Sent.' });
    expect(sent).toMatchObject({ done: 'Sent.', whyNot: null });
    expect(reduce(sent, { type: 'why-not', reason: null }).done).toBeNull();
    expect(reduce(sent, { type: 'said', whyNot: 'No.' })).toMatchObject({ done: null, whyNot: 'No.' });
  });

  test('of an export says what that is of', () => {
    const titleOf = (state: State) => openMenu(reduce(state, { type: 'menu', menu: 'export' }))?.title;
    expect(titleOf(list('1', '2'))).toBe('Export 2 posts');
    expect(titleOf(marking(list('1', '2'), 1))).toBe('Export 1 marked post');
  });
});

describe('the sequence for the terminal', () => {
  const hostile = 'a\u0007\u001b]0;b\u001b\\ é';
  const payload = Buffer.from(hostile).toString('base64');

  test('has the text as base64 alone', () => {
    expect(copySequence(hostile, {})).toBe(`\u001b]52;c;${payload}\u0007`);
    expect(sentWords('the id', {})).toBe('Sent to the terminal, to copy if it can: the id');
  });

  test('is also handed through tmux', () => {
    expect(copySequence('x', { TMUX: '/tmp/tmux,1,0' })).toBe(
      '\u001b]52;c;eA==\u0007\u001bPtmux;\u001b\u001b]52;c;eA==\u0007\u001b\\',
    );
    expect(sentWords('the id', { TMUX: 'x' })).toBe('Sent to tmux, to copy if set-clipboard is on: the id');
  });
});
