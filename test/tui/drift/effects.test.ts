import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { createDriftEffects } from '../../../source/tui/drift/effects.ts';
import type { Action } from '../../../source/tui/state/model.ts';
import { DriftFile } from '../../../source/watch/kept/drift-file.ts';
import type { WatchEvent } from '../../../source/watch/watch-event.ts';
import { comments } from '../../helpers/counters.ts';
import { sampleEvent } from '../../watch/kept/samples.ts';

let name: string;
/** What the server says at the next reads; the last one stays. */
let answers: ('lost' | string)[];
beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drift-effects-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  name = join(directory, 'drift.jsonl');
  answers = ['shop'];
});

const database = {
  place: { demo: false, host: 'db', port: 5432 },
  async read(work: (reader: unknown) => unknown) {
    const name = answers.length > 1 ? answers.shift() : answers[0];
    if (name === 'lost')
      throw new ConsoleError({ code: 'connection-lost', message: 'It is gone.', hint: '', exitCode: 3 });
    return work({ rows: async () => [{ oid: '1', name, may: false }] });
  },
} as unknown as Database;
const connected = {
  type: 'connected',
  inspected: {
    server: { database: 'shop' },
    tables: { definition: comments, presets: { oid: 2 }, records: { oid: 3 } },
  },
} as unknown as WatchEvent;
const drift = (id: string, at: number): WatchEvent => ({
  type: 'drift',
  events: [sampleEvent(id, at)],
  more: 0,
});

async function play(events: WatchEvent[], isRead = false) {
  const file = await DriftFile.open(name);
  const told: Action[] = [];
  const effects = createDriftEffects(database, file, {
    isRead: () => isRead,
    dispatch: action => void told.push(action),
  });
  for (const event of events) effects.take(event);
  await vi.waitFor(() => expect(told).toHaveLength(events.length + (isRead ? 0 : 1)), 10_000);
  await effects.stop();
  return { told, lost: await file.close() };
}
const ids = async () =>
  (await readFile(name, 'utf8'))
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line).row.id);

test('what was kept is told before what happens now, and once', async () => {
  await play([connected, drift('a', 1)]);
  const { told, lost } = await play([connected, drift('b', 2)]);
  expect(told).toMatchObject([
    { type: 'connected' },
    { type: 'kept-drift', events: [{ preset: { id: 'a' } }], problem: null },
    { type: 'drift' },
  ]);
  expect(lost).toBeNull();
  expect((await play([connected, drift('c', 3)], true)).told.map(({ type }) => type)).toEqual([
    'connected',
    'drift',
  ]);
  expect(await ids()).toEqual(['a', 'b', 'c']);
  answers = ['another'];
  expect((await play([connected])).told[1]).toMatchObject({ events: [], problem: null });
});

test('while the server does not say which database it is, events wait, and are told if they are lost', async () => {
  answers = ['lost', 'lost', 'shop'];
  const { told, lost } = await play([connected, drift('a', 1), drift('b', 2)]);
  expect(told[1]).toMatchObject({
    events: [],
    problem: expect.stringMatching(/drift\.jsonl was not read back: It is gone\.$/),
  });
  expect([await ids(), lost]).toEqual([['a', 'b'], null]);
  answers = ['lost'];
  expect((await play([connected, drift('c', 3)])).lost).toMatch(/^1 of them could not be written to /);
  expect(await ids()).toEqual(['a', 'b']);
});
