import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { check } from '../../source/cli/commands/check.ts';
import type { Config } from '../../source/config/config.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';
import { type Supabase, startSupabase } from '../helpers/supabase.ts';

let project: Supabase;
let directory: string;
const open: Database[] = [];
const timeouts = { timeout: 30, lockTimeout: 2 };

beforeAll(async () => {
  project = await startSupabase();
});
afterAll(() => project.stop());
beforeEach(async () => {
  directory = stateDirectory();
  await arrange(`SET session_replication_role = replica; UPDATE presets SET usage_count = 6;
    UPDATE presets SET usage_count = 9 WHERE name = 'Noir'; RESET session_replication_role`);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(database => database.close()));
});

const arrange = (sql: string) => project.sql.unsafe(sql).simple();
const as = (role: string): Database => {
  const database = connectTo(project.urlAs(role));
  open.push(database);
  return database;
};
const audit = (role: string) =>
  check(
    as(role),
    { choice: 'public', presets: [], maxDrift: null, maxMismatched: null, failOn: [] } as unknown as Config,
    new AbortController().signal,
    () => {},
  );
const counts = async () =>
  Object.fromEntries(
    (
      await project.sql<
        { name: string; n: number }[]
      >`SELECT name, usage_count AS n FROM presets ORDER BY name`
    ).map(({ name, n }) => [name, n]),
  );

describe('check', () => {
  test.each(['postgres', 'supabase_admin'])('as %s tells the truth', async role => {
    const { json, exitCode } = await audit(role);
    expect(json).toMatchObject({ complete: true, rows: 3, mismatched: 1, records: 18 });
    expect(exitCode).toBe(1);
  });

  test.each(['anon', 'authenticated'])(
    'as %s shows no counts, and names who would see them all',
    async role => {
      await arrange(`ALTER ROLE ${role} LOGIN PASSWORD 'secret'`);
      const { json, text, exitCode, warnings } = await audit(role).finally(() =>
        arrange(`ALTER ROLE ${role} NOLOGIN`),
      );
      // No number that could be taken for a count by a reader who ignores `complete`.
      expect(json).toMatchObject({
        complete: false,
        rows: null,
        accurate: null,
        mismatched: null,
        tooHigh: null,
        tooLow: null,
        records: null,
        orphans: null,
        mismatches: [],
      });
      expect(text).not.toMatch(/presets:|Noir/);
      expect(exitCode).toBe(3);
      expect(warnings).toEqual([
        'The counts are not shown: row-level security on public.presets may hide rows from this role; ' +
          'row-level security on public.preset_usage may hide rows from this role.',
        'Connect as a role that sees every row: postgres (BYPASSRLS), supabase_admin (superuser).',
      ]);
    },
  );

  test('as a role for whom a policy fails says that rows are hidden, and asks for none of them', async () => {
    await arrange(`CREATE FUNCTION public.signed_in() RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN IF auth.uid() IS NULL THEN RAISE EXCEPTION 'JWT expired'; END IF; RETURN true; END $$;
      CREATE POLICY fails ON public.preset_usage FOR SELECT TO report USING (public.signed_in());
      CREATE POLICY fails ON public.presets FOR SELECT TO report USING (public.signed_in())`);
    try {
      expect(await audit('report')).toMatchObject({ exitCode: 3, json: { complete: false, records: null } });
    } finally {
      await arrange(
        'DROP POLICY fails ON presets; DROP POLICY fails ON preset_usage; DROP FUNCTION signed_in',
      );
    }
  });

  test('as service_role, which bypasses the policies, tells the truth', async () => {
    await arrange(`ALTER ROLE service_role LOGIN PASSWORD 'secret'`);
    const { json } = await audit('service_role').finally(() => arrange('ALTER ROLE service_role NOLOGIN'));
    expect(json).toMatchObject({ complete: true, mismatched: 1 });
  });

  test('as authenticator, which has no rights of its own, says what is missing', async () => {
    await expect(audit('authenticator')).rejects.toMatchObject({
      code: 'permission-denied',
      exitCode: 3,
      message: 'This role may not read public.presets.',
    });
  });

  test('as a role made for reports shows nothing until it may see everything', async () => {
    expect(await audit('report')).toMatchObject({ exitCode: 3, json: { complete: false } });
    await arrange(`CREATE POLICY a ON presets FOR SELECT TO report USING (true);
      CREATE POLICY a ON preset_usage FOR SELECT TO report USING (true)`);
    try {
      expect(await audit('report')).toMatchObject({ exitCode: 1, json: { complete: true, mismatched: 1 } });
    } finally {
      await arrange('DROP POLICY a ON presets; DROP POLICY a ON preset_usage');
    }
  });

  test('as a role that may become service_role names that way too', async () => {
    await arrange('GRANT service_role TO report');
    try {
      expect((await audit('report')).warnings?.[1]).toContain('service_role (BYPASSRLS, by SET ROLE), ');
    } finally {
      await arrange('REVOKE service_role FROM report');
    }
  });
});

