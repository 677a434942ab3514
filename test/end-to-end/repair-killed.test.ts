import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../source/repair/plan/repair-plan.ts';
import { listReceipts } from '../../source/repair/receipts/list-receipts.ts';
import { noOptions, type RepairAction, type RepairOutcome } from '../../source/repair/repair.ts';
import { resolveReceipts } from '../../source/repair/run/resolve-receipts.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { doRepair, mismatches, request, stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { scaled, scaledList, timeLimit } from '../helpers/scale.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { program } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';
import { migration, runFile } from '../psql/files.ts';

// More than fit into one batch; so many records are deleted in batches, and these few by TRUNCATE.
const presets = 60;
const history = 100;
const few = 20;

let server: EmbeddedServer;
let sql: postgres.Sql;
let database: Database;
let directory: string;
let home: string;

// A server of its own: it is stopped in the middle, and told to hold commits.
beforeAll(async () => {
  server = await startEmbedded();
  await runFile(server.url, 'demo-schema.sql');
  await runFile(server.url, migration);
  sql = postgres(server.url, { max: 3, onnotice: () => {} });
  database = connectTo(server.url);
  // Slow enough for every stage to be hit; the row of `holdup` says where to stop.
  await sql
    .unsafe(
      `CREATE TABLE holdup (seconds double precision NOT NULL);
       CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_sleep(seconds) FROM holdup; RETURN NULL; END $$;
       CREATE TRIGGER hold_up AFTER UPDATE OF usage_count ON presets FOR EACH STATEMENT EXECUTE FUNCTION hold_up();
       ALTER TABLE presets DISABLE TRIGGER hold_up`,
    )
    .simple();
});
afterAll(async () => {
  await database.close();
  await sql.end();
  await server.stop();
});

beforeEach(async () => {
  home = stateDirectory();
  directory = join(home, 'preset-usage-console');
  await sql`ALTER TABLE presets DISABLE TRIGGER hold_up`;
  await arrange(history);
});

