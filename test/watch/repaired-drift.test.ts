import { describe, expect, test } from 'vitest';
import type { Counter } from '../../source/counter/counter.ts';
import { driftChange } from '../../source/watch/drift-event.ts';
import { type KnownRepair, RepairedDrift } from '../../source/watch/repaired-drift.ts';

const counter = (usageCount: number | null, records: number, exact?: string): Counter => ({
  id: 'a',
  name: 'Noir',
  usageCount,
  records,
  lastUsedAt: null,
  ...(exact === undefined ? {} : { exact }),
});
const event = (before: Counter, after: Counter, from = 100, to = 200) => ({
  preset: { id: 'a', name: 'Noir' },
  change: driftChange(before, after)!,
  from,
  to,
});
const line = (drift: number, by: number, batch = 1, mayClear = false) => ({
  id: 'a',
  batch,
  drift,
  by,
  mayClear,
});
const repair = (changes: KnownRepair['changes'], over: Partial<KnownRepair> = {}): KnownRepair => ({
  receipt: 'R',
  action: 'sync',
  from: 150,
  until: 160,
  trusted: true,
  changes,
  why: null,
  ...over,
});
const explained = (...given: Parameters<RepairedDrift['explain']>) => {
  const answer = new RepairedDrift().explain(...given);
  return 'by' in answer ? answer.by.map(({ receipt }) => receipt) : answer.remarks;
};

describe('a repair explains an event', () => {
  test('that changes the drift exactly as its receipt says, whatever correct uses came in between', () => {
    expect(explained(event(counter(13, 10), counter(14, 14)), [repair([line(3, -3)])])).toEqual(['R']);
  });

  test('of which only the first or the last batches were seen', () => {
    const known = [repair([line(3, -1), line(2, -2, 2), line(0, 0, 3)])];
    expect(explained(event(counter(13, 10), counter(12, 10)), known)).toEqual(['R']);
    expect(explained(event(counter(12, 10), counter(10, 10)), known)).toEqual(['R']);
  });

  test('together with the repair after it', () => {
    const known = [repair([line(3, -3)]), repair([line(0, -10)], { receipt: 'S', action: 'reset' })];
    expect(explained(event(counter(13, 10), counter(0, 10)), known)).toEqual(['R', 'S']);
  });

  test('once: the same change by somebody else afterwards is an event', () => {
    const drift = new RepairedDrift();
    const known = [repair([line(3, -3)])];
    const fall = event(counter(13, 10), counter(10, 10));
    expect(drift.explain(fall, known)).toEqual({ by: known });
    expect(drift.explain(fall, known)).toHaveProperty('remarks');
  });

  test('that makes a count NULL only if it is the undo of one that was NULL', () => {
    const cleared = event(counter(10, 10), counter(null, 10));
    expect(explained(cleared, [repair([line(0, -10, 1, true)], { action: 'undo' })])).toEqual(['R']);
    expect(explained(cleared, [repair([line(0, -10)])])).not.toEqual(['R']);
  });
});

describe('a repair is named, and the event stays,', () => {
  test.each<[string, Parameters<RepairedDrift['explain']>[0], KnownRepair, string]>([
    [
      'if the numbers do not come apart',
      event(counter(13, 10), counter(11, 10)),
      repair([line(3, -3)]),
      'The sync of receipt R wrote this count too. It changed the drift by -3, and this event by -2.',
    ],
    [
      'if the drift before it was another one',
      event(counter(14, 10), counter(11, 10)),
      repair([line(3, -3)]),
      'The sync of receipt R wrote this count too. It changed the drift by -3, and this event by -3.',
    ],
    [
      'if something else may have written its receipt',
      event(counter(13, 10), counter(10, 10)),
      repair([line(3, -3)], { trusted: false }),
      'The receipt R (sync) says it wrote this count, but it may not be of this console.',
    ],
    [
      'if its receipt was not read',
      event(counter(13, 10), counter(10, 10)),
      repair(null, { why: 'It is damaged.' }),
      'The receipt R is of that time and was not compared. It is damaged.',
    ],
    [
      'if no number here is exactly the count',
      event(counter(2 ** 53 + 2, 10, '9007199254740995'), counter(10, 10)),
      repair([line(2 ** 53 - 8, -(2 ** 53) + 8)]),
      'wrote this count too',
    ],
  ])('%s', (_, given, known, words) => {
    expect(explained(given, [known])).toEqual([expect.stringContaining(words)]);
  });

  test('but not one of another time, or of other presets', () => {
    const fall = event(counter(13, 10), counter(10, 10), 170, 200);
    expect(explained(fall, [repair([line(3, -3)])])).toEqual([]);
    expect(explained({ ...fall, from: 100 }, [repair([{ ...line(3, -3), id: 'b' }])])).toEqual([]);
  });
});
