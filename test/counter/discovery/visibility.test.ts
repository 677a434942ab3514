import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { inspectDatabase } from '../../../source/counter/inspect-database.ts';
import { readMostUsed } from '../../../source/counter/reading/counters.ts';
import { readStates } from '../../../source/repair/sql/counter-state.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let limited: Database;
let role: string;
let owner: string;
let group: string;
let bypass: string;

beforeEach(async () => {
  own = await createDatabase();
  [role, owner, group, bypass] = ['reader', 'owner', 'group', 'bypass'].map(
    kind => `${kind}_${own.name}`,
  ) as [string, string, string, string];
  const [noir] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, noir!, 3);
  await arrange(`
    CREATE ROLE ${role} LOGIN PASSWORD 'secret'; CREATE ROLE ${owner} LOGIN PASSWORD 'secret'; CREATE ROLE ${group};
    CREATE ROLE ${bypass} BYPASSRLS LOGIN PASSWORD 'secret';
    ALTER TABLE presets OWNER TO ${owner}; ALTER TABLE preset_usage OWNER TO ${owner};
    GRANT SELECT ON presets, preset_usage TO ${role}, ${bypass}`);
  limited = connectTo(own.urlAs(role, 'secret'));
});
afterEach(async () => {
  await limited.close();
  const roles = [role, owner, group, bypass].join(', ');
  await arrange(`DROP OWNED BY ${roles} CASCADE; DROP ROLE ${roles}`);
  await own.drop();
});

const arrange = (sql: string) => own.sql.unsafe(sql).simple();
const found = async (as = role) => {
  const database = as === role ? limited : connectTo(own.urlAs(as, 'secret'));
  try {
    const tables = await database.read(reader => readTables(reader, 'public'));
    database.policiesApply(tables.policiesApply);
    return tables;
  } finally {
    if (as !== role) await database.close();
  }
};
const on = 'ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY';
const hidden = ['row-level security on public.preset_usage may hide rows from this role'];