describe('simulate', () => {
  const simulate = async (role: string, more: { asUser?: string; asRole?: string } = {}) => {
    const database = as(role);
    const plan = await planSimulation(database, {
      counter: 'public',
      preset: 'Pastel',
      asUser: null,
      asRole: null,
      readOnly: false,
      ...more,
    });
    return runSimulation(database, plan, timeouts);
  };

  test('as the owner also confirms the use of a signed-in user, with the claims that auth.uid() reads', async () => {
    const before = await project.sql`SELECT count(*) FROM preset_usage`;
    const simulation = await simulate('postgres');
    expect(simulation).toMatchObject({ path: 'track_preset_usage', confirmed: true, failures: [] });
    expect(simulation.asRole).toMatchObject({ role: 'authenticated', confirmed: true, failures: [] });
    expect(simulation.asUser).toMatch(/^[0-9a-f-]{36}$/);
    expect(await project.sql`SELECT count(*) FROM preset_usage`).toEqual(before);
  });

  test('as anon shows that the application’s use is refused there', async () => {
    const { asRole } = await simulate('postgres', { asRole: 'anon' });
    expect(asRole?.failures).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ message: expect.stringContaining('permission denied') }),
      ]),
    );
  });

  test('as a user that is not in auth.users shows the foreign key', async () => {
    const { failures } = await simulate('postgres', { asUser: '00000000-0000-4000-8000-000000000000' });
    expect(JSON.stringify(failures)).toContain('foreign key');
  });

  test('as authenticated itself is refused: it does not see every row', async () => {
    await arrange(`ALTER ROLE authenticated LOGIN PASSWORD 'secret'`);
    await expect(
      simulate('authenticated').finally(() => arrange('ALTER ROLE authenticated NOLOGIN')),
    ).rejects.toMatchObject({
      code: 'incomplete-view',
      exitCode: 4,
      hint: expect.stringContaining('postgres (BYPASSRLS)'),
    });
  });
});

describe('a repair', () => {
  test('sync and undo as postgres, who is no superuser', async () => {
    const database = as('postgres');
    const outcome = await doRepair(database, request('sync', directory));
    expect(outcome).toMatchObject({ changed: 1, left: [] });
    expect(await counts()).toEqual({ Noir: 6, Pastel: 6, Secret: 6 });
    await doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    expect(await counts()).toEqual({ Noir: 9, Pastel: 6, Secret: 6 });
  });

  test('reset with history and undo as postgres: records and their users come back', async () => {
    const database = as('postgres');
    const records = await project.sql`SELECT * FROM preset_usage ORDER BY id`;
    const options = { lastUsed: false, deleteHistory: true, suppressTriggers: false };
    const outcome = await doRepair(database, request('reset', directory, { options }));
    expect(outcome).toMatchObject({ changed: 3, deleted: 18, left: [] });
    const undone = await doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    expect(undone).toMatchObject({ restored: 18, left: [] });
    expect(await project.sql`SELECT * FROM preset_usage ORDER BY id`).toEqual(records);
    expect(await counts()).toEqual({ Noir: 9, Pastel: 6, Secret: 6 });
  });

  test('as an owner without BYPASSRLS works, until row-level security is forced on owners', async () => {
    await arrange('ALTER TABLE presets OWNER TO app_owner; ALTER TABLE preset_usage OWNER TO app_owner');
    try {
      const database = as('app_owner');
      expect(await doRepair(database, request('sync', directory))).toMatchObject({ changed: 1, left: [] });
      await arrange('ALTER TABLE preset_usage FORCE ROW LEVEL SECURITY');
      await expect(planRepair(database, request('reset', directory))).rejects.toMatchObject({
        code: 'incomplete-view',
        message: expect.stringContaining('applies even to its owner'),
      });
    } finally {
      await arrange(`ALTER TABLE preset_usage NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE presets OWNER TO postgres; ALTER TABLE preset_usage OWNER TO postgres`);
    }
  });

  test.each(['sync', 'reset'] as const)(
    '%s as a role made for reports is refused with who could do it',
    async action => {
      await expect(planRepair(as('report'), request(action, directory))).rejects.toMatchObject({
        code: 'incomplete-view',
        exitCode: 4,
        hint: 'Connect as a role that sees every row: postgres (BYPASSRLS), supabase_admin (superuser).',
      });
    },
  );

  test('suppresses triggers only if the platform grants that', async () => {
    const options = { lastUsed: false, deleteHistory: false, suppressTriggers: true };
    const quiet = request('sync', directory, { options });
    await expect(planRepair(as('postgres'), quiet)).rejects.toMatchObject({
      code: 'cannot-suppress',
      exitCode: 4,
    });
    // Since PostgreSQL 15; Supabase's postgres has it there.
    await arrange('GRANT SET ON PARAMETER session_replication_role TO postgres');
    try {
      expect(await doRepair(as('postgres'), quiet)).toMatchObject({ changed: 1, left: [] });
    } finally {
      await arrange('REVOKE SET ON PARAMETER session_replication_role FROM postgres');
    }
  });

  test('whose user is deleted meanwhile: the records go with the user, and an undo leaves them', async () => {
    const database = as('postgres');
    await arrange(`INSERT INTO auth.users (email) VALUES ('gone@example.org');
      INSERT INTO preset_usage (preset_id, user_id)
        SELECT p.id, u.id FROM presets p, auth.users u WHERE p.name = 'Secret' AND u.email = 'gone@example.org'`);
    const options = { lastUsed: false, deleteHistory: true, suppressTriggers: false };
    const outcome = await doRepair(database, request('reset', directory, { options }));
    await arrange(`DELETE FROM auth.users WHERE email = 'gone@example.org'`);
    const undone = await doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    expect(undone.left.map(({ name }) => name)).toContain('Secret');
    expect(await counts()).toMatchObject({ Noir: 9, Pastel: 6 });
  });
});
