import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import { readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import type { RepairOutcome, RepairProgress } from '../../../source/repair/repair.ts';
import { runRepair } from '../../../source/repair/run/run.ts';
import { connectTo } from '../../helpers/connect.ts';
import { insertPresets } from '../../helpers/database.ts';
import { doRepair, request, stateDirectory } from '../../helpers/repair.ts';
import { changesOf } from '../../helpers/repair-bench.ts';
import { type EmbeddedServer, startEmbedded } from '../../helpers/server.ts';
import { type SilentProxy, startSilentProxy } from '../../helpers/silent-proxy.ts';
import { waitFor } from '../../helpers/wait.ts';
import { migration, runFile } from '../../psql/files.ts';

let server: EmbeddedServer;
let sql: postgres.Sql;
let database: Database;
let proxy: SilentProxy | undefined;
let directory: string;
const presets = 300;

beforeAll(async () => {
  server = await startEmbedded();
  await runFile(server.url, 'demo-schema.sql');
  await runFile(server.url, migration);
  sql = postgres(server.url, {
    max: 1,
    onnotice: () => {},
    connection: { default_transaction_read_only: false },
  });
  await sql
    .unsafe(
      `CREATE TABLE writes (name text);
       CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO writes VALUES (NEW.name); RETURN NEW; END $$;
       CREATE TRIGGER note AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION note()`,
    )
    .simple();
});
afterAll(async () => {
  await sql.end();
  await server.stop();
});
beforeEach(async () => {
  directory = stateDirectory();
  await sql`TRUNCATE presets, preset_usage, writes CASCADE`;
  await insertPresets(
    sql,
    Array.from({ length: presets }, (_, place) => `preset ${place}`),
  );
  await sql`UPDATE presets SET usage_count = 5`;
  await sql`TRUNCATE writes`;
  database = connectTo(server.url);
});
afterEach(async () => {
  await database.close();
  await proxy?.close();
  proxy = undefined;
  await readOnly(false);
});

const readOnly = async (on: boolean) => {
  await sql.unsafe(`ALTER SYSTEM SET default_transaction_read_only = ${on ? 'on' : 'off'}`);
  await sql`SELECT pg_reload_conf()`;
  const probe = async () => {
    const fresh = postgres(server.url, { max: 1 });
    const [row] = await fresh`SHOW default_transaction_read_only`;
    await fresh.end();
    return row?.default_transaction_read_only === (on ? 'on' : 'off');
  };
  await waitFor(probe, 'the server to take the setting');
};
const state = async () => {
  const [row] = await sql`
    SELECT (SELECT count(*) FROM presets WHERE usage_count <> 0)::int AS wrong,
           (SELECT count(*) FROM writes)::int AS writes, (SELECT count(DISTINCT name) FROM writes)::int AS names`;
  return row as { wrong: number; writes: number; names: number };
};

const finished = async (run: AsyncGenerator<RepairProgress, RepairOutcome>) => {
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
};

test('a failover in the middle of a sync: reported, nothing twice, and the receipt has what was applied', async () => {
  const plan = await planRepair(database, request('sync', directory));
  const run = runRepair(database, plan, { timeout: 30, lockTimeout: 2, directory, fresh: true });
  await run.next();
  await readOnly(true);
  const outcome = await finished(run);
  expect(outcome).toMatchObject({
    ended: 'failed',
    error: {
      code: 'server-read-only',
      exitCode: 3,
      message: expect.stringContaining('no longer accepts writes'),
      hint: expect.stringContaining('receipt holds what was applied before'),
    },
  });
  const { wrong, writes, names } = await state();
  expect(wrong).toBeGreaterThan(0);
  expect(writes).toBe(presets - wrong);
  expect(names).toBe(writes);
  expect(outcome.changed).toBe(writes);
  expect(outcome.left).toHaveLength(wrong);
  const receipt = await readReceipt(directory, outcome.receiptId);
  expect(changesOf(receipt)).toHaveLength(writes);
  await expect(planRepair(database, request('sync', directory))).rejects.toMatchObject({
    code: 'server-read-only',
    exitCode: 4,
  });

  await readOnly(false);
  expect(await doRepair(database, request('sync', directory))).toMatchObject({ changed: wrong, left: [] });
  expect(await state()).toEqual({ wrong: 0, writes: presets, names: presets });
});

test('a commit whose answer is lost: found out and not repeated', async () => {
  let commits = 0;
  proxy = await startSilentProxy(server.url, data => data.includes('COMMIT') && ++commits === 1);
  const silent = connectTo(proxy.url, { timeout: 3 });
  try {
    const plan = await planRepair(silent, request('sync', directory));
    const run = runRepair(silent, plan, { timeout: 3, lockTimeout: 2, directory, fresh: true });
    expect(await finished(run)).toMatchObject({ changed: presets, left: [], ended: 'finished' });
    expect(proxy.swallowed).toBe(1);
    expect(await state()).toEqual({ wrong: 0, writes: presets, names: presets });
  } finally {
    await silent.close();
  }
});
