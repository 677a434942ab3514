import { describe, expect, test } from 'vitest';
import { pause, tryUntilAnswered, withDeadline } from '../../source/connection/deadlines.ts';

const never = new Promise<never>(() => {});

describe('tryUntilAnswered', () => {
  test('tries again until there is an answer, also one that is false', async () => {
    const answers = [undefined, undefined, false];
    const attempt = async () => answers.shift();
    expect(await tryUntilAnswered(attempt, { first: 1, most: 2, within: 10_000 })).toBe(false);
    expect(answers).toEqual([]);
  });

  test('tries again when the time is up, and then gives up', async () => {
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      return undefined;
    };
    expect(await tryUntilAnswered(attempt, { first: 10_000, most: 10_000, within: 5 })).toBeUndefined();
    expect(tries).toBeGreaterThan(1);
  });

  test('stops when it is told to', async () => {
    const stop = new AbortController();
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      if (tries === 2) stop.abort();
      return undefined;
    };
    const given = { first: 1, most: 1, within: 500, signal: stop.signal };
    expect(await tryUntilAnswered(attempt, given)).toBeUndefined();
    expect(tries).toBe(2);
  });

  test('passes a failure on', async () => {
    const attempt = () => Promise.reject(new Error('broken'));
    await expect(tryUntilAnswered(attempt, { first: 1, most: 1, within: 60_000 })).rejects.toThrow('broken');
  });
});

describe('withDeadline', () => {
  test('gives what the work gives, or else what is given for late', async () => {
    expect(await withDeadline(Promise.resolve(1), 60_000, 'late')).toBe(1);
    expect(await withDeadline(never, 5, 'late')).toBe('late');
    await expect(withDeadline(Promise.reject(new Error('broken')), 60_000, 'late')).rejects.toThrow('broken');
  });

  test('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
    const before = timers();
    await withDeadline(Promise.resolve(1), 60_000, 'late');
    expect(timers()).toBe(before);
  });
});

test('a pause ends when it is told to', async () => {
  const stop = new AbortController();
  const paused = pause(60_000, stop.signal);
  stop.abort();
  expect(await paused).toBeUndefined();
});
