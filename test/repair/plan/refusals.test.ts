import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import type { RepairOutcome } from '../../../source/repair/repair.ts';
import { runRepair } from '../../../source/repair/run/run.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { doRepair, request, stateDirectory } from '../../helpers/repair.ts';
import { waitFor } from '../../helpers/wait.ts';

let own: TestDatabase;
let database: Database;
let ids: string[];
let directory: string;
const withHistory = { lastUsed: false, deleteHistory: true, suppressTriggers: false };

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  directory = stateDirectory();
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
  for (const id of ids) await insertRecords(own.sql, id, 4);
  await own.sql`UPDATE presets SET usage_count = 9`;
});
afterEach(async () => {
  await own.sql
    .unsafe(
      `DROP TRIGGER IF EXISTS meddle ON presets; DROP TRIGGER IF EXISTS late ON presets;
       DROP FUNCTION IF EXISTS meddle(); ALTER TABLE presets DROP CONSTRAINT IF EXISTS sane; DROP TABLE IF EXISTS notes`,
    )
    .simple();
});

/** Counts and numbers of records by name. */
async function tables(): Promise<Record<string, [number | null, number]>> {
  const rows = await own.sql<{ name: string; count: number | null; records: number }[]>`
    SELECT p.name, p.usage_count AS count, count(u.id)::int AS records
      FROM presets p LEFT JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id ORDER BY p.name`;
  return Object.fromEntries(rows.map(({ name, count, records }) => [name, [count, records]]));
}
const untouched = { Noir: [9, 4], Pastel: [9, 4], Sepia: [9, 4] };
const synced = { Noir: [4, 4], Pastel: [4, 4], Sepia: [4, 4] };

const meddle = (body: string, when = 'BEFORE UPDATE') =>
  own.sql
    .unsafe(
      `CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
       CREATE TRIGGER meddle ${when} ON presets FOR EACH ROW EXECUTE FUNCTION meddle()`,
    )
    .simple();

const left = ({ left: all }: RepairOutcome) =>
  Object.fromEntries(all.map(({ name, reason, message }) => [name, `${reason}: ${message}`]));

