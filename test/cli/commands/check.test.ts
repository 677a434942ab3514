import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check } from '../../../source/cli/commands/check.ts';
import type { Config } from '../../../source/config/config.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
const noLimits = { maxDrift: null, maxMismatched: null, failOn: [] };
const role = `reader_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  own = await createDatabase();
  const [id] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, id!, 4);
  await own.sql`UPDATE presets SET usage_count = 6 WHERE id = ${id!}`;
  await own.sql
    .unsafe(
      `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role};
       REVOKE SELECT ON pg_stat_all_tables FROM PUBLIC`,
    )
    .simple();
  database = connectTo(own.urlAs(role, 'secret'));
});
afterAll(async () => {
  await database.close();
  await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  await own.drop();
});

test('an audit stands where why a count is wrong cannot be found out, and says so', async () => {
  const config = { choice: 'public', presets: [], ...noLimits } as unknown as Config;
  const stages = new Set<string>();
  const follow = (stage: string) => void stages.add(stage);
  const { json, text, exitCode } = await check(database, config, new AbortController().signal, follow);
  expect([...stages]).toEqual(['Auditing', 'Finding the causes']);
  expect(exitCode).toBe(1);
  expect(json).toMatchObject({ mismatched: 1, mismatches: [{ name: 'Noir', drift: 2, diagnosis: null }] });
  expect(text).toMatch(/Note: The causes could not be determined: .*pg_stat_all_tables/);
  expect(text).not.toMatch(/too much to read/);
});

test('whole multiples of all records are told without a time column', async () => {
  const untimed = await createDatabase();
  const reading = connectTo(untimed.url);
  try {
    const ids = await insertPresets(untimed.sql, ['Noir', 'Pastel', 'Sepia', 'Riso', 'Right']);
    for (const [index, id] of ids.entries()) await insertRecords(untimed.sql, id, 40 + index);
    await untimed.sql
      .unsafe(
        `ALTER TABLE preset_usage DROP COLUMN created_at; UPDATE presets SET usage_count = 2 * usage_count WHERE name <> 'Right';
         DELETE FROM preset_usage USING presets p WHERE p.id = preset_id AND p.name = 'Right'; UPDATE presets SET usage_count = 0 WHERE name = 'Right'`,
      )
      .simple();
    const config = { choice: 'public', presets: [], ...noLimits } as unknown as Config;
    const { json } = await check(reading, config, new AbortController().signal, () => {});
    expect(json).toMatchObject({ mismatches: Array(4).fill({ diagnosis: 'double-counted' }) });
  } finally {
    await reading.close();
    await untimed.drop();
  }
});
