import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../../source/connection/transactions.ts';
import { inspectDatabase } from '../../../../source/counter/inspect-database.ts';
import { type OriginMarks, readOrigins } from '../../../../source/repair/sql/records/record-origins.ts';
import { connectTo } from '../../../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let noir: string;
let pastel: string;
const xids: string[] = [];

async function records(...times: [preset: string, number: number][]): Promise<void> {
  await own.sql.begin(async sql => {
    const [row] = await sql`SELECT pg_current_xact_id()::text AS xid`;
    xids.push(row!.xid);
    for (const [preset, number] of times)
      await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT ${preset}, 'import' FROM generate_series(1, ${number})`;
  });
}

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  [noir, pastel] = (await insertPresets(own.sql, ['Noir', 'Pastel'])) as [string, string];
  await records([noir, 3]);
  await records([noir, 2]);
  await records([noir, 1]);
  await records([noir, 1], [pastel, 1]);
  await records([noir, 2], [pastel, 5]);
  await own.sql`VACUUM (FREEZE) preset_usage`;
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const origins = (marks: Partial<OriginMarks>) =>
  database.read(async reader => {
    const { tables } = await inspectDatabase(reader, database, 'public');
    const wanted = [
      { id: noir, away: 4 },
      { id: pastel, away: 4 },
    ];
    return readOrigins(reader, tables, wanted, { settled: null, began: '3', known: [], ...marks });
  });

test('records are judged by the transactions that wrote them, even when frozen', async () => {
  const [, second, third] = xids as [string, string, string];
  expect(await origins({ settled: second, began: third })).toEqual([
    // A single one, then one with another preset's, then some with more of another preset than are missing.
    { settled: 3, before: 5, together: 1 },
    { settled: 0, before: 0, together: 1 },
  ]);
});

test('those of some transactions are left out', async () => {
  const known = [xids[0]!, xids[3]!];
  expect(await origins({ began: xids[2]!, known })).toEqual([
    { settled: 0, before: 2, together: 0 },
    { settled: 0, before: 0, together: 0 },
  ]);
});

test('nothing is older than a mark that is still to come, or beyond half the range of numbers', async () => {
  const later = String(BigInt(xids[2]!) + 2n ** 32n);
  const [of] = await origins({ settled: later, began: later });
  expect(of).toMatchObject({ settled: 0, before: 0 });
});
