import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import { planAudit } from '../../source/counter/audit/audit-pages.ts';
import { type Counter, noTotals } from '../../source/counter/counter.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { readCounters, readMostUsed } from '../../source/counter/reading/counters.ts';
import { findPresets } from '../../source/counter/reading/find-presets.ts';
import { readPresetDetail } from '../../source/counter/reading/preset-detail.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
    CREATE TABLE presets (id text PRIMARY KEY, name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
    CREATE TABLE preset_usage (id bigserial PRIMARY KEY, preset_id text REFERENCES presets, used_at timestamptz DEFAULT now());
    CREATE INDEX ON preset_usage (preset_id);
    INSERT INTO presets VALUES ('', '', 5, now()), ('a', 'Noir', 1, now()), ('b', '', 0, NULL);
    INSERT INTO preset_usage (preset_id) VALUES (''), (''), ('a');
  `)
    .simple();
  await own.sql`VACUUM ANALYZE preset_usage`;
});
afterAll(() => own.drop());

const answer = async (...args: string[]) => {
  const { code, out } = await run([...args, '--json'], { DATABASE_URL: own.url });
  return { code, ...JSON.parse(out) };
};

describe('a preset with the empty text as its key', () => {
  const found = { id: '', usageCount: 5, records: 2 };
  const told = { id: '', count: 5, records: 2 };

  test('is on the pages of an audit, on every look, and among the most used', async () => {
    const database = connectTo(own.url);
    try {
      const [tables, plan] = await database.read(async reader => {
        const read = await readTables(reader, 'public');
        return [read, await planAudit(reader, read, 'all', { mostRecords: 1 })] as const;
      });
      expect(plan.ranges.length).toBeGreaterThan(1);
      const pages: Counter[] = [];
      const sums = { totals: noTotals, agreeing: 0, orphans: 0, allRecords: 0 };
      const memory = { plan, tables, presets: 3, pages: new Map(), mark: null, found: sums };
      const { totals, orphans } = await auditCounters(database, tables, {
        scope: 'all',
        memory,
        onPage: ({ counters }) => pages.push(...counters),
      });
      expect({ ...totals, orphans }).toMatchObject({ rows: 3, accurate: 2, records: 3, orphans: 0 });
      expect(pages).toContainEqual(expect.objectContaining(found));
      await database.read(async reader => {
        expect(await readCounters(reader, tables, [''])).toMatchObject([found]);
        expect(await readMostUsed(reader, tables, 1)).toMatchObject([found]);
        // Its name is empty too, as another's is.
        expect(await findPresets(reader, tables, [''])).toEqual(['']);
        expect((await readPresetDetail(reader, tables, '', 14)).latest).toHaveLength(2);
      });
    } finally {
      await database.close();
    }
  });

  test('is audited, alone too', needsFullScale(), async () => {
    expect(await answer('check')).toMatchObject({ code: 1, rows: 3, mismatched: 1, mismatches: [told] });
    expect(await answer('check', '--preset', '')).toMatchObject({ code: 1, rows: 1, mismatches: [told] });
    const { out } = await run(['check'], { DATABASE_URL: own.url });
    expect(out).toMatch(/^"" +5 +2 +\+3/m);
  });

  test('is simulated, and in the plans', async () => {
    expect(await answer('simulate', '')).toMatchObject({ preset: { id: '' }, uses: [{ before: 5 }, {}] });
    const change = { id: '', before: 5, after: 2 };
    expect(await answer('sync', '--dry-run', '--preset', '')).toMatchObject({ plan: { changes: [change] } });
  });

  test('is not what an empty value means where there is no such preset', async () => {
    await own.sql.begin(async sql => {
      await sql`CREATE SCHEMA other`;
      await sql`CREATE TABLE other.presets (id text PRIMARY KEY, name text, usage_count integer)`;
      await sql`CREATE TABLE other.preset_usage (preset_id text REFERENCES other.presets)`;
      await sql`INSERT INTO other.presets VALUES ('a', '', 3)`;
    });
    expect(await answer('reset', '--dry-run', '--schema', 'other', '--preset', '')).toMatchObject({
      code: 3,
      error: { code: 'no-such-preset', message: 'No preset has an empty id.' },
    });
  });
});