/** Presets with so many records each, and counts that are 5 too high. */
async function arrange(each: number): Promise<void> {
  await sql`DROP TABLE IF EXISTS presets_before, records_before`;
  await sql`TRUNCATE presets, preset_usage, holdup CASCADE`;
  const ids = await insertPresets(
    sql,
    Array.from({ length: presets }, (_, index) => `Preset ${index}`),
  );
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT unnest(${ids}::uuid[]), 'history' FROM generate_series(1, ${each})`;
  await sql`UPDATE presets SET usage_count = usage_count + 5`;
  await sql`CREATE TABLE presets_before AS SELECT * FROM presets`;
  await sql`CREATE TABLE records_before AS SELECT * FROM preset_usage`;
}

const env = () => ({ DATABASE_URL: server.url, XDG_STATE_HOME: home });

type Command = [action: RepairAction, ...given: string[]];

/** The fingerprint of the plan as it is now, which is what `--dry-run` of that command prints. */
async function planned(...[action, given = '']: Command): Promise<string> {
  const asked =
    action === 'undo'
      ? request(action, directory, { receipt: given })
      : request(action, directory, {
          options: { ...noOptions, deleteHistory: given === '--delete-history' },
        });
  return (await planRepair(database, asked)).fingerprint;
}

/** What a client that is to be killed is called on the server. */
const victimName = 'to be killed';

interface Victim {
  child: ChildProcess;
  gone: Promise<unknown>;
}

/** Starts a repair as the program that a user runs, to be killed. */
async function start(...command: Command): Promise<Victim> {
  return startAgreed(await planned(...command), ...command);
}

function startAgreed(confirm: string, ...command: Command): Victim {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, [program, ...command, '--confirm', confirm], {
    env: { PATH, HOME, TMPDIR, ...env(), PGAPPNAME: victimName },
    stdio: 'ignore',
  });
  return { child, gone: new Promise(resolve => child.once('exit', resolve)) };
}

async function kill({ child, gone }: Victim): Promise<void> {
  child.kill('SIGKILL');
  await gone;
  // What it had sent to the server is still carried out there, also on a connection that is only being made, or in a session
  // that is idle because it has not read it yet: the truth is what is there once that is over.
  await waitFor(async () => {
    const [row] = await sql<{ busy: number }[]>`
      SELECT count(*)::int AS busy FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
         AND (state IS DISTINCT FROM 'idle' OR application_name = ${victimName})`;
    return row?.busy === 0;
  }, 'the server to be done with a killed client');
}

/** The lines of the only receipt of this kind; none where there is no receipt yet. */
function receiptLines(action: string): { kind: string; outcome?: string }[] {
  const receipts = join(directory, 'receipts');
  const [file] = existsSync(receipts)
    ? readdirSync(receipts).filter(name => name.includes(`-${action}-`) && name.endsWith('.jsonl'))
    : [];
  if (!file) return [];
  const text = readFileSync(join(receipts, file), 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));
}

/** What the receipts say was done to each count and to how many records, once the server was asked about them. */
async function told(): Promise<{ delta: number; deleted: number; restored: number }> {
  const { receipts, damaged } = await listReceipts(directory);
  expect(damaged).toEqual([]);
  const sum = { delta: 0, deleted: 0, restored: 0 };
  const found = await database.read(reader => inspectDatabase(reader, database, 'public'));
  for (const { batches } of await resolveReceipts(database, found, receipts, false)) {
    for (const { outcome, changes, records } of batches) {
      expect(outcome).toMatch(/^(committed|aborted)$/);
      if (outcome !== 'committed') continue;
      sum.deleted += records?.count ?? 0;
      for (const { delta, deletes } of changes) {
        sum.delta += Number(delta);
        sum.restored += Math.max(0, -deletes);
      }
    }
  }
  return sum;
}

/** What has really become of the tables since the test began. */
async function done(): Promise<{ delta: number; deleted: number; restored: number }> {
  const [row] = await sql<{ delta: number; gone: number }[]>`
    SELECT ((SELECT sum(usage_count) FROM presets) - (SELECT sum(usage_count) FROM presets_before))::int AS delta,
           ((SELECT count(*) FROM records_before) - (SELECT count(*) FROM preset_usage))::int AS gone`;
  return { delta: row?.delta ?? Number.NaN, deleted: row?.gone ?? Number.NaN, restored: 0 };
}

/** The drifts that presets have: 5 before a repair, 0 after it, and nothing in between. */
async function drifts(): Promise<number[]> {
  const rows = await sql<{ drift: number }[]>`
    SELECT DISTINCT (p.usage_count - (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id))::int AS drift
      FROM presets p ORDER BY 1`;
  return rows.map(({ drift }) => drift);
}

async function expectTruth(): Promise<void> {
  const { restored, ...rest } = await told();
  expect({ ...rest, deleted: rest.deleted - restored, restored: 0 }).toEqual(await done());
  for (const drift of await drifts()) expect([0, 5]).toContain(drift);
}

async function expectAsBefore(): Promise<void> {
  const [row] = await sql<{ counts: number; lost: number; more: number }[]>`
    SELECT (SELECT count(*)::int FROM (TABLE presets EXCEPT TABLE presets_before) x) AS counts,
           (SELECT count(*)::int FROM (TABLE records_before EXCEPT TABLE preset_usage) x) AS lost,
           (SELECT count(*)::int FROM (TABLE preset_usage EXCEPT TABLE records_before) x) AS more`;
  expect(row).toEqual({ counts: 0, lost: 0, more: 0 });
}

async function finish(...command: Command): Promise<void> {
  const { code, err } = await run([...command, '--confirm', await planned(...command)], env());
  expect(err).toBe('');
  expect(code).toBe(0);
}

const asleep = async () => {
  const [row] = await sql<{ asleep: number }[]>`
    SELECT count(*)::int AS asleep FROM pg_stat_activity WHERE application_name IN ('preset-usage-console', ${victimName}) AND wait_event = 'PgSleep'`;
  return row?.asleep === 1;
};

async function holdUp(seconds: number): Promise<void> {
  await sql`INSERT INTO holdup VALUES (${seconds})`;
  await sql`ALTER TABLE presets ENABLE TRIGGER hold_up`;
}

async function letGo(): Promise<void> {
  await sql`ALTER TABLE presets DISABLE TRIGGER hold_up`;
  await sql`TRUNCATE holdup`;
}

const actions: { name: string; title: string; command: Command; records: number }[] = [
  { name: 'reset', title: 'a reset in batches', command: ['reset', '--delete-history'], records: history },
  { name: 'sync', title: 'a sync', command: ['sync'], records: history },
  { name: 'reset', title: 'a reset by TRUNCATE', command: ['reset', '--delete-history'], records: few },
];

describe.each(scaledList(1, actions))('$title is killed', ({ name, title, command, records }) => {
  beforeEach(() => arrange(records));

  test('before its receipt: nothing has happened, and nothing says so', needsFullScale(), async () => {
    const confirm = await planned(...command);
    await sql.begin(async held => {
      await held`LOCK TABLE preset_usage IN ACCESS EXCLUSIVE MODE`;
      const victim = startAgreed(confirm, ...command);
      await waitFor(async () => {
        const [row] = await sql<
          { waiting: number }[]
        >`SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted`;
        return (row?.waiting ?? 0) > 0;
      }, 'the program to look');
      victim.child.kill('SIGKILL');
      await victim.gone;
    });
    expect(receiptLines(name)).toEqual([]);
    expect(await done()).toEqual({ delta: 0, deleted: 0, restored: 0 });
    await finish(...command);
    expect(await drifts()).toEqual([0]);
  });

  test('after the receipt, in the middle of a write that the server then carries out', async () => {
    await holdUp(2);
    const victim = await start(...command);
    await waitFor(asleep, 'the first write');
    expect(receiptLines(name).map(({ kind }) => kind)).toEqual(['head', 'batch']);
    await kill(victim);
    await letGo();
    await expectTruth();
    await finish(...command);
    expect(await drifts()).toEqual([0]);
    await expectTruth();
  });

  test('after the receipt, in the middle of a write that dies with it', needsFullScale(), async () => {
    await holdUp(20);
    const victim = await start(...command);
    await waitFor(asleep, 'the first write');
    victim.child.kill('SIGKILL');
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
    await kill(victim);
    await letGo();
    expect(await done()).toEqual({ delta: 0, deleted: 0, restored: 0 });
    await expectTruth();
    await finish(...command);
    expect(await drifts()).toEqual([0]);
  });

  // TRUNCATE is one batch.
  const inBatches = records !== few;
  if (inBatches)
    test('between two batches: the first is done, the rest is not', async () => {
      await holdUp(1);
      const victim = await start(...command);
      await waitFor(
        // On a slow machine one may be undone first.
        async () =>
          receiptLines(name).some(({ kind, outcome }) => kind === 'settled' && outcome === 'committed'),
        'the end of the first batch',
      );
      await kill(victim);
      await letGo();
      expect(await drifts()).toEqual([0, 5]);
      await expectTruth();
      await finish(...command);
      expect(await drifts()).toEqual([0]);
      await expectTruth();
    });

  test('during the commit: what the server has committed is what the receipt says', async () => {
    // A standby that is not there: the commit is on disk, and nobody is told.
    const confirm = await planned(...command);
    await sql`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`;
    await sql`SELECT pg_reload_conf()`;
    const victim = startAgreed(confirm, ...command);
    try {
      await waitFor(async () => {
        const [row] = await sql<{ waiting: number }[]>`
          SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE application_name = ${victimName} AND wait_event = 'SyncRep'`;
        return row?.waiting === 1;
      }, 'a commit');
      victim.child.kill('SIGKILL');
    } finally {
      await sql`ALTER SYSTEM RESET synchronous_standby_names`;
      await sql`SELECT pg_reload_conf()`;
    }
    await kill(victim);
    await expectTruth();
    expect((await done()).delta).not.toBe(0);
    const { code } = await run([...command, '--confirm', await planned(...command)], env());
    expect(code).toBe(0);
    expect(await drifts()).toEqual([0]);
  });

  // repair-kills.test.ts kills the others at any moment as well.
  const often = title === 'a reset in batches' ? {} : needsFullScale();
  test('at any moment, again and again: each time the receipt is true, and in the end the work is done', {
    ...needsFullScale(),
    timeout: timeLimit(300_000),
    ...often,
  }, async () => {
    await holdUp(0.01);
    for (let round = 0; round < scaled(2, 20); round += 1) {
      const victim = await start(...command);
      // The moment is the round's own; what it hits is up to the machine.
      await new Promise(resolve => setTimeout(resolve, 120 + round * (400 / scaled(2, 20))));
      await kill(victim);
      await expectTruth();
    }
    await letGo();
    const { code } = await run([...command, '--confirm', await planned(...command)], env());
    expect(code).toBe(0);
    expect(await drifts()).toEqual([0]);
    expect(await mismatches(sql)).toBe(0);
    // All of it can be taken back, the newest first.
    const { receipts } = await listReceipts(directory);
    for (const { head } of receipts)
      await doRepair(database, request('undo', directory, { receipt: head.id }));
    await expectAsBefore();
  });
});

describe('an undo is killed', () => {
  test('in the middle of a write, between batches and at any moment: again, it does the rest', {
    timeout: timeLimit(300_000),
  }, async () => {
    const outcome = await doRepair(
      database,
      request('reset', directory, {
        options: { lastUsed: false, deleteHistory: true, suppressTriggers: false },
      }),
    );
    const command: Command = ['undo', outcome.receiptId];
    await holdUp(0.3);
    const first = await start(...command);
    await waitFor(asleep, 'the first write');
    await kill(first);
    await sql`UPDATE holdup SET seconds = 0.01`;
    for (let round = 0; round < scaled(2, 20); round += 1) {
      const victim = await start(...command);
      await new Promise(resolve => setTimeout(resolve, 120 + round * (400 / scaled(2, 20))));
      await kill(victim);
      for (const drift of await drifts()) expect([0, 5]).toContain(drift);
    }
    await letGo();
    const { code } = await run([...command, '--confirm', await planned(...command)], env());
    expect(code).toBe(0);
    await expectAsBefore();
  });
});

describe('the server is stopped in the middle', () => {
  /** Does it with the server killed while the first batch writes, and started again. */
  async function doThroughCrash(asked: RepairRequest): Promise<RepairOutcome> {
    await holdUp(0.5);
    const running = doRepair(database, asked);
    await waitFor(asleep, 'the first write');
    await server.kill();
    await server.start();
    await waitFor(
      () =>
        sql`SELECT 1`.then(
          () => true,
          () => false,
        ),
      'the server',
    );
    await sql`UPDATE holdup SET seconds = 0`;
    // Only then: a trigger that goes in the middle would stop the repair.
    return running.finally(letGo);
  }
  const withHistory = { lastUsed: false, deleteHistory: true, suppressTriggers: false };

  test('of a sync: it comes back, and each count is put right once', needsFullScale(), async () => {
    const outcome = await doThroughCrash(request('sync', directory));
    expect(outcome).toMatchObject({ ended: 'finished', left: [], changed: presets });
    expect(await drifts()).toEqual([0]);
    expect(await told()).toEqual({ delta: -5 * presets, deleted: 0, restored: 0 });
  });

  test('of a reset with history, and of the undo: every record is back once', async () => {
    const reset = await doThroughCrash(request('reset', directory, { options: withHistory }));
    expect(reset).toMatchObject({
      ended: 'finished',
      left: [],
      changed: presets,
      deleted: presets * history,
    });
    expect(await drifts()).toEqual([0]);
    const undo = await doThroughCrash(request('undo', directory, { receipt: reset.receiptId }));
    expect(undo).toMatchObject({
      ended: 'finished',
      left: [],
      changed: presets,
      restored: presets * history,
    });
    await expectAsBefore();
  });
});
