import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WakeableTimer } from '../../../source/watch/run/wakeable-timer.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds until a pause of `pause` ends, where `ask` is called every 100 ms from then on, `times` times. */
async function lasts(
  timer: WakeableTimer,
  pause: number,
  times: number,
  ask = () => timer.once(150, 600),
): Promise<number> {
  const began = Date.now();
  let ended: number | null = null;
  const done = timer.after(pause).then(() => {
    ended = Date.now() - began;
  });
  for (let asked = 0; asked < times; asked += 1) {
    ask();
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  await done;
  return ended ?? Number.NaN;
}

test.each([
  [0, 2_000, 2_000],
  [1, 2_000, 150],
  // After the last of a few calls.
  [3, 2_000, 350],
  // They do not end: counted from the first.
  [30, 2_000, 600],
  [1, 50, 50],
  [30, 300, 300],
])('asked %i times, a pause of %i ms lasts %i', async (times, pause, expected) => {
  expect(await lasts(new WakeableTimer(), pause, times)).toBe(expected);
});

test('what is asked for before a pause shortens that one, and no other', async () => {
  const timer = new WakeableTimer();
  timer.once(150, 600);
  expect(await lasts(timer, 2_000, 0)).toBe(150);
  expect(await lasts(timer, 2_000, 0)).toBe(2_000);
});

test('an end that was promised is not put off', async () => {
  const timer = new WakeableTimer();
  const ask = () => {
    timer.atMost(200);
    timer.once(150, 600);
  };
  expect(await lasts(timer, 2_000, 30, ask)).toBe(200);
});

test('a call that comes later than the pause should have ended ends it, without a negative time', async () => {
  const timer = new WakeableTimer();
  const done = timer.after(100);
  vi.setSystemTime(Date.now() + 200);
  const set = vi.spyOn(globalThis, 'setTimeout');
  timer.once(150, 600);
  // Node says so on the screen.
  expect(set.mock.calls.map(([, pause]) => pause)).toEqual([0]);
  await vi.advanceTimersByTimeAsync(0);
  await done;
});
