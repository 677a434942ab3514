import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import { type Counter, drift, isWrong } from '../../../source/counter/counter.ts';
import { readCounterTables } from '../../../source/counter/discovery/tables.ts';
import { readBreakdown } from '../../../source/counter/reading/breakdown.ts';
import { readCounters, readMostUsed } from '../../../source/counter/reading/counters.ts';
import { readLastRecords } from '../../../source/counter/reading/last-records.ts';
import { readNewestRecord } from '../../../source/counter/reading/newest-record.ts';
import { readPresetDetail } from '../../../source/counter/reading/preset-detail.ts';
import { readRecentUses } from '../../../source/counter/reading/recent-uses.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { setTraps } from '../../helpers/traps.ts';
import { type Kind, kinds } from './kinds.ts';

/**
 * Audits each kind on the server at `url`: the audit, ticks and a plain query must say the same of every row. `trapped` runs
 * every statement by a search_path that leads to traps.
 */
export function everyKind(
  url: () => string,
  { trapped = false, of = kinds }: { trapped?: boolean; of?: readonly Kind[] } = {},
): void {
  describe('the audit says what plain SQL says of', () => {
    let own: TestDatabase;
    let database: Database;
    beforeAll(async () => {
      own = await createDatabase('template1', url());
      database = connectTo(trapped ? (await setTraps(own)).url : own.url);
    });
    afterAll(async () => {
      await database.close();
      await own.drop();
    });

    test.each(of)('$name', async ({ sql, definition, truth, orphans }) => {
      await own.sql
        .unsafe(`DROP SCHEMA IF EXISTS ext CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`)
        .simple();
      const plain = await own.sql.unsafe<
        { id: string; drift: string; wrong: boolean; truth: string; count: string | null }[]
      >(
        `SELECT id::text, count::text, truth::numeric::text, CASE WHEN number = truth THEN 0 ELSE number - truth END::text AS drift, number <> truth AS wrong
             FROM (${truth}) t, LATERAL (SELECT coalesce(CASE WHEN count::text = 'Infinity' AND pg_typeof(count) = 'double precision'::regtype THEN 'NaN' ELSE count::numeric END, 0) AS number) n`,
      );
      const expected = new Map(
        plain.map(row => [
          row.id,
          {
            count: row.count === null ? null : Number(row.count),
            records: Number(row.truth),
            drift: Number(row.drift),
            isWrong: row.wrong,
          },
        ]),
      );
      expect(plain.filter(({ wrong }) => wrong).length).toBeGreaterThan(0);
      const found = await database.read(reader => readCounterTables(reader, definition));
      const tables = trapped ? { ...found, path: 'own' as const } : found;
      const figures = (counters: readonly Counter[]) =>
        new Map(
          counters.map(counter => [
            counter.id,
            {
              count: counter.usageCount,
              records: counter.records,
              drift: drift(counter),
              isWrong: isWrong(counter),
            },
          ]),
        );
      const inOrder = (found: ReadonlyMap<string, unknown>) =>
        [...found].sort(([a], [b]) => a.localeCompare(b));

      const all: Counter[] = [];
      const summary = await auditCounters(database, tables, {
        scope: 'all',
        onPage: page => all.push(...page.counters),
      });
      expect(inOrder(figures(all))).toEqual(inOrder(expected));
      expect(summary.orphans).toBe(orphans);
      const wrong = plain.filter(row => row.wrong);
      expect(summary.totals).toMatchObject({
        rows: plain.length,
        mismatched: wrong.length,
        tooLow: wrong.filter(row => Number(row.drift) < 0).length,
      });

      const some: Counter[] = [];
      await auditCounters(database, tables, {
        scope: 'mismatched',
        onPage: page => some.push(...page.counters),
      });
      expect(some.map(({ id }) => id).sort()).toEqual(wrong.map(({ id }) => id).sort());

      const most = await database.read(reader => readMostUsed(reader, tables, 100));
      expect(new Set(most.map(({ id }) => id))).toEqual(new Set(expected.keys()));
      const ticked = await database.read(reader => readCounters(reader, tables, [...expected.keys()]));
      expect(inOrder(figures(ticked))).toEqual(inOrder(expected));

      // A row has a newest record if it has one with a time.
      const last = await database.read(reader => readLastRecords(reader, tables, [...expected.keys()]));
      for (const [id] of last) expect(expected.get(id)?.records).not.toBe(0);
      expect((await database.read(reader => readNewestRecord(reader, tables))) === null).toBe(
        definition.record.time === null,
      );

      // What is plotted is of the same records.
      const century = 36_500;
      const uses = await database.read(reader =>
        readRecentUses(reader, tables, [...expected.keys()], century),
      );
      const sum = (bars: readonly number[] = []) => bars.reduce((total, number) => total + number, 0);
      for (const [id, { records }] of expected) {
        expect(sum(uses.get(id)) > 0, id).toBe((last.get(id) ?? null) !== null);
        const detail = await database.read(reader => readPresetDetail(reader, tables, id, century));
        expect(sum(detail.perDay), id).toBe(sum(uses.get(id)));
        if (tables.records.pairs !== null || definition.record.through !== null) continue;
        const found = await database.read(reader => readBreakdown(reader, tables, id));
        if (!tables.records.sums) expect(found?.records, id).toBe(records);
      }
    });
  });
}