describe('rows are hidden', () => {
  // ROLE, GROUP and OWNER stand for the roles of the test.
  test.each<[string, string, shown: boolean]>([
    ['no row-level security', '', true],
    ['policies that are not enabled', 'CREATE POLICY few ON preset_usage USING (false)', true],
    ['no policy at all', on, false],
    ['a condition', `${on}; CREATE POLICY few ON preset_usage USING (usage_type = 'x')`, false],
    ['true for everybody', `${on}; CREATE POLICY every ON preset_usage FOR SELECT USING (true)`, true],
    ['true for all commands', `${on}; CREATE POLICY every ON preset_usage USING (true)`, true],
    [
      'true for this role',
      `${on}; CREATE POLICY every ON preset_usage FOR SELECT TO ROLE USING (true)`,
      true,
    ],
    [
      'true for another role',
      `${on}; CREATE POLICY every ON preset_usage FOR SELECT TO OWNER USING (true)`,
      false,
    ],
    [
      'true for a role that this one is a member of',
      `${on}; GRANT GROUP TO ROLE; CREATE POLICY every ON preset_usage FOR SELECT TO GROUP USING (true)`,
      true,
    ],
    [
      'true for a role that this one is a member of without inheriting from it',
      `${on}; ALTER ROLE ROLE NOINHERIT; GRANT GROUP TO ROLE; CREATE POLICY every ON preset_usage TO GROUP USING (true)`,
      false,
    ],
    [
      'true for inserts only',
      `${on}; CREATE POLICY every ON preset_usage FOR INSERT WITH CHECK (true)`,
      false,
    ],
    ['true for updates only', `${on}; CREATE POLICY every ON preset_usage FOR UPDATE USING (true)`, false],
    [
      'true and a condition: either is enough',
      `${on}; CREATE POLICY every ON preset_usage USING (true); CREATE POLICY few ON preset_usage USING (false)`,
      true,
    ],
    [
      'true and a restrictive condition: both are needed',
      `${on}; CREATE POLICY every ON preset_usage USING (true);
       CREATE POLICY few ON preset_usage AS RESTRICTIVE USING (usage_type = 'x')`,
      false,
    ],
    [
      'true and a restrictive condition for another role',
      `${on}; CREATE POLICY every ON preset_usage USING (true);
       CREATE POLICY few ON preset_usage AS RESTRICTIVE TO OWNER USING (false)`,
      true,
    ],
    [
      'true and a restrictive condition for writing',
      `${on}; CREATE POLICY every ON preset_usage USING (true);
       CREATE POLICY few ON preset_usage AS RESTRICTIVE FOR DELETE USING (false)`,
      true,
    ],
    [
      'restrictive and true alone: nothing lets rows be seen',
      `${on}; CREATE POLICY every ON preset_usage AS RESTRICTIVE USING (true)`,
      false,
    ],
  ])('%s', async (_, sql, shown) => {
    const roles: Record<string, string> = { OWNER: owner, GROUP: group };
    await arrange(
      sql
        .replace(/\b(OWNER|GROUP)\b/g, name => roles[name] ?? name)
        .replace(/(TO|FROM|ALTER ROLE) ROLE\b/g, `$1 ${role}`),
    );
    expect((await found()).hiddenBy).toEqual(shown ? [] : hidden);
    // Compared with the server: what this role counts.
    const sees = await limited.read(reader =>
      reader.rows('SELECT count(*)::int AS n FROM public.preset_usage'),
    );
    if (shown) expect(sees).toEqual([{ n: 3 }]);
    else expect(sees).not.toEqual([{ n: 3 }]);
  });

  test('of presets too', async () => {
    await arrange('ALTER TABLE presets ENABLE ROW LEVEL SECURITY');
    expect((await found()).hiddenBy).toEqual([
      'row-level security on public.presets may hide rows from this role',
    ]);
  });

  test('not from the owner, unless it is forced', async () => {
    await arrange(on);
    expect(await found(owner)).toMatchObject({ hiddenBy: [], seenBy: [] });
    await arrange('ALTER TABLE preset_usage FORCE ROW LEVEL SECURITY');
    expect((await found(owner)).hiddenBy).toEqual([
      'row-level security on public.preset_usage, which applies even to its owner, may hide rows from this role',
    ]);
  });

  test('not from a role with BYPASSRLS, and not by policies of partitions', async () => {
    await arrange(`${on}; ALTER TABLE preset_usage FORCE ROW LEVEL SECURITY`);
    expect((await found(bypass)).hiddenBy).toEqual([]);
    await arrange(`ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY; ALTER TABLE preset_usage RENAME TO old;
      CREATE TABLE preset_usage (preset_id uuid, created_at timestamptz) PARTITION BY RANGE (created_at);
      CREATE TABLE part PARTITION OF preset_usage DEFAULT; ALTER TABLE part ENABLE ROW LEVEL SECURITY;
      INSERT INTO preset_usage SELECT preset_id, created_at FROM old; GRANT SELECT ON preset_usage TO ${role}`);
    expect((await found()).hiddenBy).toEqual([]);
    expect(
      await limited.read(reader => reader.rows('SELECT count(*)::int AS n FROM public.preset_usage')),
    ).toEqual([{ n: 3 }]);
  });

  test('if the table is itself a partition of another one', async () => {
    await arrange(`ALTER TABLE preset_usage RENAME TO old;
      CREATE TABLE every_use (preset_id uuid, created_at timestamptz) PARTITION BY RANGE (created_at);
      CREATE TABLE preset_usage PARTITION OF every_use FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      GRANT SELECT ON preset_usage TO ${role}`);
    await expect(found()).rejects.toMatchObject({
      code: 'not-a-table',
      message:
        'public.preset_usage is only a partition of public.every_use: counts of its rows would be wrong.',
    });
  });
});

