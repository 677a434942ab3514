import { spawnSync } from 'node:child_process';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../../source/cli/commands/migrate.ts';
import { loadConfig } from '../../../source/config/config.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { connectTo } from '../../helpers/connect.ts';
import { insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { createUnmigrated, hasPsql, migration, mismatches, runFile, use } from '../../psql/files.ts';

let own: TestDatabase;
let database: Database;
let id: string;
beforeEach(async () => {
  own = await createUnmigrated();
  database = connectTo(own.url);
  [id = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, id, 3);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

/** A receipt in memory: what was written to it, in order. */
function memory() {
  const written: string[] = [];
  return {
    written,
    open: async () => ({
      file: '/receipts/1.jsonl',
      record: async (xid: string) => {
        written.push(xid);
      },
      done: async (ok: boolean) => {
        written.push(ok ? 'finished' : 'failed');
      },
    }),
  };
}

interface Flags {
  dryRun?: boolean;
  confirm?: string;
  readOnly?: boolean;
  schema?: string;
}
interface MigrateJson {
  fingerprint: string;
  statements: string[];
  differs: string[];
  left: string[] | null;
  applied: boolean;
  transaction: string | null;
  receipt: string | null;
  replaced: string[];
  findings: { code: string }[];
}

async function run({ dryRun = false, ...flags }: Flags = {}, receipt = memory(), on = database) {
  const config = { ...loadConfig({ databaseUrl: own.url, ...flags }, {}, '/'), dryRun };
  const outcome = await migrate(on, config, new AbortController().signal, receipt.open, () => {});
  return { ...outcome, json: outcome.json as MigrateJson, receipt };
}

/** Runs a script as a person would, through psql; through the driver where there is none. */
async function execute(script: string): Promise<void> {
  if (await hasPsql()) {
    const ran = spawnSync('psql', ['-X', '-v', 'ON_ERROR_STOP=1', own.url], { input: script });
    expect([ran.status, String(ran.stderr)]).toEqual([0, expect.not.stringContaining('ERROR')]);
    return;
  }
  const connection = postgres(own.url, { max: 1, onnotice: () => {} });
  await connection.unsafe(script).simple();
  await connection.end();
}

const hasTrigger = async () => {
  const rows =
    await own.sql`SELECT FROM pg_trigger WHERE tgname = 'trigger_auto_increment_preset_usage_count'`;
  return rows.length > 0;
};
const oldCounter = `
  CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;

describe('--dry-run', () => {
  test('prints a transaction that does what the migration does, and changes nothing itself', async () => {
    await own.sql.unsafe(oldCounter).simple();
    const { text, json, exitCode, receipt } = await run({ dryRun: true });
    expect([exitCode, json.applied, json.receipt, receipt.written]).toEqual([0, false, null, []]);
    expect((await run({ dryRun: true })).json.fingerprint).toBe(json.fingerprint);
    expect(text).toContain(`-- Fingerprint ${json.fingerprint}.`);
    expect(text).toContain('To repair wrong counts, run sync.');
    expect(text).toMatch(/^-- {3}CREATE OR REPLACE FUNCTION public\.auto_increment_preset_usage_count\(\)$/m);
    expect(text).not.toContain('UPDATE public.presets p\n   SET usage_count = wrong.records');
    expect(text.match(/^(BEGIN .*|COMMIT);$/gm)).toEqual([
      'BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;',
      'COMMIT;',
    ]);

    await execute(text);

    expect((await run()).json).toMatchObject({ differs: [], statements: [], applied: false, findings: [] });
    expect(await mismatches(own.sql)).toEqual(['Noir']);
  });

  test('what the database says stays in its comment', async () => {
    await own.sql
      .unsafe(
        `CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text) RETURNS uuid LANGUAGE sql AS E'\\nSELECT NULL::uuid\\r-- \\u2028 2\\n;';`,
      )
      .simple();
    const { text } = await run({ dryRun: true });
    const head = text.slice(0, text.indexOf('\nBEGIN TRANSACTION'));
    expect(head).toContain('SELECT NULL::uuid --   2');
    expect(head.split(/[\n\r\u2028]/).filter(line => line !== '' && !line.startsWith('--'))).toEqual([]);
  });

  test('is allowed under --read-only', async () => {
    expect((await run({ dryRun: true, readOnly: true })).exitCode).toBe(0);
    await expect(run({ readOnly: true })).rejects.toMatchObject({ code: 'read-only', exitCode: 4 });
  });

  test('is shown to a role that could not run it, which is said', async () => {
    const role = `role_${own.name}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'p'; GRANT SELECT ON presets, preset_usage TO ${role}`)
      .simple();
    const theirs = connectTo(own.urlAs(role, 'p'));
    const { text } = await run({ dryRun: true }, memory(), theirs);
    expect(text).toContain(`-- ${role} could not run it: it does not own public.preset_usage`);
    await theirs.close();
    await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  });

  test('where nothing differs it is a comment', async () => {
    await runFile(own.url, migration);
    const { text } = await run({ dryRun: true });
    expect(text).toContain('Nothing to do');
    expect(text.split('\n').every(line => line.startsWith('--'))).toBe(true);
  });
});

describe('confirmation', () => {
  test('without one it is refused, with what would be mended and the fingerprint', async () => {
    const { fingerprint } = (await run({ dryRun: true })).json;
    const receipt = memory();
    const refusal = await run({}, receipt).catch(error => error);
    expect(refusal).toMatchObject({ code: 'unconfirmed', exitCode: 4 });
    expect(refusal.message).toContain('the counting trigger is missing');
    expect(refusal.hint).toContain(`--confirm ${fingerprint}`);
    expect([receipt.written, await hasTrigger()]).toEqual([[], false]);
  });

  test('with that of another plan it is refused as well', async () => {
    const { fingerprint } = (await run({ dryRun: true })).json;
    await own.sql.unsafe(oldCounter).simple();
    const receipt = memory();
    await expect(run({ confirm: fingerprint }, receipt)).rejects.toMatchObject({
      code: 'stale-plan',
      exitCode: 4,
      hint: expect.stringContaining(`confirmed with ${fingerprint}`),
    });
    expect(receipt.written).toEqual([]);
  });

  test('with its own it is done, and the receipt says so', async () => {
    const { fingerprint } = (await run({ dryRun: true })).json;
    const { json, text, exitCode, receipt } = await run({ confirm: fingerprint });
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      applied: true,
      left: [],
      findings: [],
      receipt: '/receipts/1.jsonl',
      statements: expect.arrayContaining([expect.stringMatching(/^-- .*\nDO \$track\$\nBEGIN\n/)]),
    });
    expect(receipt.written).toEqual([json.transaction, 'finished']);
    expect(text).toContain(`Done in transaction ${json.transaction}.`);
    expect(text).toContain('repaired: the counting trigger is missing');
    expect(text).toContain('Receipt     /receipts/1.jsonl');
    expect(text).toContain('To repair wrong counts, run sync.');
    expect(await mismatches(own.sql)).toEqual(['Noir']);
    await use(own.sql, id);
    expect(await own.sql`SELECT usage_count FROM presets`).toEqual([{ usage_count: 1 }]);

    const again = await run({ confirm: fingerprint });
    expect(again).toMatchObject({ exitCode: 0, json: { applied: false }, receipt: { written: [] } });
    expect(again.text).toContain('Nothing to do');
  });
});

test('what the migration cannot mend is said, and exit code 1', async () => {
  await runFile(own.url, migration);
  await own.sql`DROP FUNCTION track_preset_usage`;
  await own.sql
    .unsafe(
      `CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
       CREATE TRIGGER also AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION also()`,
    )
    .simple();
  const { fingerprint } = (await run({ dryRun: true })).json;
  const done = await run({ confirm: fingerprint });
  expect(done).toMatchObject({ exitCode: 1, json: { applied: true, left: [] } });
  expect(done.text).toContain('(second-counter)');
  const again = await run();
  expect(again).toMatchObject({ exitCode: 1, json: { applied: false, statements: [] } });
  expect(again.text).toContain('(second-counter)');
});

test('what somebody puts back in the meantime is named, and exit code 1', async () => {
  const { fingerprint } = (await run({ dryRun: true })).json;
  const meddled: Database = {
    ...database,
    async write(work, options) {
      const value = await database.write(work, options);
      await own.sql`DROP FUNCTION IF EXISTS track_preset_usage`;
      return value;
    },
  };
  const done = await run({ confirm: fingerprint }, memory(), meddled);
  expect(done).toMatchObject({
    exitCode: 1,
    json: { applied: true, left: ['the function track_preset_usage() is missing'] },
  });
  expect(done.text).toContain('remains: the function track_preset_usage() is missing');
  expect(done.text).not.toContain('repaired: the function track_preset_usage() is missing');
});

test('a receipt of what failed says so; one of what is not known stays open', async () => {
  const { fingerprint } = (await run({ dryRun: true })).json;
  const failed = memory();
  await own.sql.begin(async other => {
    await other`SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'))`;
    await expect(run({ confirm: fingerprint }, failed)).rejects.toMatchObject({ code: 'another-write' });
  });
  expect(failed.written).toEqual(['failed']);

  const lost = new ConsoleError({ code: 'connection-lost', message: 'Lost.', hint: '', exitCode: 3 });
  // The first two are for the plan and the document.
  let reads = 0;
  // The first write is the proof.
  let writes = 0;
  const dying: Database = {
    ...database,
    read: (work, options) => (reads++ < 2 ? database.read(work, options) : Promise.reject(lost)),
    async write(work, options) {
      const value = await database.write(work, options);
      if (writes++ === 0) return value;
      throw lost;
    },
  };
  const open = memory();
  await expect(run({ confirm: fingerprint }, open, dying)).rejects.toMatchObject({ code: 'outcome-unknown' });
  expect(open.written).toEqual([expect.stringMatching(/^\d+$/)]);
});

test('hostile names do not reach the terminal as they are', async () => {
  await own.sql
    .unsafe(`${oldCounter}
    CREATE TRIGGER "\u001b[31mred" AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count()`)
    .simple();
  const { json, text } = await run({ dryRun: true });
  expect(json.differs.join()).toContain('red');
  expect(text).toContain('red');
  const done = await run({ confirm: json.fingerprint });
  expect(text + done.text).not.toContain('\u001b');
});
