import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { countOf, createUnmigrated, migration, mismatches, runFile, use } from './files.ts';

let database: TestDatabase;
let presets: string[];

beforeEach(async () => {
  database = await createUnmigrated();
  presets = await insertPresets(database.sql, ['first', 'second', 'third']);
});

afterEach(() => database.drop());

const rowTrigger = `
  CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NULL; END $$;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage
    FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;

it.each([
  ['no trigger', ''],
  ['a row trigger', rowTrigger],
])('loses no use made while it replaces %s', async (_, before) => {
  const { sql, url } = database;
  await sql.unsafe(before).simple();
  for (const preset of presets) await insertRecords(sql, preset, 1_000);
  await sql`UPDATE presets SET usage_count = 7 WHERE name = 'first'`;
  let uses = 0;
  let done = false;
  const client = async (index: number) => {
    while (!done) {
      await use(sql, presets[index % presets.length]!);
      uses += 1;
    }
  };
  const clients = [0, 1, 2].map(client);

  for (let run = 0; run < 5; run += 1) await runFile(url, migration);
  done = true;
  await Promise.all(clients);

  expect(uses).toBeGreaterThan(0);
  expect(await mismatches(sql)).toEqual([]);
});

it('goes on beside a transaction that has read preset_usage', async () => {
  const { sql, url } = database;
  await sql.unsafe(rowTrigger).simple();
  // Before PostgreSQL 14 a trigger cannot be replaced, only dropped, and that stops readers.
  const [version] = await sql<{ num: number }[]>`SELECT current_setting('server_version_num')::int AS num`;
  const reads = sql.begin(async reader => {
    await reader`SELECT count(*) FROM preset_usage`;
    await runFile(url, migration);
    const [row] = await reader`SELECT count(*)::int AS records FROM preset_usage`;
    return row!.records;
  });
  await (version!.num < 140_000
    ? expect(reads).rejects.toThrow('lock timeout')
    : expect(reads).resolves.toBe(0));
});

it('can be run twice at the same time', async () => {
  const { sql, url } = database;
  await sql.unsafe(rowTrigger.replaceAll('trigger_auto_increment', 'other_trigger')).simple();
  await insertRecords(sql, presets[0]!, 3);
  await Promise.all([runFile(url, migration), runFile(url, migration)]);
  await use(sql, presets[0]!);
  expect(await mismatches(sql)).toEqual([]);
});

it('gives up, and changes nothing, where an insert stays uncommitted', async () => {
  const { sql, url } = database;
  await sql.begin(async writer => {
    await use(writer, presets[0]!);
    await expect(runFile(url, migration)).rejects.toThrow('lock timeout');
  });
  expect(await countOf(sql, presets[0]!)).toBe(0);
  const [row] =
    await sql`SELECT count(*)::int AS functions FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
  expect(row).toEqual({ functions: 0 });
});

it('gives up before a transaction that has changed a preset and then makes a use', async () => {
  const { sql, url } = database;
  await insertRecords(sql, presets[0]!, 1);
  let migrated: Promise<string> | undefined;
  await sql.begin(async writer => {
    await writer`UPDATE presets SET name = 'renamed' WHERE id = ${presets[0]!}`;
    let isSeen = false;
    const migrate = (): Promise<string> =>
      runFile(url, migration).then(
        () => 'migrated',
        // One that gave up before its locks were seen is run again.
        (error: Error) => (isSeen ? error.message : migrate()),
      );
    migrated = migrate();
    await waitFor(async () => {
      const [row] = await sql`
        SELECT count(*)::int AS locks FROM pg_locks
         WHERE relation = 'preset_usage'::regclass AND mode = 'ShareRowExclusiveLock' AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      isSeen = row!.locks === 1;
      return isSeen;
    }, 'the locks of the migration');
    await use(writer, presets[0]!);
  });
  expect(await migrated).toContain('lock timeout');
  const [preset] = await sql`SELECT name FROM presets WHERE id = ${presets[0]!}`;
  expect(preset).toEqual({ name: 'renamed' });
});
