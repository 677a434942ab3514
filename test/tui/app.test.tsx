import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { expect, test, vi } from 'vitest';
import { App } from '../../source/tui/app.tsx';
import { Background } from '../../source/tui/background.ts';
import { initialState, type State } from '../../source/tui/state/model.ts';
import { createStore } from '../../source/tui/store.ts';
import { theme } from '../../source/tui/theme.ts';

test('a key that follows the frame of a terminal that is too small finds a state that knows', async () => {
  const size = { columns: 100, rows: 30 };
  const store = createStore(
    initialState(size),
    () => {},
    () => {},
  );
  const known: State['size'][] = [];
  const terminal = { isTTY: true, ...size, setRawMode() {}, ref() {}, unref() {} };
  const stdin = Object.assign(new PassThrough(), terminal) as unknown as NodeJS.ReadStream;
  const output = new Writable({
    decodeStrings: false,
    write(text, _, done) {
      // A key is read in a later turn, but maybe in the next one.
      if (String(text).includes('needs 80x24')) process.nextTick(() => known.push(store.get().size));
      done();
    },
  });
  const stdout = Object.assign(output, terminal) as unknown as NodeJS.WriteStream;
  const app = render(
    <App
      store={store}
      looks={theme(false, false)}
      background={new Background({}, { colors: 0 })}
      whyNotContext={async () => null}
    />,
    { stdin, stdout, exitOnCtrlC: false, patchConsole: false, interactive: true, debug: true },
  );
  try {
    Object.assign(stdout, { columns: 60, rows: 20 });
    stdout.emit('resize');
    await vi.waitFor(() => expect(known).not.toEqual([]), { timeout: 20_000 });
    expect(known[0]).toEqual({ columns: 60, rows: 20 });
  } finally {
    app.unmount();
  }
});
