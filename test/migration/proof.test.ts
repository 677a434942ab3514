import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { outcomeWords, type ProofEvent } from '../../source/migration/proof.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { fitQueries, readMigrationScript } from '../../source/trigger/migration/read-script.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { waitFor } from '../helpers/wait.ts';
import { createUnmigrated, migration, mismatches, runFile, use } from '../psql/files.ts';

let own: TestDatabase;
let database: Database;
let ids: string[];

// Two presets with three records each, counted right.
beforeEach(async () => {
  own = await createUnmigrated();
  database = connectTo(own.url);
  ids = await insertPresets(own.sql, ['first', 'second']);
  for (const id of ids) await insertRecords(own.sql, id, 3);
  await own.sql`UPDATE presets SET usage_count = 3`;
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const arrange = (statements: string) => own.sql.unsafe(statements).simple();
const plan = (over: { dryRun?: boolean; readOnly?: boolean; confirm?: string } = {}) =>
  planMigration(database, { schema: 'public', readOnly: false, ...over });
async function played(): Promise<Partial<Record<ProofEvent, string>>> {
  const { proof } = await plan();
  return Object.fromEntries(
    proof!.events
      .filter(({ before, after }) => before.result !== 'not-played' || after.result !== 'not-played')
      .map(({ event, before, after }) => [event, `${outcomeWords(before)} -> ${outcomeWords(after)}`]),
  );
}
async function migrated(): Promise<void> {
  const planned = await plan();
  await runMigration(database, planned, { timeout: 30, lockTimeout: 2 }, async () => {});
}

const ours = 'trigger_auto_increment_preset_usage_count';
const counter = (body: string) => `
  CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN ${body} RETURN NULL; END $$;`;
const addOne = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;';
const follows = `IF TG_OP IN ('INSERT', 'UPDATE') THEN ${addOne} END IF;
  IF TG_OP IN ('DELETE', 'UPDATE') THEN UPDATE presets SET usage_count = usage_count - 1 WHERE id = OLD.preset_id; END IF;`;
const fires = (events: string, name = ours, table = 'preset_usage') =>
  `CREATE TRIGGER ${name} AFTER ${events} ON ${table} FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;
const partitioned = `CREATE TABLE parted (LIKE preset_usage INCLUDING DEFAULTS, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
  CREATE TABLE part PARTITION OF parted DEFAULT;
  INSERT INTO parted SELECT * FROM preset_usage;
  DROP TABLE preset_usage;
  ALTER TABLE parted RENAME TO preset_usage;`;

test('a plan shows each event today and afterwards', async () => {
  await arrange(counter(addOne) + fires('INSERT'));
  const { proof } = await plan();
  expect(proof).toMatchObject({ proved: true, reason: null });
  expect(await played()).toEqual({
    insert: 'right -> right',
    rows: 'right -> right',
    call: 'not played (there is no such function) -> right',
    'upsert-nothing': 'right -> right',
    'upsert-update': 'right -> right',
    delete: '-1 record but count 0 -> -1 record but count 0',
    move: '-1 record but count 0, +1 record but count 0 -> -1 record but count 0, +1 record but count 0',
  });
});

test('what is wrong today and right afterwards is shown too', async () => {
  await arrange(
    `${counter(addOne.replace('+ 1', '+ 2'))}
     CREATE TRIGGER ${ours} BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`.replace(
      'RETURN NULL',
      'RETURN NEW',
    ),
  );
  expect(await played()).toMatchObject({
    insert: '+1 record but count +2 -> right',
    'upsert-nothing': '0 records but count +2 -> right',
  });
});

describe('a trigger that also handles other events', () => {
  quickCases('one trigger', 'no trigger for inserts').each([
    ['one trigger', fires('INSERT OR DELETE OR UPDATE OF preset_id')],
    ['a second trigger', fires('INSERT') + fires('DELETE OR UPDATE', 'subtracts')],
    ['under another name', fires('INSERT OR DELETE OR UPDATE', 'counts')],
    ['no trigger for inserts', fires('DELETE OR UPDATE', 'subtracts')],
    ['disabled', `${fires('INSERT OR DELETE OR UPDATE')} ALTER TABLE preset_usage DISABLE TRIGGER ${ours};`],
  ])('%s: it stays, by migrate and by the script', async (_, triggers) => {
    await arrange(counter(follows) + triggers);
    expect(await played()).toMatchObject({
      insert: expect.stringMatching(/-> right$/),
      delete: expect.stringMatching(/-> right$/),
      move: expect.stringMatching(/-> right$/),
    });
    await migrated();
    const [first = '', second = ''] = ids;
    const change = async () => {
      for (const id of [first, first, second]) await use(own.sql, id);
      await own.sql`DELETE FROM preset_usage WHERE id = (SELECT id FROM preset_usage WHERE preset_id = ${first} LIMIT 1)`;
      await own.sql`UPDATE preset_usage SET preset_id = ${second} WHERE id = (SELECT id FROM preset_usage WHERE preset_id = ${first} LIMIT 1)`;
    };
    await change();
    expect(await mismatches(own.sql)).toEqual([]);
    expect((await plan()).differs).toEqual([]);
    await runFile(own.url, migration);
    await change();
    expect(await mismatches(own.sql)).toEqual([]);
  });

  test('truncate is played where a trigger handles it', async () => {
    await arrange(`${counter(`IF TG_OP = 'TRUNCATE' THEN UPDATE presets SET usage_count = 0; ELSE ${follows} END IF;`)}
      ${fires('INSERT OR DELETE')}
      CREATE TRIGGER empties AFTER TRUNCATE ON preset_usage EXECUTE FUNCTION auto_increment_preset_usage_count();`);
    expect(await played()).toMatchObject({ truncate: 'right -> right', delete: 'right -> right' });
  });

  test.each([
    ['nothing', ''],
    ['the words in a comment', '-- TG_OP and OLD are not looked at\n'],
    ['the words in a comment of lines', '/* TG_OP,\n * OLD **/ '],
    ['the words in a string', "RAISE DEBUG 'TG_OP isn''t OLD'; "],
  ])('one that does not tell events apart is replaced: %s', async (_, aside) => {
    await arrange(counter(aside + addOne) + fires('INSERT OR UPDATE'));
    const { counter: decides } = fitQueries(await readMigrationScript());
    const [words] = await own.sql`SELECT kept FROM (${own.sql.unsafe(decides)}) fit`;
    expect(words).toEqual({ kept: null });
    expect(await played()).toMatchObject({
      move: '-1 record but count 0 -> -1 record but count 0, +1 record but count 0',
      insert: 'right -> right',
    });
    await migrated();
    expect((await plan()).differs).toEqual([]);
  });
});

describe('partitions', () => {
  test(
    'a row trigger stays one, so that an insert straight into a partition counts',
    needsFullScale(),
    async () => {
      await arrange(partitioned + counter(addOne) + fires('INSERT'));
      expect(await played()).toMatchObject({ partition: 'right -> right', insert: 'right -> right' });
      await migrated();
      await own.sql`INSERT INTO part (preset_id, usage_type) VALUES (${ids[0]!}, 'x')`;
      await use(own.sql, ids[1]!);
      expect(await mismatches(own.sql)).toEqual([]);
      expect(await plan()).toMatchObject({ differs: [], proof: null });
      await runFile(own.url, migration);
      await own.sql`INSERT INTO part (preset_id, usage_type) VALUES (${ids[0]!}, 'x')`;
      expect(await mismatches(own.sql)).toEqual([]);
    },
  );

  test('triggers of each partition are replaced by one of the whole', needsFullScale(), async () => {
    await arrange(partitioned + counter(addOne) + fires('INSERT', ours, 'part'));
    expect(await played()).toMatchObject({ partition: 'right -> right', insert: 'right -> right' });
    await migrated();
    await own.sql`INSERT INTO part (preset_id, usage_type) VALUES (${ids[0]!}, 'x')`;
    expect(await mismatches(own.sql)).toEqual([]);
  });

  test('the trigger of a table that inherits stays', needsFullScale(), async () => {
    await arrange(
      `CREATE TABLE old_usage () INHERITS (preset_usage);${counter(addOne)}${fires('INSERT')}${fires('INSERT', 'counts_old', 'old_usage')}`,
    );
    expect(await played()).toMatchObject({ partition: 'right -> right', insert: 'right -> right' });
    await migrated();
    await own.sql`INSERT INTO old_usage (preset_id, usage_type) VALUES (${ids[0]!}, 'x')`;
    expect(await mismatches(own.sql)).toEqual([]);
  });
});

describe('what would be worse is refused', () => {
  test.each([
    [
      'another trigger counts',
      `${counter(addOne).replace('auto_increment_preset_usage_count', 'bump')}
       ${fires('INSERT', 'bumps').replace('auto_increment_preset_usage_count', 'bump')}`,
      'inserting a record',
    ],
    [
      'the function that the application calls counts by itself and stays',
      `CREATE FUNCTION track_preset_usage(preset uuid) RETURNS void LANGUAGE sql AS $$
         INSERT INTO preset_usage (preset_id, usage_type) VALUES (preset, 'x');
         UPDATE presets SET usage_count = usage_count + 1 WHERE id = preset; $$`,
      'calling track_preset_usage()',
    ],
    [
      'a rule counts',
      `CREATE RULE counts AS ON INSERT TO preset_usage DO ALSO UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id`,
      'inserting a record',
    ],
  ])('%s', async (_, statements, named) => {
    await arrange(statements);
    await expect(plan()).rejects.toMatchObject({
      code: 'would-break',
      exitCode: 4,
      message: expect.stringContaining(named),
    });
  });
});

describe('what cannot be played is said, and not claimed', () => {
  const base = counter(addOne) + fires('INSERT');
  const why = async (over: Parameters<typeof plan>[0] = {}) => {
    const { proof } = await plan(over);
    expect(proof!.proved).toBe(false);
    return proof!.reason;
  };

  test('what no rollback can undo is only run by a dry run that is confirmed', async () => {
    await arrange(`${base} CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_logical_emit_message(false, 'deleted', ''); RETURN NULL; END $$;
      CREATE TRIGGER tells AFTER DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION tell();`);
    const { fingerprint, proof } = await plan({ dryRun: true });
    expect(proof).toMatchObject({ proved: false, events: [] });
    expect(proof!.reason).toContain(
      'it runs what no rollback can undo: public.tell() (pg_logical_emit_message',
    );
    expect(proof!.reason).toContain(`--dry-run --confirm ${fingerprint}`);
    expect((await plan({ confirm: fingerprint })).proof).toMatchObject({ proved: false, events: [] });
    expect((await plan({ dryRun: true, confirm: 'another' })).proof).toMatchObject({ events: [] });
    expect((await plan({ dryRun: true, confirm: fingerprint })).proof).toMatchObject({ proved: true });
  });

  test('nothing is played under --read-only', async () => {
    await arrange(base);
    expect(await why({ dryRun: true, readOnly: true })).toBe('--read-only is set');
  });

  test('there are no presets', async () => {
    await arrange(`${base} DELETE FROM presets`);
    expect(await why()).toBe('there are no presets to play with');
  });

  test('there is one preset: no move', async () => {
    await arrange(`${base} DELETE FROM presets WHERE name = 'second'`);
    expect(await played()).toMatchObject({ insert: 'right -> right' });
    expect(await played()).not.toHaveProperty('move');
  });

  test('a column has no value that fits', async () => {
    await arrange(
      `${base} TRUNCATE preset_usage; ALTER TABLE preset_usage ADD team uuid NOT NULL REFERENCES users (id)`,
    );
    expect(await why()).toBe('inserting a record is not counted right afterwards: fails with 23503');
  });

  test('others hold every preset', async () => {
    await arrange(base);
    await own.sql.begin(async other => {
      await other`SELECT FROM presets FOR UPDATE`;
      expect(await why()).toBe('other sessions hold a lock that it needs; try again');
    });
  });

  test('another session uses the table', async () => {
    await arrange(base);
    await own.sql.begin(async other => {
      await other`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${ids[0]!}, 'x')`;
      expect(await why()).toBe('other sessions hold a lock that it needs; try again');
    });
  });

  test('the server refuses a statement of the migration', async () => {
    await arrange(`${base} CREATE FUNCTION track_preset_usage(uuid, text, jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE VIEW depends AS SELECT track_preset_usage(id, 'x', '{}') FROM presets`);
    expect(await why()).toMatch(/^the server refuses it: /);
  });
});

test('a proof leaves nothing behind: no row, no lock, no definition, no notification', async () => {
  await arrange(counter(follows) + fires('INSERT OR DELETE'));
  const everything = () => own.sql`
    SELECT (SELECT json_agg(json_build_object('row', p, 'xmin', p.xmin::text) ORDER BY p.id) FROM presets p) AS presets,
           (SELECT json_agg(json_build_object('row', r, 'xmin', r.xmin::text) ORDER BY r.id) FROM preset_usage r) AS records,
           (SELECT json_agg(json_build_object('d', pg_get_triggerdef(oid), 'xmin', xmin::text)) FROM pg_trigger) AS triggers,
           (SELECT json_agg(json_build_object('name', proname, 'xmin', xmin::text) ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS functions`;
  const heard: string[] = [];
  const { unlisten } = await own.sql.listen('pgrst', payload => heard.push(payload));
  const before = await everything();
  expect((await plan()).proof).toMatchObject({ proved: true });
  expect(await everything()).toEqual(before);
  // Tables of other tests have the same number, and autovacuum locks them too.
  expect(
    await own.sql`SELECT FROM pg_locks JOIN pg_stat_activity a USING (pid)
      WHERE relation = 'preset_usage'::regclass AND mode LIKE '%Exclusive%'
        AND a.datname = current_database() AND a.backend_type = 'client backend'`,
  ).toEqual([]);
  await own.sql`SELECT pg_notify('pgrst', 'last')`;
  await waitFor(async () => {
    await own.sql`SELECT 1`;
    return heard.length > 0;
  }, 'the last notification');
  expect(heard).toEqual(['last']);
  await unlisten();
});
