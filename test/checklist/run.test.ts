import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { walkChecklist } from '../../source/checklist/run.ts';
import type { ChecklistRequest } from '../../source/checklist/run-walk.ts';
import type { ChecklistStep, StepId } from '../../source/checklist/steps.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let directory: string;
let preset: string;

beforeEach(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  directory = await mkdtemp(join(tmpdir(), 'checklist-'));
  [preset] = (await insertPresets(own.sql, ['Noir', 'Pastel'])) as [string, string];
  await insertRecords(own.sql, preset, 3);
});
afterEach(async () => {
  await database.close();
  await own.drop();
  await rm(directory, { recursive: true });
});

const request = (over: Partial<ChecklistRequest> = {}): ChecklistRequest => ({
  counter: 'public',
  preset: null,
  asUser: null,
  asRole: null,
  readOnly: false,
  confirm: null,
  appLog: null,
  logSince: 0,
  timeout: 30,
  lockTimeout: 2,
  ...over,
});

async function walk(over: Partial<ChecklistRequest> = {}): Promise<Record<StepId, ChecklistStep>> {
  const steps: [StepId, ChecklistStep][] = [];
  const begun: StepId[] = [];
  for await (const { id, step } of walkChecklist(database, request(over))) {
    if (step) steps.push([id, step]);
    else begun.push(id);
  }
  expect(begun).toEqual([
    'trigger-enabled',
    'use-increments',
    'second-use-increments',
    'records-exist',
    'counts-match',
    'no-log-errors',
  ]);
  return Object.fromEntries(steps) as Record<StepId, ChecklistStep>;
}

const statuses = (steps: Record<StepId, ChecklistStep>) => Object.values(steps).map(({ status }) => status);

async function log(text: string): Promise<string> {
  const file = join(directory, 'app.txt');
  await writeFile(file, text);
  return file;
}

