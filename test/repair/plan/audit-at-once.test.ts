import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { insertPresets } from '../../helpers/database.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';

let bench: RepairBench;
let audits: number;
let counted: Database;
let number: () => number;

beforeAll(async () => {
  bench = await RepairBench.open();
  await insertPresets(
    bench.own.sql,
    Array.from({ length: 60 }, (_, index) => `Preset ${index}`),
  );
  await bench.arrange('VACUUM ANALYZE presets');
  await bench.arrange('VACUUM ANALYZE preset_usage');
  // As if a million records were there: pages are cut by the planner's estimate.
  await bench.arrange(
    `UPDATE pg_class SET reltuples = 1000000, relpages = 10000, relallvisible = 10000 WHERE oid = 'preset_usage'::regclass`,
  );
  const { database } = bench;
  counted = {
    ...database,
    read: (work, options) =>
      database.read(
        ({ rows }) =>
          work({
            rows(text, ...rest) {
              if (text.startsWith('WITH audited')) audits += 1;
              // Tests of other files write on this server.
              if (text.includes('pg_snapshot_xmax')) return Promise.resolve([{ xid: String(number()) }]);
              return rows(text, ...rest);
            },
          }),
        options,
      ),
  };
});
afterAll(() => bench.close());
beforeEach(() => {
  audits = 0;
  number = () => 7;
});

test.each([
  ['sync', 'mismatched', false],
  ['reset', 'all', false],
  ['reset', 'all', true],
] as const)(
  'a %s is planned with as many statements as an audit, but in small pages while others write',
  async (action, scope, deleteHistory) => {
    const tables = await counted.read(reader => readTables(reader, 'public'));
    await auditCounters(counted, tables, { scope });
    const pages = audits;
    expect(pages).toBeGreaterThan(1);
    await bench.plan(action, { options: { deleteHistory } }, counted);
    expect(audits - pages).toBe(pages);
    audits = 0;
    let next = 7;
    number = () => next++;
    await bench.plan(action, { options: { deleteHistory } }, counted);
    expect(audits).toBeGreaterThan(2 * pages);
  },
);
