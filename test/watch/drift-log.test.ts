import { describe, expect, test } from 'vitest';
import { type DriftEvent, driftChange } from '../../source/watch/drift-event.ts';
import { type DriftEntry, logDrift, mostEntries } from '../../source/watch/drift-log.ts';
import type { WritingSession } from '../../source/watch/session-activity.ts';

const figures = (usageCount: number, records: number) => ({
  id: '',
  name: '',
  usageCount,
  records,
  lastUsedAt: null,
});
const writer = (
  application: string,
  pid: number,
  activity: WritingSession['activity'] = 'sets-count',
): WritingSession => ({
  application,
  user: 'app',
  client: null,
  activity,
  query: 'UPDATE presets',
  state: 'idle',
  namesPreset: false,
  pids: [pid],
  otherwise: { seen: 0, of: 0 },
  from: 0,
  to: 0,
});
const event = (
  id: string,
  at: number,
  [count, records]: [number, number],
  seen: WritingSession[] = [],
): DriftEvent => ({
  preset: { id, name: id },
  change: driftChange(figures(10, 10), figures(count, records))!,
  since: at - 2,
  at,
  writers: { seen, more: 0, hidden: 0, direct: true },
});
const log = (events: DriftEvent[]) =>
  events.reduce<DriftEntry[]>((entries, each) => logDrift(entries, each), []);

describe('the drift log', () => {
  test('lists the newest first, and combines repeated events of one preset', () => {
    const entries = log([event('a', 1, [11, 10]), event('b', 2, [10, 11]), event('a', 3, [12, 10])]);
    expect(
      entries.map(({ preset, kind, times, firstAt, last }) => [preset.id, kind, times, firstAt, last.at]),
    ).toEqual([
      ['a', 'count-without-record', 2, 1, 3],
      ['b', 'not-counted', 1, 2, 2],
    ]);
    expect(entries[0]).toMatchObject({ countBy: 3, recordsBy: 0, before: { usageCount: 10, records: 10 } });
  });

  test('sums up the changes of the records too', () => {
    const [entry] = log([event('a', 1, [10, 12]), event('a', 2, [10, 11])]);
    expect(entry).toMatchObject({ times: 2, countBy: 0, recordsBy: 3 });
  });

  test('puts the latest first of writers that are as likely', () => {
    const at = (application: string, to: number) => ({ ...writer(application, to), to });
    const seen = [at('first', 1), at('third', 3), at('second', 2)];
    const [entry] = log([event('a', 1, [11, 10], seen)]);
    expect(entry?.writers.map(({ application }) => application)).toEqual(['third', 'second', 'first']);
  });

  test('puts the likeliest writer first, and lists eight of them', () => {
    const many = Array.from({ length: 9 }, (_, at) => writer(`app ${at}`, at));
    const [entry] = log([event('a', 1, [11, 10], [writer('calls', 1, 'calls'), ...many])]);
    expect(entry?.writers).toHaveLength(8);
    expect(entry?.writers.every(({ activity }) => activity === 'sets-count')).toBe(true);
    const [two] = log([event('b', 1, [11, 10], [writer('calls', 1, 'calls'), writer('sets', 2)])]);
    expect(two?.writers.map(({ application }) => application)).toEqual(['sets', 'calls']);
  });

  test('keeps another kind of event of the same preset apart', () => {
    expect(log([event('a', 1, [11, 10]), event('a', 2, [0, 10])])).toHaveLength(2);
  });

  test('counts the events at which a writer was seen, and lists the most frequent one first', () => {
    const entries = log([
      event('a', 1, [11, 10], [writer('cron', 1), writer('legacy-api', 2)]),
      event('a', 2, [11, 10], [writer('legacy-api', 3)]),
      event('a', 3, [11, 10], [writer('web', 5, 'calls'), writer('legacy-api', 2)]),
    ]);
    expect(entries[0]?.writers.map(({ application, events, pids }) => [application, events, pids])).toEqual([
      ['legacy-api', 3, [2, 3]],
      ['cron', 1, [1]],
      ['web', 1, [5]],
    ]);
  });

  test('is bounded', () => {
    const entries = log(Array.from({ length: mostEntries + 50 }, (_, at) => event(`p${at}`, at, [11, 10])));
    expect(entries).toHaveLength(mostEntries);
    expect(entries[0]?.preset.id).toBe(`p${mostEntries + 49}`);
    expect(entries.at(-1)?.preset.id).toBe('p50');
  });
});
