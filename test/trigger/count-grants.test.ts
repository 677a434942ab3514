import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { writerLines } from '../../source/trigger/format-writers.ts';
import { judgeTrigger, type TriggerHealth } from '../../source/trigger/health.ts';
import { readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsVersion } from '../helpers/server-version.ts';

let own: TestDatabase;
let database: Database;
const app = `grant_app_${process.pid}`;
const heir = `grant_heir_${process.pid}`;
const service = `grant_service_${process.pid}`;
beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  await arrange(
    `CREATE ROLE ${app}`,
    `CREATE ROLE ${heir} IN ROLE ${app}`,
    `CREATE ROLE ${service} BYPASSRLS`,
    'ALTER TABLE presets DISABLE ROW LEVEL SECURITY',
    `REVOKE ALL ON presets FROM PUBLIC`,
  );
});
afterAll(async () => {
  await own.sql
    .unsafe(`DROP OWNED BY ${app}, ${heir}, ${service}; DROP ROLE ${app}, ${heir}, ${service}`)
    .simple();
  await database.close();
  await own.drop();
});

const arrange = (...statements: string[]) => own.sql.unsafe(statements.join(';')).simple();
const look = (): Promise<TriggerHealth> =>
  database.read(async reader =>
    judgeTrigger(await readTriggerCatalog(reader, await readTables(reader, 'public'))),
  );

/** Who may write the count through a table or a view, by what. */
async function may(kind: 'table' | 'view'): Promise<string[]> {
  const { writers } = await look();
  return writers
    .filter(writer => writer.kind === kind)
    .map(({ name, does, mayRun }) =>
      [name, does.map(({ verb }) => verb).join('+'), mayRun.public ? 'PUBLIC' : mayRun.roles.join(' ')].join(
        ' ',
      ),
    );
}

test('grants on presets or on its count, with those who inherit them', async () => {
  await arrange(
    `GRANT UPDATE ON presets TO ${app}`,
    `GRANT INSERT (name, usage_count) ON presets TO ${service}`,
  );
  expect(await may('table')).toEqual([
    `public.presets update ${app} ${heir}`,
    `public.presets insert ${service}`,
  ]);
  await arrange(`REVOKE ALL ON presets FROM ${app}, ${service}`, `GRANT UPDATE (name) ON presets TO ${app}`);
  expect(await may('table')).toEqual([]);
  await arrange(`GRANT UPDATE (usage_count) ON presets TO PUBLIC`);
  expect(await may('table')).toEqual(['public.presets update PUBLIC']);
  await arrange(
    'REVOKE UPDATE (usage_count) ON presets FROM PUBLIC',
    `REVOKE UPDATE (name) ON presets FROM ${app}`,
  );
});

test('row-level security takes away what no policy lets pass', async () => {
  await arrange(
    `GRANT INSERT, UPDATE ON presets TO ${app}, ${service}`,
    'ALTER TABLE presets ENABLE ROW LEVEL SECURITY',
  );
  expect(await may('table')).toEqual([
    `public.presets update ${service}`,
    `public.presets insert ${service}`,
  ]);
  await arrange(`CREATE POLICY own ON presets FOR UPDATE TO ${app} USING (name = current_user)`);
  expect((await may('table'))[0]).toBe(`public.presets update ${app} ${heir} ${service}`);
  await arrange(
    'DROP POLICY own ON presets',
    'CREATE POLICY none ON presets USING (true) WITH CHECK (false)',
  );
  expect(await may('table')).toEqual([
    `public.presets update ${service}`,
    `public.presets insert ${service}`,
  ]);
  await arrange('DROP POLICY none ON presets');
});

test('a view that runs as its owner lets anybody set any count, whatever the policies', async () => {
  await arrange(
    'CREATE VIEW shown AS SELECT id, name, usage_count FROM presets',
    `GRANT SELECT, UPDATE ON shown TO ${app}`,
  );
  expect(await may('view')).toEqual([`public.shown update+insert ${app} ${heir}`]);
  const { findings, writers, healthy } = await look();
  expect(findings.find(({ code }) => code === 'view-sets-count')).toMatchObject({
    severity: 'warning',
    message: `${app}, ${heir} may set any count through the view public.shown, which runs as its owner.`,
  });
  expect(healthy).toBe(true);
  expect(writerLines(writers.find(({ kind }) => kind === 'view')!).lines.at(-1)).toBe(
    `may be written by: its owner postgres, ${app}, ${heir}; runs as its owner`,
  );
});

test(
  'a view with security_invoker lets only those who may write the table too',
  needsVersion(15),
  async () => {
    await arrange('ALTER VIEW shown SET (security_invoker = on)', `GRANT UPDATE ON shown TO ${service}`);
    expect(await may('view')).toEqual([`public.shown update+insert ${service}`]);
    expect((await look()).findings.map(({ code }) => code)).not.toContain('view-sets-count');
    await arrange('ALTER VIEW shown RESET (security_invoker)', `REVOKE ALL ON shown FROM ${app}, ${service}`);
    expect((await look()).findings.map(({ code }) => code)).not.toContain('view-sets-count');
  },
);
