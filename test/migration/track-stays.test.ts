import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { lostCalls } from '../../source/migration/lost-calls.ts';
import { planMigration, readMigrationPlan } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, type TestDatabase } from '../helpers/database.ts';
import { countOf, createUnmigrated } from '../psql/files.ts';

let own: TestDatabase;
let database: Database;
let preset: string;
beforeEach(async () => {
  own = await createUnmigrated();
  database = connectTo(own.url);
  [preset = ''] = await insertPresets(own.sql, ['first']);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const plan = () => planMigration(database, { schema: 'public', readOnly: false });
const run = async () =>
  runMigration(database, await plan(), { timeout: 30, lockTimeout: 2 }, async () => {}, undefined);
const arrange = (statements: string) => own.sql.unsafe(statements).simple();

const stores =
  'INSERT INTO preset_usage (preset_id, usage_type, usage_data) VALUES (p_preset_id, p_usage_type, p_data);';
const track = (body: string) => `
  CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text DEFAULT 'view', p_data jsonb DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN ${body} END $$;`;

test('a function that stores uses stays where its calls would fail with another', async () => {
  await arrange(track(stores));
  const planned = await plan();
  expect(planned.fit.misfit).toBe(
    'public.track_preset_usage(uuid, text, jsonb) stores a use, and stays: it returns void, p_usage_type may be left out, parameter 3 is named p_data, unlike the shipped track_preset_usage()',
  );
  expect(planned.differs.join()).not.toContain('track_preset_usage');
  expect(planned.replaced.join()).not.toContain('track_preset_usage');
  const result = await run();
  expect(result.left).toEqual([]);
  await own.sql`SELECT track_preset_usage(${preset})`;
  await own.sql`SELECT track_preset_usage(p_preset_id => ${preset}, p_data => '{}')`;
  expect(await countOf(own.sql, preset)).toBe(2);
  expect((await database.read(reader => readMigrationPlan(reader, database))).differs).toEqual([]);
});

test.each<[string, string, string]>([
  [
    'counts too',
    `${stores} UPDATE presets SET usage_count = usage_count + 1 WHERE id = p_preset_id;`,
    'it sets usage_count itself',
  ],
  ['stores nothing', '', 'it stores no use'],
  ['runs what cannot be read', `${stores} EXECUTE p_usage_type;`, 'it runs dynamic SQL: p_usage_type'],
  [
    'does not fit',
    stores.replace('p_data', 'p_data, 1').replace('usage_data', 'usage_data, gone'),
    'it does not fit',
  ],
])('one that %s is neither kept nor taken away', async (_, body, why) => {
  await arrange(track(body));
  await expect(plan()).rejects.toMatchObject({
    code: 'would-break',
    exitCode: 4,
    message: expect.stringMatching(
      /^The migration would replace public\.track_preset_usage\(uuid, text, jsonb\), and calls of it that work today would fail: it returns void, p_usage_type may be left out, parameter 3 is named p_data, /,
    ),
  });
  await expect(plan()).rejects.toThrow(why);
});

const same = {
  kind: 'function' as const,
  names: ['p_preset_id', 'p_usage_type', 'p_usage_data'],
  types: ['uuid', 'text', 'jsonb'],
  defaults: 1,
  result: 'uuid',
};
test.each([
  ['the same', same, []],
  ['nothing may be left out', { ...same, defaults: 0 }, []],
  [
    'two parameters',
    { ...same, names: same.names.slice(0, 2), types: ['uuid', 'character varying'], defaults: 0 },
    [],
  ],
  [
    'two parameters, one left out',
    { ...same, types: ['uuid', 'text'], defaults: 1 },
    ['p_usage_type may be left out'],
  ],
  ['without names', { ...same, names: [] }, []],
  [
    'without names, two left out',
    { ...same, names: ['', '', ''], defaults: 2 },
    ['parameter 2 may be left out'],
  ],
  ['another name', { ...same, names: ['id', 'p_usage_type', 'p_usage_data'] }, ['parameter 1 is named id']],
  ['another type', { ...same, types: ['uuid', 'text', 'json'] }, ['p_usage_data is json']],
  ['another result', { ...same, result: 'boolean' }, ['it returns boolean']],
  ['a procedure', { ...same, kind: 'procedure' as const, result: null }, ['it is a procedure']],
])('calls that would be lost: %s', (_, signature, lost) => {
  expect(lostCalls(signature)).toEqual(lost);
});

const fires = `CREATE SCHEMA shop; CREATE TABLE shop.badges (preset uuid);
  CREATE FUNCTION badge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO badges VALUES (NEW.id); RETURN NULL; END $$;`;

test.each([
  [
    'presets',
    'CREATE TRIGGER badge AFTER UPDATE ON presets FOR EACH ROW WHEN (NEW.usage_count > 50) EXECUTE FUNCTION badge()',
    'changes the count',
  ],
  [
    'preset_usage',
    'CREATE TRIGGER badge AFTER INSERT ON preset_usage FOR EACH ROW WHEN (NEW.usage_type = $$x$$) EXECUTE FUNCTION badge()',
    'stores a use',
  ],
])('a trigger of %s that would not find its table is named', async (table, trigger, does) => {
  await arrange(`${fires} ${trigger}`);
  await expect(plan()).rejects.toMatchObject({
    code: 'names-not-found',
    message: `The trigger badge of public.${table} runs public.badge(), which names badges without a schema. What is installed ${does} with search_path = pg_catalog, public, pg_temp, so badges would not be found, and the change of a record would fail.`,
    hint: expect.stringContaining('ALTER FUNCTION public.badge() SET search_path = shop, pg_temp'),
  });
  await arrange('ALTER FUNCTION badge() SET search_path = shop, pg_temp');
  await run();
  await arrange('ALTER FUNCTION badge() RESET search_path');
  const { findings, statements } = await plan();
  expect(statements).toEqual([]);
  expect(findings).toContainEqual(expect.objectContaining({ code: 'names-not-found', severity: 'error' }));
});

test('what takes the owner of the shipped function for the user is said', async () => {
  await arrange(`ALTER TABLE presets ADD who text;
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.who := current_user; RETURN NEW; END $$;
    CREATE TRIGGER stamp BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION stamp()`);
  const { warnings, findings } = await plan();
  expect(warnings).toEqual([expect.objectContaining({ code: 'runs-as-owner', triggers: ['stamp'] })]);
  expect(findings).toEqual(expect.arrayContaining(warnings));
  await run();
  expect((await plan()).warnings).toEqual([]);
});
