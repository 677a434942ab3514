import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Traffic } from '../../../../source/repair/run/pace/traffic.ts';

describe('a repair has the server to itself', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a second after it began, if its own numbers follow each other', () => {
    const traffic = new Traffic({ xid: '77', at: performance.now() });
    traffic.began('77');
    vi.advanceTimersByTime(999);
    traffic.began('78');
    expect(traffic.isQuiet).toBe(false);
    vi.advanceTimersByTime(1);
    expect(traffic.isQuiet).toBe(true);
  });

  test.each([
    ['others took a number before its first', ['78']],
    ['others took a number between two of its own', ['77', '79']],
    ['the server has begun anew, after a failover', ['77', '41']],
    ['others took one in the round of a 32-bit counter', ['77', '4294967375']],
  ])('not while %s', (_, numbers) => {
    const traffic = new Traffic({ xid: '77', at: performance.now() });
    vi.advanceTimersByTime(5_000);
    for (const number of numbers) traffic.began(number);
    expect(traffic.isQuiet).toBe(false);
    vi.advanceTimersByTime(1_000);
    traffic.began(String(BigInt(numbers.at(-1)!) + 1n));
    expect(traffic.isQuiet).toBe(true);
  });

  test('at once, if nobody has written since its plan was begun a second ago', () => {
    const traffic = new Traffic({ xid: '77', at: performance.now() - 1_000 });
    traffic.began('77');
    expect(traffic.isQuiet).toBe(true);
    const other = new Traffic({ xid: '76', at: performance.now() - 1_000 });
    other.began('77');
    expect(other.isQuiet).toBe(false);
  });

  test('also if its transactions take several numbers each, but not if others take one after them', () => {
    const traffic = new Traffic({ xid: '77', at: performance.now() });
    vi.advanceTimersByTime(1_000);
    traffic.began('77');
    traffic.ended('80');
    traffic.began('80');
    // One that ends with its own number, read where nobody else writes.
    traffic.ended('80');
    traffic.began('81');
    expect(traffic.isQuiet).toBe(true);
    traffic.ended('83');
    traffic.began('84');
    expect(traffic.isQuiet).toBe(false);
  });

  test('and its transactions take one number each, if the last one did while no other had begun', () => {
    const traffic = new Traffic({ xid: '77', at: performance.now() });
    traffic.began('77');
    expect(traffic.takesOne).toBe(false);
    traffic.ended('78');
    expect(traffic.takesOne).toBe(true);
    traffic.began('78');
    traffic.began('79');
    expect(traffic.takesOne).toBe(true);
    traffic.began('81');
    expect(traffic.takesOne).toBe(false);
    traffic.ended('82');
    traffic.began('82');
    traffic.ended('84');
    expect(traffic.takesOne).toBe(false);
  });

  test('where a batch begins beside one that may have taken numbers, until another number is seen', () => {
    const traffic = new Traffic({ xid: '77', at: performance.now() });
    vi.advanceTimersByTime(5_000);
    traffic.beganBeside('80');
    expect(traffic.isQuiet).toBe(true);
    traffic.began('81');
    expect(traffic.isQuiet).toBe(true);
    traffic.began('84');
    expect(traffic.isQuiet).toBe(false);
  });

  test('not while it has waited for others, or they for it', () => {
    const traffic = new Traffic({ xid: '77', at: performance.now() });
    vi.advanceTimersByTime(5_000);
    traffic.others();
    expect(traffic.isQuiet).toBe(false);
  });
});