describe('a role without the right', () => {
  let limited: Database;
  let name: string;
  const as = async (...grants: string[]) => {
    name = `limited_${own.name}`;
    await own.sql.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`).simple();
    for (const grant of ['SELECT ON presets, preset_usage', ...grants]) {
      await own.sql.unsafe(`GRANT ${grant} TO ${name}`).simple();
    }
    limited = connectTo(own.urlAs(name, 'secret'));
  };
  afterEach(async () => {
    await limited.close();
    await own.sql
      .unsafe(`ALTER TABLE presets DISABLE ROW LEVEL SECURITY; DROP OWNED BY ${name}; DROP ROLE ${name}`)
      .simple();
  });

  test('to UPDATE: exit code 3, and which right it lacks', async () => {
    await as();
    await expect(planRepair(limited, request('sync', directory))).rejects.toMatchObject({
      code: 'permission-denied',
      exitCode: 3,
      message: expect.stringMatching(/lacks UPDATE \(usage_count\) on public\.presets/),
    });
    expect(await tables()).toEqual(untouched);
  });

  test('to DELETE: a reset with history is refused, one without is planned', async () => {
    await as('UPDATE ON presets');
    await expect(
      planRepair(limited, request('reset', directory, { options: withHistory })),
    ).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringMatching(/lacks DELETE on public\.preset_usage/),
    });
    expect((await planRepair(limited, request('reset', directory))).changes).toHaveLength(3);
  });

  test('to UPDATE is enough for a sync', async () => {
    await as('UPDATE (usage_count) ON presets');
    expect(await doRepair(limited, request('sync', directory))).toMatchObject({ changed: 3, left: [] });
    expect(await tables()).toEqual(synced);
  });

  test('to keep triggers quiet: says why, and refuses when asked to', async () => {
    await as('UPDATE ON presets');
    await meddle('RETURN NEW;');
    const plan = await planRepair(limited, request('sync', directory));
    expect(plan.whyNotSuppress).toMatch(/may not set session_replication_role/);
    const quiet = request('sync', directory, {
      options: { lastUsed: false, deleteHistory: false, suppressTriggers: true },
    });
    await expect(planRepair(limited, quiet)).rejects.toMatchObject({ code: 'cannot-suppress', exitCode: 4 });
  });

  test('none for a dry run, which says what running it would need', async () => {
    await as();
    const plan = await planRepair(
      limited,
      request('reset', directory, { dryRun: true, options: withHistory }),
    );
    expect(plan.remarks.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'permission-denied', message: expect.stringMatching(/lacks UPDATE/) },
      { code: 'permission-denied', message: expect.stringMatching(/lacks DELETE/) },
    ]);
    expect(plan.changes.length).toBeGreaterThan(0);
  });

  test('to see every row: exit code 4', async () => {
    await as('UPDATE ON presets');
    await own.sql.unsafe('ALTER TABLE presets ENABLE ROW LEVEL SECURITY').simple();
    await expect(planRepair(limited, request('sync', directory))).rejects.toMatchObject({
      code: 'incomplete-view',
      exitCode: 4,
    });
  });
});

describe('another repair', () => {
  test.each([
    { name: 'of another console', lock: `pg_try_advisory_xact_lock(hashtext('preset-usage-console'), 1)` },
    { name: 'by psql', lock: `pg_try_advisory_xact_lock(hashtext('preset-usage-console'))` },
  ])('$name is under way: exit code 4, and nothing is changed', async ({ lock }) => {
    await own.sql.begin(async holding => {
      await holding.unsafe(`SELECT ${lock}`);
      await expect(doRepair(database, request('sync', directory))).rejects.toMatchObject({
        code: 'another-write',
        exitCode: 4,
      });
    });
    expect(await tables()).toEqual(untouched);
  });

  test('begins at the same moment: one does it, the other is refused', async () => {
    const other = connectTo(own.url);
    try {
      const results = await Promise.allSettled([
        doRepair(database, request('sync', directory)),
        doRepair(other, request('sync', directory)),
      ]);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'another-write' });
      }
      expect(await tables()).toEqual(synced);
    } finally {
      await other.close();
    }
  });
});

describe('a preset that', () => {
  const meanwhile = async (change: () => Promise<unknown>) => {
    const plan = await planRepair(database, request('sync', directory));
    await change();
    const run = runRepair(database, plan, { timeout: 30, lockTimeout: 0.1, directory, fresh: true });
    for (;;) {
      const step = await run.next();
      if (step.done) return step.value;
    }
  };

  test('is deleted meanwhile is named, the others are put right', async () => {
    const outcome = await meanwhile(() => own.sql`DELETE FROM presets WHERE name = 'Pastel'`);
    expect(left(outcome)).toEqual({ Pastel: 'gone: The preset was deleted meanwhile.' });
    expect(await tables()).toEqual({ Noir: [4, 4], Sepia: [4, 4] });
  });

  test('something else has written meanwhile is left alone', async () => {
    const outcome = await meanwhile(() => own.sql`UPDATE presets SET usage_count = 7 WHERE name = 'Pastel'`);
    expect(left(outcome)).toEqual({
      Pastel: 'moved: Its drift was 5 when this was planned, and is 3 now: something else writes it.',
    });
    expect(await tables()).toEqual({ ...synced, Pastel: [7, 4] });
  });

  test('is used meanwhile keeps its use', async () => {
    const outcome = await meanwhile(() => own.sql`SELECT track_preset_usage(${ids[1]!}, 'live')`);
    expect(outcome).toMatchObject({ changed: 3, left: [] });
    expect(await tables()).toEqual({ ...synced, Pastel: [5, 5] });
  });

  test('another session holds all along is given up in the end, the others are put right at once', async () => {
    let outcome: RepairOutcome | undefined;
    await own.sql.begin(async holding => {
      await holding`SELECT 1 FROM presets WHERE name = 'Pastel' FOR UPDATE`;
      outcome = await meanwhile(async () => {});
    });
    expect(outcome).toMatchObject({ changed: 2, ended: 'finished' });
    expect(left(outcome!).Pastel).toMatch(/^locked: Another session has held its row/);
    expect(await tables()).toEqual({ ...synced, Pastel: [9, 4] });
  });

  test('drifts since is a stale plan: exit code 4, and nothing is changed', async () => {
    const plan = await planRepair(database, request('sync', directory));
    await own.sql`UPDATE presets SET usage_count = 8 WHERE name = 'Noir'`;
    const run = runRepair(database, plan, { timeout: 30, lockTimeout: 2, directory });
    await expect(run.next()).rejects.toMatchObject({ code: 'stale-plan', exitCode: 4 });
    expect(await tables()).toEqual({ ...untouched, Noir: [8, 4] });
  });
});

describe('a server that refuses', () => {
  test.each([
    {
      name: 'a trigger that raises',
      body: `IF NEW.name = 'Pastel' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW;`,
      says: /not this one/,
    },
    {
      name: 'a trigger that keeps the row as it is',
      body: `IF NEW.name = 'Pastel' THEN RETURN NULL; END IF; RETURN NEW;`,
      says: /a count is not what was written/,
    },
    {
      name: 'a trigger that writes another count',
      body: `IF NEW.name = 'Pastel' THEN NEW.usage_count := 100; END IF; RETURN NEW;`,
      says: /a count is not what was written/,
    },
  ])('$name: that preset is left, the others are put right', async ({ body, says }) => {
    await meddle(body);
    const outcome = await doRepair(database, request('sync', directory));
    expect(outcome).toMatchObject({ changed: 2, ended: 'finished' });
    expect(left(outcome).Pastel).toMatch(says);
    expect(await tables()).toEqual({ ...synced, Pastel: [9, 4] });
  });

  test('a CHECK: that preset is left, with the constraint’s name', async () => {
    await own.sql
      .unsafe(`ALTER TABLE presets ADD CONSTRAINT sane CHECK (name <> 'Pastel' OR usage_count > 5)`)
      .simple();
    const outcome = await doRepair(database, request('sync', directory));
    expect(left(outcome).Pastel).toMatch(/refused: .*sane/);
    expect(await tables()).toEqual({ ...synced, Pastel: [9, 4] });
  });

  test('a trigger that is deferred to the commit', async () => {
    await own.sql
      .unsafe(
        `CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF NEW.name = 'Pastel' THEN RAISE EXCEPTION 'too late'; END IF; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON presets DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION meddle()`,
      )
      .simple();
    const outcome = await doRepair(database, request('sync', directory));
    expect(left(outcome).Pastel).toMatch(/too late/);
    expect(await tables()).toEqual({ ...synced, Pastel: [9, 4] });
  });

  test('a table whose rows would go with the records: exit code 4', async () => {
    await own.sql`CREATE TABLE notes (usage_id uuid REFERENCES preset_usage (id) ON DELETE CASCADE)`;
    await expect(
      planRepair(database, request('reset', directory, { options: withHistory })),
    ).rejects.toMatchObject({
      code: 'referenced',
      exitCode: 4,
      message: expect.stringMatching(/notes refers to/),
    });
  });

  test('a table that inherits from the one of records: exit code 4', async () => {
    await own.sql`CREATE TABLE notes (stars int) INHERITS (preset_usage)`;
    await expect(
      planRepair(database, request('reset', directory, { options: withHistory })),
    ).rejects.toMatchObject({
      code: 'inherited',
      exitCode: 4,
      message: expect.stringMatching(/^public\.notes inherits/),
    });
    await expect(planRepair(database, request('reset', directory))).resolves.toMatchObject({
      action: 'reset',
    });
  });

  test('a table whose rows keep the records: those presets are left, and keep their records', async () => {
    await own.sql`CREATE TABLE notes (usage_id uuid REFERENCES preset_usage (id))`;
    await own.sql`INSERT INTO notes SELECT id FROM preset_usage WHERE preset_id = ${ids[1]!} LIMIT 1`;
    const outcome = await doRepair(database, request('reset', directory, { options: withHistory }));
    expect(left(outcome).Pastel).toMatch(/^refused: .*notes/);
    expect(await tables()).toEqual({ Noir: [0, 0], Pastel: [9, 4], Sepia: [0, 0] });
  });
});

test('without a place for the receipt nothing is changed: exit code 4', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  await expect(doRepair(database, request('sync', join(file, 'below')))).rejects.toMatchObject({
    code: 'receipt-unwritable',
    exitCode: 4,
  });
  expect(await tables()).toEqual(untouched);
});

test('a receipt that cannot be written any more stops it before the write it belongs to', async () => {
  // By the time the deleted records are written, a directory is in the place of their file.
  const plan = await planRepair(database, request('reset', directory, { options: withHistory }));
  const blocker = postgres(own.url, { max: 1 });
  try {
    const outcome = await blocker.begin(async holding => {
      await holding`LOCK TABLE preset_usage IN ACCESS EXCLUSIVE MODE`;
      const run = runRepair(database, plan, { timeout: 30, lockTimeout: 5, directory, fresh: true });
      const running = run.next().then(
        () => null,
        error => error,
      );
      let receipt = '';
      await waitFor(async () => {
        const receipts = join(directory, 'receipts');
        const names = existsSync(receipts) ? readdirSync(receipts) : [];
        receipt = names.find(name => /reset.*\.jsonl$/.test(name)) ?? '';
        return receipt !== '';
      }, 'the receipt');
      mkdirSync(join(directory, 'receipts', receipt.replace('.jsonl', '.records.gz')));
      return { running, run };
    });
    expect(await outcome.running).toMatchObject({ code: 'receipt-unwritable', exitCode: 4 });
    await expect(outcome.run.next()).resolves.toMatchObject({ done: true });
  } finally {
    await blocker.end();
  }
  expect(await tables()).toEqual(untouched);
});

describe('other triggers', () => {
  const milestones = () =>
    own.sql
      .unsafe(
        `CREATE TABLE notes (name text);
         CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO public.notes VALUES (NEW.name); PERFORM pg_notify('milestones', NEW.name); RETURN NULL; END $$;
         CREATE TRIGGER meddle AFTER UPDATE OF usage_count ON presets FOR EACH ROW EXECUTE FUNCTION meddle()`,
      )
      .simple();
  const noted = async () => (await own.sql`SELECT * FROM notes`).length;

  test('are in the plan with what they do, and fire', async () => {
    await milestones();
    const plan = await planRepair(database, request('sync', directory));
    expect(plan.firesTriggers).toMatchObject([
      {
        name: 'meddle',
        table: 'public.presets',
        event: 'UPDATE',
        effects: ['writes public.notes', expect.stringMatching(/^NOTIFY/)],
        always: false,
      },
    ]);
    expect(plan.whyNotSuppress).toBeNull();
    await doRepair(database, request('sync', directory));
    expect(await noted()).toBe(3);
  });

  test('are kept from firing where that was chosen', async () => {
    await milestones();
    const options = { lastUsed: false, deleteHistory: true, suppressTriggers: true };
    const outcome = await doRepair(database, request('reset', directory, { options }));
    const undone = await doRepair(
      database,
      request('undo', directory, {
        receipt: outcome.receiptId,
        options: { ...options, deleteHistory: false },
      }),
    );
    expect(undone).toMatchObject({ changed: 3, restored: 12, left: [] });
    expect(await tables()).toEqual(untouched);
    expect(await noted()).toBe(0);
  });

  test('of a column that is not written, or that are disabled, are not in the plan', async () => {
    await milestones();
    await own.sql.unsafe('ALTER TABLE presets DISABLE TRIGGER meddle').simple();
    await own.sql
      .unsafe(
        'CREATE TRIGGER late AFTER UPDATE OF last_used_at ON presets FOR EACH ROW EXECUTE FUNCTION meddle()',
      )
      .simple();
    expect((await planRepair(database, request('sync', directory))).firesTriggers).toEqual([]);
    expect(
      (await planRepair(database, request('reset', directory))).firesTriggers.map(({ name }) => name),
    ).toEqual(['late']);
    await doRepair(database, request('sync', directory));
    expect(await noted()).toBe(0);
  });
});

test('presets that are right are not touched', async () => {
  await own.sql`UPDATE presets SET usage_count = 4 WHERE name <> 'Noir'`;
  const versions = () =>
    own.sql<
      { name: string; version: string }[]
    >`SELECT name, xmin::text AS version FROM presets WHERE name <> 'Noir' ORDER BY 1`;
  const before = await versions();
  expect(await doRepair(database, request('sync', directory))).toMatchObject({ changed: 1 });
  expect([...(await versions())]).toEqual([...before]);
});

test('--last-used sets last_used_at to the newest record, and undo sets it back', async () => {
  await own.sql`UPDATE presets SET usage_count = 4, last_used_at = '2020-01-01' WHERE name = 'Noir'`;
  const asked = request('sync', directory, {
    presets: ['Noir'],
    options: { lastUsed: true, deleteHistory: false, suppressTriggers: false },
  });
  const outcome = await doRepair(database, asked);
  const times = () => own.sql<{ same: boolean; old: boolean }[]>`
    SELECT last_used_at = (SELECT max(created_at) FROM preset_usage u WHERE u.preset_id = p.id) AS same,
           last_used_at = '2020-01-01' AS old FROM presets p WHERE name = 'Noir'`;
  expect((await times())[0]).toEqual({ same: true, old: false });
  await doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
  expect((await times())[0]).toEqual({ same: false, old: true });
});
