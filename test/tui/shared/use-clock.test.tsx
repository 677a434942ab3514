import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { afterEach, expect, test, vi } from 'vitest';
import { useClock } from '../../../source/tui/shared/use-clock.ts';
import { initialState } from '../../../source/tui/state/model.ts';
import { createStore } from '../../../source/tui/store.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('the clock stays at the last tick until numbers are late, and then goes on every second', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const began = Date.now();
  const size = { columns: 80, rows: 24 };
  const store = createStore(
    { ...initialState(size), freshAt: began, pace: 2_000 },
    () => {},
    () => {},
  );
  const shown: number[] = [];
  const Clock = () => {
    shown.push(useClock(store) - began);
    return null;
  };
  const terminal = { isTTY: true, ...size, setRawMode() {}, ref() {}, unref() {} };
  const output = new Writable({ write: (_text, _encoding, done) => done() });
  const app = render(<Clock />, {
    stdin: Object.assign(new PassThrough(), terminal) as unknown as NodeJS.ReadStream,
    stdout: Object.assign(output, terminal) as unknown as NodeJS.WriteStream,
    patchConsole: false,
    debug: true,
  });
  /** Gives React its turns until the time on screen is at least this. */
  const until = async (time: number) => {
    for (let turn = 0; (shown.at(-1) ?? -1) < time && turn < 10_000; turn += 1)
      await new Promise(resolve => setImmediate(resolve));
    expect(shown.at(-1)).toBeGreaterThanOrEqual(time);
  };
  try {
    await until(0);
    // Effects of the first frame run a little later.
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0), { timeout: 20_000 });
    vi.advanceTimersByTime(9_000);
    await until(8_000);
    vi.advanceTimersByTime(2_000);
    await until(10_000);
    expect(shown.filter(time => time > 0 && time < 8_000)).toEqual([]);
  } finally {
    app.unmount();
  }
});