describe('roles that see every row', () => {
  const mine = async () => (await found()).seenBy.filter(name => name.includes(own.name));

  test('are named with the reason: the owner, superusers, BYPASSRLS', async () => {
    await arrange(on);
    expect(await mine()).toEqual([`${bypass} (BYPASSRLS)`, `${owner} (owner)`]);
    expect((await found()).seenBy).toContain('postgres (superuser)');
  });

  test('are not the owner if it is forced, nor a role that may not read', async () => {
    await arrange(
      `${on}; ALTER TABLE preset_usage FORCE ROW LEVEL SECURITY; REVOKE SELECT ON presets FROM ${bypass}`,
    );
    expect(await mine()).toEqual([]);
  });

  test('may lack login if this role can become them, and come first', async () => {
    await arrange(`${on}; ALTER ROLE ${group} BYPASSRLS; GRANT SELECT ON presets, preset_usage TO ${group}`);
    expect(await mine()).not.toContain(`${group} (BYPASSRLS, by SET ROLE)`);
    await arrange(`GRANT ${group} TO ${role}`);
    expect((await found()).seenBy[0]).toBe(`${group} (BYPASSRLS, by SET ROLE)`);
  });

  test('may be those that a policy shows everything', async () => {
    await arrange(`${on}; ALTER ROLE ${bypass} NOBYPASSRLS;
      CREATE POLICY every ON preset_usage FOR SELECT TO ${bypass} USING (true)`);
    expect(await mine()).toEqual([`${bypass} (policy)`, `${owner} (owner)`]);
  });
});

test('a policy that is added between inspecting and counting is an error, not a number', async () => {
  const tables = await found();
  await arrange(on);
  await expect(auditCounters(limited, tables, { scope: 'all' })).rejects.toMatchObject({
    code: 'rows-hidden',
    exitCode: 3,
  });
});

test('a policy that shows every row and is replaced by one that does not is an error too', async () => {
  await arrange(`${on}; CREATE POLICY every ON preset_usage USING (true)`);
  const looked = await limited.read(reader => inspectDatabase(reader, limited, 'public'));
  expect(looked.tables).toMatchObject({ hiddenBy: [], policiesApply: true });
  await arrange(`ALTER POLICY every ON preset_usage USING (created_at < '2000-01-01')`);
  await expect(auditCounters(limited, looked.tables, { scope: 'all' })).rejects.toMatchObject({
    code: 'rows-hidden',
    exitCode: 3,
  });
});

test('the columns that counting needs are enough for the list, the audit and the plan of a repair', async () => {
  await arrange(`REVOKE SELECT ON presets, preset_usage FROM ${role};
    ALTER TABLE presets ADD COLUMN secret text; GRANT SELECT (id, name, usage_count, last_used_at) ON presets TO ${role};
    GRANT SELECT (preset_id, created_at) ON preset_usage TO ${role}`);
  const tables = await found();
  const { first, states } = await limited.read(async reader => {
    const first = await readMostUsed(reader, tables, 10);
    return {
      first,
      states: await readStates(
        reader,
        tables,
        first.map(({ id }) => id),
      ),
    };
  });
  expect(first.map(({ records }) => records).sort()).toEqual([0, 3]);
  expect(states.size).toBe(2);
  expect((await auditCounters(limited, tables, { scope: 'all' })).totals).toMatchObject({ accurate: 2 });
});

test('a column that may not be read is named, and no count is made without it', async () => {
  await arrange(`REVOKE SELECT ON presets, preset_usage FROM ${role}; GRANT SELECT (id, name) ON presets TO ${role};
    GRANT SELECT (preset_id) ON preset_usage TO ${role}`);
  await expect(found()).rejects.toMatchObject({
    code: 'permission-denied',
    exitCode: 3,
    message: 'This role may not read usage_count, last_used_at of public.presets.',
  });
  await arrange(`GRANT SELECT (usage_count, last_used_at) ON presets TO ${role}`);
  await expect(found()).rejects.toMatchObject({
    message: 'This role may not read created_at of public.preset_usage.',
  });
  await arrange(`GRANT SELECT (created_at) ON preset_usage TO ${role}`);
  expect((await found()).hiddenBy).toEqual([]);
});
