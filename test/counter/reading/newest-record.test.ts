import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database, Reader } from '../../../source/connection/transactions.ts';
import { readTables, type Tables } from '../../../source/counter/discovery/tables.ts';
import { readNewestRecord } from '../../../source/counter/reading/newest-record.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
beforeEach(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

/** Reads like the console; `pretend` overrides properties of the table. */
function read(pretend: Partial<Tables['records']> = {}) {
  return database.read(async reader => {
    const found = await readTables(reader, 'public');
    return readNewestRecord(reader, { ...found, records: { ...found.records, ...pretend } });
  });
}

const large = { bytes: 10 * 1024 ** 3 };

async function insertAt(preset: string | null, at: string, type = 'generation'): Promise<void> {
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${preset}, ${type}, ${at}::text::timestamptz)`;
}

describe('of a small table', () => {
  test('the newest record is the newest of all, and the oldest one is known', async () => {
    const [a, b] = await insertPresets(own.sql, ['Noir', 'Pastel']);
    await insertAt(a!, '2026-05-12 08:00Z', 'old');
    await insertAt(b!, '2026-09-30 14:05:09.123456Z', 'view');
    await insertAt(a!, '2026-08-01 08:00Z');
    expect(await read()).toEqual({
      newest: {
        at: Date.UTC(2026, 8, 30, 14, 5, 9) + 123.456,
        type: 'view',
        preset: b,
        name: 'Pastel',
        lastUsedAt: expect.any(Number),
      },
      oldest: Date.UTC(2026, 4, 12, 8),
      whole: true,
    });
  });

  test("the preset's last_used_at comes with it, whatever that is", async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, a!, 3);
    const found = await read();
    expect(found?.newest?.lastUsedAt).toBe(found?.newest?.at);
    await own.sql`UPDATE presets SET last_used_at = NULL`;
    expect((await read())?.newest).toMatchObject({ name: 'Noir', lastUsedAt: null });
  });

  test('without records has none', async () => {
    await insertPresets(own.sql, ['Noir']);
    expect(await read()).toEqual({ newest: null, oldest: null, whole: true });
    expect(await read(large)).toEqual({ newest: null, oldest: null, whole: false });
  });

  test('an infinite time is not a use', async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await insertAt(a!, 'infinity');
    await insertAt(a!, '-infinity');
    await insertAt(a!, '2026-05-12 08:00Z');
    const at = Date.UTC(2026, 4, 12, 8);
    expect(await read()).toMatchObject({ newest: { at }, oldest: at });
    expect(await read(large)).toMatchObject({ newest: { at }, oldest: null });
  });

  test('a preset without a name is not reported as gone', async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, a!, 1);
    await own.sql`ALTER TABLE presets ALTER name DROP NOT NULL`;
    await own.sql`UPDATE presets SET name = NULL`;
    for (const pretend of [{}, large]) expect((await read(pretend))?.newest).toMatchObject({ name: '' });
  });

  test('a record whose preset is gone has no name', async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await own.sql`ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey`;
    await insertRecords(own.sql, a!, 1);
    await own.sql`DELETE FROM presets`;
    expect((await read())?.newest).toMatchObject({ preset: a, name: null, lastUsedAt: null });
    await own.sql`ALTER TABLE preset_usage ALTER preset_id DROP NOT NULL`;
    await own.sql`UPDATE preset_usage SET preset_id = NULL`;
    expect((await read())?.newest).toMatchObject({ preset: null, name: null });
  });

  test('without the columns that are not needed still has its newest record', async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, a!, 1);
    await own.sql`DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage`;
    await own.sql`ALTER TABLE presets DROP COLUMN last_used_at, DROP COLUMN name`;
    await own.sql`ALTER TABLE preset_usage DROP COLUMN usage_type`;
    expect((await read())?.newest).toEqual({
      at: expect.any(Number),
      type: null,
      preset: a,
      name: a,
      lastUsedAt: null,
    });
    expect(await read(large)).toBeNull();
    await own.sql`ALTER TABLE preset_usage DROP COLUMN created_at`;
    expect(await read()).toBeNull();
  });
});

describe('of a large table', () => {
  test('the newest record is that of the presets that were used last, and the oldest stays unknown', async () => {
    const ids = await insertPresets(
      own.sql,
      Array.from({ length: 60 }, (_, i) => `preset ${i}`),
    );
    for (const [index, id] of ids.entries()) {
      await insertAt(id, new Date(Date.UTC(2026, 0, 1 + index)).toISOString(), `kind ${index}`);
    }
    expect(await read(large)).toEqual({
      newest: {
        at: Date.UTC(2026, 0, 60),
        type: 'kind 59',
        preset: ids[59],
        name: 'preset 59',
        lastUsedAt: Date.UTC(2026, 0, 60),
      },
      oldest: null,
      whole: false,
    });
    // Stored but not counted: found only if the preset is among the most recently used.
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    await insertAt(ids[20]!, '2026-06-01Z', 'uncounted');
    expect((await read(large))?.newest).toMatchObject({ name: 'preset 20', type: 'uncounted' });
    await insertAt(ids[0]!, '2026-07-01Z', 'out of sight');
    expect((await read(large))?.newest).toMatchObject({ name: 'preset 20', type: 'uncounted' });
    expect((await read())?.newest).toMatchObject({ name: 'preset 0', type: 'out of sight' });
  });

  test('an index that leads with the time covers all records', async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await insertAt(a!, '2026-05-12Z');
    await own.sql`CREATE INDEX ON preset_usage (created_at)`;
    const at = Date.UTC(2026, 4, 12);
    expect(await read(large)).toMatchObject({ newest: { at }, oldest: at, whole: true });
  });

  test('is skipped if no index has the times', async () => {
    const [a] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, a!, 1);
    await own.sql`DROP INDEX idx_preset_usage_preset_created`;
    expect(await read(large)).toBeNull();
    await own.sql`CREATE INDEX ON preset_usage (preset_id)`;
    expect(await read(large)).toBeNull();
    await own.sql`CREATE INDEX ON preset_usage (preset_id) INCLUDE (created_at)`;
    expect(await read(large)).toBeNull();
    await own.sql`CREATE INDEX ON preset_usage (preset_id, created_at) WHERE usage_type = 'view'`;
    expect(await read(large)).toBeNull();
    // It is unknown how long a foreign table takes.
    expect(await read({ bytes: Number.POSITIVE_INFINITY, indexed: false })).toBeNull();
  });

  test.each([
    ['(preset_id, created_at DESC)'],
    ['(preset_id, created_at)'],
    ['(preset_id, created_at DESC NULLS LAST)'],
    ['(created_at)'],
    ['(created_at DESC NULLS LAST, preset_id)'],
  ])('is never read as a whole with an index on %s', async columns => {
    await own.sql`DROP INDEX idx_preset_usage_preset_created`;
    await own.sql.unsafe(`CREATE INDEX ON preset_usage ${columns}`);
    await own.sql`INSERT INTO presets (name) SELECT 'preset ' || i FROM generate_series(1, 20) i`;
    await own.sql`
      INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT id, 'kind ' || i, now() - make_interval(mins => 1000 - i) FROM presets, generate_series(1, 1000) i`;
    await own.sql`VACUUM ANALYZE preset_usage`;
    const plans: string[] = [];
    await database.read(async reader => {
      const found = await readTables(reader, 'public');
      const explaining: Reader = {
        async rows(text, parameters) {
          const plan = await reader.rows(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, parameters);
          plans.push(JSON.stringify(plan));
          return reader.rows(text, parameters);
        },
      };
      const read = await readNewestRecord(explaining, { ...found, records: { ...found.records, ...large } });
      expect(read?.newest?.type).toBe('kind 1000');
    });
    expect(plans).toHaveLength(1);
    // No node of the plan returns or discards more rows than there are presets.
    const numbers = plans[0]!.matchAll(/"(?:Actual Rows|Rows Removed by Filter)":\s*([\d.]+)/g);
    const most = Math.max(...Array.from(numbers, ([, rows]) => Number(rows)));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(20);
  });
});
