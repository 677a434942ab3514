import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { countOf, createUnmigrated, migration, mismatches, runFile, track } from './files.ts';

let database: TestDatabase;
let presets: string[];

// Two presets with three records each, counted 0: what an application without a trigger looks like.
beforeEach(async () => {
  database = await createUnmigrated();
  presets = await insertPresets(database.sql, ['first', 'second']);
  for (const preset of presets) await insertRecords(database.sql, preset, 3);
});

afterEach(() => database.drop());

const counter = (body: string) => `
  CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN ${body} RETURN NEW; END $$;`;
const addOne = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;';
const rowTrigger = (timing: string, name = 'trigger_auto_increment_preset_usage_count') => `
  CREATE ${timing === 'CONSTRAINT' ? 'CONSTRAINT TRIGGER' : 'TRIGGER'} ${name}
  ${timing === 'BEFORE' ? 'BEFORE' : 'AFTER'} INSERT ON preset_usage
  FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;
const enabled = (state: string) =>
  `ALTER TABLE preset_usage ${state} TRIGGER trigger_auto_increment_preset_usage_count;`;
const oldTrack = (parameters: string, returns: string) => `
  CREATE FUNCTION track_preset_usage(${parameters}) RETURNS ${returns} LANGUAGE plpgsql AS $$ BEGIN END $$;`;

const insertStatement = 4;
const insertRow = 5;
const installed = { relation: 'preset_usage', name: 'trigger_auto_increment_preset_usage_count' };
const byStatement = [{ ...installed, enabled: 'O', type: insertStatement, records: 'new_records' }];
/** A trigger that fires once per record, and its copies in partitions. */
const byRow = (state: string, ...partitions: string[]) =>
  ['preset_usage', ...partitions].map(relation => ({
    ...installed,
    relation,
    enabled: state,
    type: insertRow,
    records: null,
  }));

it.each([
  ['without a trigger', ''],
  ['with counts that are too high', 'UPDATE presets SET usage_count = 40'],
  ['with counts that are NULL', 'UPDATE presets SET usage_count = NULL'],
  ['with a row trigger of the same name', counter(addOne) + rowTrigger('AFTER')],
  ['with a BEFORE trigger of the same name', counter(addOne) + rowTrigger('BEFORE')],
  ['with a constraint trigger of the same name', counter(addOne) + rowTrigger('CONSTRAINT')],
  [
    'with a row trigger of the same name on a partitioned table',
    `CREATE TABLE parted (LIKE preset_usage INCLUDING DEFAULTS) PARTITION BY RANGE (created_at);
     CREATE TABLE part PARTITION OF parted DEFAULT;
     INSERT INTO parted SELECT * FROM preset_usage;
     DROP TABLE preset_usage;
     ALTER TABLE parted RENAME TO preset_usage;
     ${counter(addOne)}${rowTrigger('AFTER')}`,
    byRow('O', 'part'),
  ],
  ['with a trigger that is disabled', counter(addOne) + rowTrigger('AFTER') + enabled('DISABLE')],
  [
    'with a trigger for replicas only',
    counter(addOne) + rowTrigger('AFTER') + enabled('ENABLE REPLICA'),
    byRow('A'),
  ],
  [
    'with a trigger that always fires',
    counter(addOne) + rowTrigger('AFTER') + enabled('ENABLE ALWAYS'),
    byRow('A'),
  ],
  [
    'with a trigger of the same name that runs another function',
    `${counter('').replace('auto_increment_preset_usage_count', 'other')}
     ${rowTrigger('AFTER').replace('auto_increment_preset_usage_count()', 'other()')}`,
  ],
  [
    'with a second trigger that runs the same function',
    counter(addOne) + rowTrigger('AFTER') + rowTrigger('AFTER', 'counts_again'),
  ],
  [
    'with the trigger on the wrong table',
    `${counter('')}${rowTrigger('AFTER').replace('ON preset_usage', 'ON users')}`,
  ],
  [
    'with a function of the same name that is no trigger function',
    'CREATE FUNCTION auto_increment_preset_usage_count() RETURNS void LANGUAGE sql AS $$ $$',
  ],
  [
    'with the daily index',
    `CREATE UNIQUE INDEX idx_preset_usage_daily_unique
       ON preset_usage (user_id, preset_id, ((created_at AT TIME ZONE 'UTC')::date))`,
  ],
  ['with a track_preset_usage() that returns void', oldTrack('preset uuid, kind text, data jsonb', 'void')],
  [
    'with a track_preset_usage() that returns boolean',
    oldTrack("p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}'", 'boolean'),
  ],
  ['with a track_preset_usage() of two parameters', oldTrack('p_preset_id uuid, p_usage_type text', 'void')],
  [
    'with a track_preset_usage() that has more defaults',
    oldTrack("p_preset_id uuid, p_usage_type text DEFAULT 'x', p_usage_data jsonb DEFAULT '{}'", 'uuid'),
  ],
] as [string, string, object[]?][])(
  'repairs a database %s',
  async (_, before, triggersAfter = byStatement) => {
    const { sql, url } = database;
    await sql.unsafe(before).simple();

    await runFile(url, migration);

    expect(await mismatches(sql)).toEqual([]);
    const [user] = await sql`INSERT INTO users (email) VALUES ('one@example.com') RETURNING id`;
    await sql.begin(async client => {
      await client`SELECT set_config('request.jwt.claims', ${JSON.stringify({ sub: user!.id })}, true)`;
      await track(client, presets[0]!);
      await track(client, presets[0]!);
    });
    expect(await countOf(sql, presets[0]!)).toBe(5);
    expect(await mismatches(sql)).toEqual([]);
    const triggers = await sql`
    SELECT tgrelid::regclass::text AS relation, tgname AS name, tgenabled AS enabled, tgtype AS type, tgnewtable AS records
      FROM pg_trigger WHERE NOT tgisinternal OR tgparentid <> 0 ORDER BY relation DESC`;
    expect(triggers).toEqual(triggersAfter);
  },
);

it('changes nothing the second time', async () => {
  const { sql, url } = database;
  await runFile(url, migration);
  const everything = () => sql`
    SELECT (SELECT json_agg(json_build_object('xmin', xmin, 'ctid', ctid) ORDER BY id) FROM presets) AS presets,
           (SELECT json_agg(json_build_object('oid', oid, 'acl', proacl, 'source', prosrc) ORDER BY oid)
              FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS functions,
           (SELECT json_agg(pg_get_triggerdef(oid)) FROM pg_trigger) AS triggers`;
  const before = await everything();

  await runFile(url, migration);

  expect(await everything()).toEqual(before);
});

it('writes only the rows whose count is wrong', async () => {
  const { sql, url } = database;
  await insertPresets(sql, ['unused', 'unused and NULL']);
  await sql`UPDATE presets SET usage_count = 3 WHERE name = 'second'`;
  await sql`UPDATE presets SET usage_count = NULL WHERE name = 'unused and NULL'`;
  const versions = () => sql<{ name: string; xmin: string }[]>`SELECT name, xmin FROM presets ORDER BY name`;
  const before = await versions();

  await runFile(url, migration);

  const after = await versions();
  const written = after.filter((row, index) => row.xmin !== before[index]!.xmin);
  expect(written.map(row => row.name)).toEqual(['first']);
});

it('refuses tables that lack a column, and leaves the old trigger in place', async () => {
  const { sql, url } = database;
  await sql.unsafe(counter(addOne) + rowTrigger('AFTER')).simple();
  await sql`ALTER TABLE preset_usage DROP COLUMN created_at`;

  await expect(runFile(url, migration)).rejects.toThrow('column "created_at" does not exist');

  await insertRecords(sql, presets[0]!, 1);
  expect(await countOf(sql, presets[0]!)).toBe(1);
});