describe('the six steps', () => {
  test('pass if everything is right, with the numbers as evidence', async () => {
    const steps = await walk({ appLog: await log('2026-11-22T10:00:00Z INFO started\n') });
    expect(statuses(steps)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed', 'passed']);
    expect(steps['use-increments'].evidence).toMatch(/"Noir".*usage_count 3 to 4, 1 record added/);
    expect(steps['second-use-increments'].evidence).toMatch(/usage_count 4 to 5/);
    expect(steps['records-exist'].evidence).toMatch(/public\.preset_usage has 3 records/);
    expect(steps['counts-match'].evidence).toBe('All 2 counts equal their records.');
    const [row] = await own.sql`SELECT usage_count FROM presets WHERE id = ${preset}`;
    expect(row?.usage_count).toBe(3);
  });

  test('the SQL shown as evidence runs, and shows the same', async () => {
    await own.sql`UPDATE presets SET usage_count = 9 WHERE id = ${preset}`;
    const steps = await walk();
    for (const { query } of Object.values(steps)) if (query) await own.sql.unsafe(query);
    const rows = await own.sql.unsafe(steps['counts-match'].query ?? '');
    expect(rows).toEqual([{ id: preset, usage_count: 9, count: '3' }]);
  });

  test('a disabled trigger fails steps 1 to 3', async () => {
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count`;
    const steps = await walk();
    expect(statuses(steps)).toEqual(['failed', 'failed', 'failed', 'passed', 'passed', 'skipped']);
    expect(steps['trigger-enabled'].evidence).toMatch(/disabled/);
    expect(steps['trigger-enabled'].hint).toMatch(/ENABLE TRIGGER/);
    expect(steps['use-increments'].evidence).toMatch(/not counted/);
  });

  test('a missing trigger has no state to show', async () => {
    await own.sql`DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage`;
    expect((await walk())['trigger-enabled']).toMatchObject({
      status: 'failed',
      evidence: expect.stringMatching(/has no trigger/),
    });
  });

  test('the daily index fails only step 3', async () => {
    await own.sql`DELETE FROM preset_usage`;
    await own.sql`UPDATE presets SET usage_count = 0`;
    await own.sql.unsafe(
      `CREATE UNIQUE INDEX idx_preset_usage_daily_unique ON preset_usage (preset_id, ((created_at AT TIME ZONE 'UTC')::date))`,
    );
    const steps = await walk();
    expect(steps['use-increments'].status).toBe('passed');
    expect(steps['second-use-increments']).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('idx_preset_usage_daily_unique'),
    });
  });

  test('no records fail step 4, a mismatch fails step 5 with both numbers', async () => {
    await own.sql`DELETE FROM preset_usage`;
    const steps = await walk();
    expect(steps['records-exist']).toMatchObject({
      status: 'failed',
      evidence: 'public.preset_usage is empty.',
    });
    expect(steps['counts-match']).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('"Noir" has a count of 3 and 0 records'),
    });
  });

  test('an error in the log fails step 6, with those about usage tracking first', async () => {
    const file = await log(
      '2026-11-22T10:00:00Z ERROR mail server is away\n2026-11-22T10:00:01Z ERROR insert into preset_usage failed\n',
    );
    expect((await walk({ appLog: file }))['no-log-errors']).toMatchObject({
      status: 'failed',
      evidence: expect.stringMatching(
        /^2 errors, 1 of them about usage tracking.*app\.txt:2 .*preset_usage.*app\.txt:1 /s,
      ),
    });
  });
});

test('a log in an unknown format fails step 6, because errors in it would not be seen', async () => {
  const file = await log('<event><level>2</level></event>\n'.repeat(20));
  expect((await walk({ appLog: file }))['no-log-errors']).toMatchObject({
    status: 'failed',
    understood: false,
    evidence: expect.stringMatching(/^Not understood\. Only 0 of 20 entries/),
  });
});

describe('skipped is not passed', () => {
  test('without a log, and under --read-only', async () => {
    const steps = await walk({ readOnly: true });
    expect(statuses(steps)).toEqual(['passed', 'skipped', 'skipped', 'passed', 'passed', 'skipped']);
    expect(steps['use-increments'].evidence).toMatch(/--read-only/);
    expect(steps['no-log-errors'].evidence).toMatch(/No log was given.*deadlocks/);
  });

  test('if a use has effects outside the transaction, until a person confirms', async () => {
    await own.sql
      .unsafe(
        `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_logical_emit_message(false, 'uses', ''); RETURN NEW; END $$;
         CREATE TRIGGER tell AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION tell()`,
      )
      .simple();
    const steps = await walk();
    expect(steps['use-increments']).toMatchObject({
      status: 'skipped',
      evidence: expect.stringContaining('public.tell()'),
    });
    const [, fingerprint = ''] = /--confirm (\w+)/.exec(steps['use-increments'].hint) ?? [];
    expect(statuses(await walk({ confirm: fingerprint })).slice(0, 3)).toEqual([
      'passed',
      'passed',
      'passed',
    ]);
    expect(statuses(await walk({ confirm: 'another' })).slice(1, 3)).toEqual(['skipped', 'skipped']);
  });
});

test('a locked row fails the steps that need it, with the reason', async () => {
  await own.sql.begin(async other => {
    await other`SELECT 1 FROM presets WHERE id = ${preset} FOR UPDATE`;
    const steps = await walk({ lockTimeout: 0.1 });
    expect(steps['use-increments']).toMatchObject({
      status: 'failed',
      evidence: expect.stringMatching(/Another session holds the row/),
    });
    expect(steps['counts-match'].status).toBe('passed');
  });
});

test('works for a role that may not read the server’s log', async () => {
  const role = `owner_${process.pid}`;
  await own.sql
    .unsafe(
      `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; ALTER TABLE presets OWNER TO ${role}; ALTER TABLE preset_usage OWNER TO ${role};
       ALTER FUNCTION track_preset_usage OWNER TO ${role}; ALTER FUNCTION auto_increment_preset_usage_count OWNER TO ${role};
       GRANT SELECT ON users TO ${role}`,
    )
    .simple();
  await database.close();
  database = connectTo(own.urlAs(role, 'secret'));
  try {
    const steps = await walk();
    expect(statuses(steps)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed', 'skipped']);
    expect(steps['no-log-errors'].evidence).toMatch(/commits.*its own log cannot be read/);
  } finally {
    await own.sql.unsafe(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`).simple();
  }
});
