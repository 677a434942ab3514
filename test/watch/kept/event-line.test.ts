import { expect, test } from 'vitest';
import type { DriftEvent } from '../../../source/watch/drift-event.ts';
import { eventLine, readEventLine } from '../../../source/watch/kept/event-line.ts';
import { sampleEvent, sampleSource } from './samples.ts';

const writer: DriftEvent['writers']['seen'][number] = {
  application: 'legacy\u001b[31m-api',
  user: 'app',
  client: null,
  activity: 'sets-count',
  query: 'UPDATE posts\nSET comments_count = ?',
  state: 'idle',
  namesPreset: true,
  pids: [7, 8],
  otherwise: { seen: 1, of: 9 },
  from: Date.parse('2026-01-02T03:04:04.000Z'),
  to: Date.parse('2026-01-02T03:04:04.500Z'),
};
const plain = sampleEvent('1');
const { change } = plain;

test.each<[string, string[], DriftEvent]>([
  ['an increment by hand', ['id'], plain],
  [
    'a hostile name, with who was writing and what receipts say',
    ['id'],
    sampleEvent('\u202e"\\', 0, {
      preset: { id: '\u202e"\\', name: 'evil \u001b]0;x\u0007\r\n{"version":2}' },
      writers: { seen: [writer], more: 2, hidden: 1, direct: false },
      remarks: ['It was not compared with receipts.'],
    }),
  ],
  ['a key of two columns, as the server writes it', ['forum', 'no'], sampleEvent('["a\\"\\u001f", "b"]')],
  [
    'what no number is',
    ['id'],
    sampleEvent('1', 0, {
      change: {
        ...change,
        kind: 'no-number',
        after: { usageCount: Number.NaN, records: 2 ** 53, exact: 'NaN', exactRecords: '9007199254740993' },
        countBy: Number.NaN,
        recordsBy: Number.NEGATIVE_INFINITY,
        driftBy: Number.NaN,
      },
    }),
  ],
  [
    'NULL',
    ['id'],
    sampleEvent('1', 0, {
      change: {
        ...change,
        kind: 'became-null',
        after: { usageCount: null, records: 10 },
        recordsBy: null,
        lastUsedMoved: null,
      },
    }),
  ],
])('%s is read back as it was, from one line that can be printed', (_, key, event) => {
  const source = sampleSource('here', key);
  const line = eventLine(source, event);
  expect(line).toMatch(/^[\x20-\x7e]+\n$/);
  expect(readEventLine(line)).toEqual({ identity: 'here', event });
});

test('a line has times, ids and numbers as every document has them', () => {
  const line = JSON.parse(eventLine(sampleSource('here', ['forum', 'no']), sampleEvent('["a", "b"]')));
  expect(line).toMatchObject({
    version: 2,
    since: '2026-01-02T03:04:03.000Z',
    at: '2026-01-02T03:04:05.000Z',
    database: { name: 'shop', host: 'db' },
    counter: 'public.posts.comments_count',
    row: { id: ['a', 'b'], name: 'name ["a", "b"]' },
    kind: 'count-without-record',
    before: { count: 10, records: 10 },
    after: { count: 11, records: 10 },
    countBy: 1,
    recordsBy: 0,
  });
});

test.each<[string, (line: Record<string, unknown>) => string]>([
  ['no JSON', () => 'Jan 2 03:04:05 something else'],
  ['half a line', line => JSON.stringify(line).slice(0, -20)],
  ['a list', line => JSON.stringify([line])],
  ['another version', line => JSON.stringify({ ...line, version: 3 })],
  ['an unknown kind', line => JSON.stringify({ ...line, kind: 'x' })],
  ['no time', line => JSON.stringify({ ...line, at: 'yesterday' })],
  ['a count that is none', line => JSON.stringify({ ...line, after: { count: '1e9x', records: 1 } })],
  ['no counter', ({ counter: _, ...line }) => JSON.stringify(line)],
  [
    'a writer without a process',
    line =>
      JSON.stringify({
        ...line,
        writers: { seen: [{ ...writer, pids: [] }], more: 0, hidden: 0, direct: true },
      }),
  ],
])('%s is no event', (_, spoilt) => {
  const line = JSON.parse(eventLine(sampleSource(), plain));
  expect(readEventLine(JSON.stringify(line))).not.toBeNull();
  expect(readEventLine(spoilt(line))).toBeNull();
});
