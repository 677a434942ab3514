import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables, type Tables } from '../../../source/counter/discovery/tables.ts';
import { recentUsesAreCheap } from '../../../source/counter/reading/recent-uses.ts';
import { TrendWatch } from '../../../source/watch/run/trend-watch.ts';
import type { Focus, TrendEvent } from '../../../source/watch/watch-event.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let tables: Tables;
let statements: string[] = [];
let events: TrendEvent[];
let watch: TrendWatch;
beforeAll(async () => {
  own = await createDatabase();
  const connected = connectTo(own.url);
  database = {
    ...connected,
    read: (work, options) =>
      connected.read(
        reader =>
          work({
            rows: (text, ...rest) => {
              statements.push(text);
              return reader.rows(text, ...rest);
            },
          }),
        options,
      ),
  };
  tables = await connected.read(reader => readTables(reader, 'public'));
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  statements = [];
  events = [];
  watch = new TrendWatch(database, new AbortController().signal, event => events.push(event));
});

const nothing: Focus = { ids: [], detail: null, answers: false };
const opened = (id: string, plot: number): Focus => ({ ...nothing, detail: { id, days: 14 }, plot });
const nowhere = () => ({ ...tables, records: { ...tables.records, counted: 'public.nowhere' } });

test('a plot is read once for a preset and a width, and a failure does not end the watch', async () => {
  const [a = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, a, 3);
  const plots = () => events.filter(({ type }) => type === 'record-history');
  await watch.read(opened(a, 10), tables, true);
  await watch.read(opened(a, 10), tables, true);
  expect(plots()).toMatchObject([{ type: 'record-history', id: a }]);
  await watch.read(opened(a, 20), tables, true);
  expect(plots()).toHaveLength(2);
  await watch.read(opened(a, 30), nowhere(), true);
  expect(plots()).toHaveLength(2);
});

test('the types and users of the row that is open are read once, and again for another row', async () => {
  const [a = '', b = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, a, 3);
  const open = (id: string): Focus => ({ ...nothing, ids: [id], detail: { id, days: 14 } });
  await watch.read(open(a), tables, true);
  await watch.read(open(a), tables, true);
  await watch.read(open(b), tables, true);
  expect(events).toMatchObject([
    { type: 'breakdown', id: a, breakdown: { records: 3, types: { groups: 1 } } },
    { type: 'breakdown', id: b, breakdown: { records: 0 } },
  ]);
  watch.forgetPauses();
  await watch.read(open(b), tables, true);
  expect(events).toHaveLength(3);
  await watch.read(open(a), { ...tables, records: { ...tables.records, pairs: [] } }, true);
  expect(events).toHaveLength(3);
});

test('nothing is read while rows are hidden, or of a row whose records are not counted quickly', async () => {
  const [a = ''] = await insertPresets(own.sql, ['Noir']);
  const both = { ...opened(a, 10), ids: [a], recent: 14 };
  await watch.read(both, { ...tables, hiddenBy: ['a policy'] }, true);
  await watch.read(opened(a, 10), tables, false);
  expect(statements).toEqual([]);
});

describe('the uses of the last days', () => {
  test('are read of the rows in the window, in one statement that may take five seconds', async () => {
    const [a = '', b = '', c = ''] = await insertPresets(own.sql, ['Noir', 'Pastel', 'Pop']);
    await own.sql`
      INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT ${a}, 'x', now() - make_interval(days => d) FROM unnest('{0,0,3,13,14,-2}'::int[]) d`;
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${a}, 'x', 'infinity')`;
    await insertRecords(own.sql, c, 5);
    const window = { ...nothing, ids: [a, b], recent: 14 };
    await watch.read(window, tables, true);
    await watch.read(window, tables, true);
    expect(events).toHaveLength(1);
    const [event] = events as Extract<TrendEvent, { type: 'recent-uses' }>[];
    expect([...(event?.uses ?? [])]).toEqual([
      [a, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2]],
      [b, Array(14).fill(0)],
    ]);
    expect(statements).toHaveLength(2);
    expect(statements[0]).toContain(`set_config('statement_timeout', '5000', true)`);
  });

  test('are looked up by the index that has the time of each record', async () => {
    const [a = ''] = await insertPresets(own.sql, ['Noir']);
    await watch.read({ ...nothing, ids: [a], recent: 14 }, tables, true);
    const text = statements.at(-1) ?? '';
    const plan = await own.sql.begin(async sql => {
      // The table is too small for the planner to prefer it by itself.
      await sql.unsafe('SET LOCAL enable_seqscan = off').simple();
      return sql.unsafe(`EXPLAIN ${text}`, [JSON.stringify([a]), 14]);
    });
    expect(JSON.stringify(plan)).toMatch(/Index Cond: \(\(preset_id = [^"]* AND \(created_at > /);
  });

  test('are not read where they would take long, and a failure does not end the watch', async () => {
    const { records } = tables;
    const large = { ...tables, records: { ...records, bytes: 2 ** 30 } };
    expect(recentUsesAreCheap(large)).toBe(true);
    expect(recentUsesAreCheap({ ...large, records: { ...large.records, recentIndexed: false } })).toBe(false);
    expect(recentUsesAreCheap({ ...tables, records: { ...records, recentIndexed: false } })).toBe(true);
    expect(recentUsesAreCheap({ ...tables, records: { ...records, time: null } })).toBe(false);
    const [a = ''] = await insertPresets(own.sql, ['Noir']);
    const window = { ...nothing, ids: [a], recent: 14 };
    await watch.read(window, { ...large, records: { ...large.records, recentIndexed: false } }, true);
    expect(statements).toEqual([]);
    await watch.read(window, nowhere(), true);
    expect(events).toEqual([]);
    expect(watch.isBusy).toBe(false);
  });
});
