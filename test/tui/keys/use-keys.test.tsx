import { PassThrough } from 'node:stream';
import { render, Text } from 'ink';
import { afterEach, expect, test, vi } from 'vitest';
import { type KeyHandlers, useKeys } from '../../../source/tui/keys/use-keys.ts';
import { initialState } from '../../../source/tui/state/model.ts';
import { createStore, useStore } from '../../../source/tui/store.ts';
import { comments } from '../../helpers/counters.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

const unmount: (() => void)[] = [];
afterEach(() => {
  for (const each of unmount.splice(0)) each();
});

/** The keys of a console that has another context, with no more on its screens than their names. */
function startKeys(whyNotContext: KeyHandlers['whyNotContext'], maxFps = 60) {
  const contexts = { names: ['other'], problem: null };
  const state = { ...initialState({ columns: 80, rows: 24 }), contexts, counter: comments };
  const store = createStore(
    state,
    () => {},
    () => {},
  );
  const { dispatch, get: current, refresh } = store;
  const handlers = { dispatch, current, refresh, redraw() {}, copy: () => '', quiet: async () => {} };
  function Keys() {
    useKeys({ ...handlers, whyNotContext });
    return <Text>{useStore(store).screen}</Text>;
  }
  const terminal = { isTTY: true, columns: 80, rows: 24, setRawMode() {}, ref() {}, unref() {} };
  const stdin = Object.assign(new PassThrough(), terminal) as unknown as NodeJS.ReadStream & PassThrough;
  const stdout = Object.assign(new PassThrough(), terminal) as unknown as NodeJS.WriteStream & PassThrough;
  let written = '';
  stdout.on('data', text => {
    written += text;
  });
  const options = { stdin, stdout, exitOnCtrlC: false, patchConsole: false, interactive: true, maxFps };
  const app = render(<Keys />, options);
  unmount.push(app.unmount);
  return { dispatch, current, app, written: () => written, press: (keys: string) => stdin.write(keys) };
}

async function chooseContext({ press, current }: ReturnType<typeof startKeys>) {
  press(':');
  await until(() => expect(current().command).not.toBeNull());
  press('other');
  await until(() => expect(current().command?.text).toBe('other'));
  press('\r');
  await until(() => expect(current().done).toBe('Connecting to other. Any key cancels.'));
}

test('another context is opened once it has answered', async () => {
  const answer = Promise.withResolvers<null>();
  const keys = startKeys(() => answer.promise);
  await chooseContext(keys);
  answer.resolve(null);
  expect(await keys.app.waitUntilExit()).toEqual({ context: 'other' });
});

test('what would be lost since it was chosen is asked about first', async () => {
  const answer = Promise.withResolvers<null>();
  const keys = startKeys(() => answer.promise);
  await chooseContext(keys);
  keys.dispatch({ type: 'drift', events: [], more: 1 });
  answer.resolve(null);
  await until(() => expect(keys.current().menu).toEqual({ context: 'other' }));
  keys.press('y');
  expect(await keys.app.waitUntilExit()).toEqual({ context: 'other' });
});

test('a context that does not answer leaves this one open, and says why', async () => {
  const keys = startKeys(async name => `${name} was not opened.`);
  keys.press(':other');
  await until(() => expect(keys.current().command?.text).toBe('other'));
  keys.press('\r');
  await until(() => expect(keys.current().whyNot).toBe('other was not opened.'));
  keys.press('?');
  await until(() => expect(keys.current().screen).toBe('help'));
});

test('a key stays here, also if the other answers then', async () => {
  const answer = Promise.withResolvers<null>();
  const keys = startKeys(() => answer.promise);
  await chooseContext(keys);
  keys.press('?');
  await until(() => expect(keys.current().screen).toBe('help'));
  answer.resolve(null);
  // Only a console that is still open takes it.
  await answer.promise;
  keys.press('p');
  await until(() => expect(keys.current().paused).toBe(true));
});

test('what a key changes is drawn at once, however soon after another frame', async () => {
  // Two frames an hour, of which the first was one.
  const keys = startKeys(async () => null, 1 / 1_800);
  await until(() => expect(keys.written()).toContain('list'));
  keys.press('?');
  await until(() => expect(keys.written()).toContain('help'));
});
