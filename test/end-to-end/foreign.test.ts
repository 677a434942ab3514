import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';
import { scaled } from '../helpers/scale.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createDatabase();
  const [noir = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, noir, 3);
  await own.sql`UPDATE presets SET usage_count = 5 WHERE id = ${noir}`;
  const { hostname, port, username, password } = new URL(own.url);
  await own.sql
    .unsafe(`
    CREATE EXTENSION postgres_fdw;
    CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${hostname}', port '${port}', dbname '${own.name}');
    CREATE USER MAPPING FOR CURRENT_USER SERVER here OPTIONS (user '${username}', password '${password}');
    CREATE SCHEMA far;
    IMPORT FOREIGN SCHEMA public LIMIT TO (presets, preset_usage) FROM SERVER here INTO far;
    CREATE SCHEMA mixed;
    CREATE TABLE mixed.presets (LIKE public.presets INCLUDING ALL);
    INSERT INTO mixed.presets SELECT * FROM public.presets;
    IMPORT FOREIGN SCHEMA public LIMIT TO (preset_usage) FROM SERVER here INTO mixed;
    CREATE SCHEMA half;
    CREATE TABLE half.presets (LIKE public.presets INCLUDING ALL);
    INSERT INTO half.presets SELECT * FROM public.presets;
    CREATE TABLE half.preset_usage (LIKE public.preset_usage) PARTITION BY HASH (id);
    CREATE FOREIGN TABLE half.part PARTITION OF half.preset_usage FOR VALUES WITH (MODULUS 1, REMAINDER 0) SERVER here OPTIONS (schema_name 'public', table_name 'preset_usage');
    CREATE SCHEMA heirs;
    CREATE TABLE heirs.presets (LIKE public.presets INCLUDING ALL);
    INSERT INTO heirs.presets SELECT * FROM public.presets;
    CREATE TABLE heirs.preset_usage (LIKE public.preset_usage);
    CREATE FOREIGN TABLE heirs.child () INHERITS (heirs.preset_usage) SERVER here OPTIONS (schema_name 'public', table_name 'preset_usage');
    CREATE SCHEMA spread;
    CREATE TABLE spread.presets (LIKE public.presets INCLUDING ALL);
    INSERT INTO spread.presets SELECT * FROM public.presets;
    CREATE TABLE spread.preset_usage (LIKE public.preset_usage);
    INSERT INTO spread.preset_usage SELECT * FROM public.preset_usage;
    CREATE SCHEMA bare;
    CREATE TABLE bare.presets (LIKE public.presets INCLUDING ALL) PARTITION BY HASH (id);
    CREATE TABLE bare.preset_usage (LIKE public.preset_usage) PARTITION BY HASH (id);
    CREATE SCHEMA shown;
    CREATE TABLE shown.presets (LIKE public.presets INCLUDING ALL);
    INSERT INTO shown.presets SELECT * FROM public.presets;
    CREATE VIEW shown.preset_usage AS SELECT * FROM mixed.preset_usage;
  `)
    .simple();
});
afterAll(() => own.drop());

const commands = ['check', 'trigger', 'reset', 'checklist', 'sync', 'simulate', 'migrate'];

describe('tables that no ANALYZE has seen, and that may lie elsewhere', () => {
  const counted = { complete: true, rows: 2, accurate: 1, mismatched: 1, records: 3 };
  const none = { complete: true, rows: 0, mismatched: 0, records: 0 };
  const refused = { error: { code: 'ambiguous-key' } };
  quickCases('whose partition lies elsewhere', 'whose presets lie elsewhere, with no index known').each([
    ['whose records lie elsewhere', 'mixed', counted],
    ['whose partition lies elsewhere', 'half', counted],
    ['whose records are a view of what lies elsewhere', 'shown', counted],
    ['without partitions', 'bare', none],
    ['whose presets lie elsewhere, with no index known', 'far', refused],
  ])('%s', async (_, schema, told) => {
    for (const command of commands.slice(0, scaled(2, commands.length))) {
      const flags = ['sync', 'reset', 'migrate'].includes(command) ? ['--dry-run'] : [];
      const { code, out } = await run([command, '--json', '--schema', schema, ...flags], {
        DATABASE_URL: own.url,
      });
      expect(code, `${command}: ${out}`).not.toBe(70);
      if (command === 'check') expect(JSON.parse(out)).toMatchObject(told);
    }
  });

  const expectElsewhere = async (
    schema: string,
    refusal: { code: string; message: string },
    name: string,
  ) => {
    const env = { DATABASE_URL: own.url };
    const checked = await run(['check', '--json', '--schema', schema], env);
    expect(JSON.parse(checked.out)).toMatchObject({ ...counted, elsewhere: [name] });
    for (const args of [
      ['sync', '--dry-run'],
      ['reset', '--delete-history', '--dry-run'],
      ['simulate'],
    ].slice(0, scaled(1, 3))) {
      const { code, out } = await run([...args, '--json', '--schema', schema], env);
      expect([code, JSON.parse(out).error], args.join(' ')).toEqual([4, expect.objectContaining(refusal)]);
    }
  };

  quickCases('a table under a view').each([
    ['the table itself', 'mixed', 'mixed.preset_usage'],
    ['a partition', 'half', 'half.part'],
    ['a table that inherits', 'heirs', 'heirs.child'],
    ['a table under a view', 'shown', 'mixed.preset_usage'],
  ])('%s that lies elsewhere is named, and nothing is written', async (_, schema, name) => {
    await expectElsewhere(schema, { code: 'foreign-table', message: `${name} is a foreign table.` }, name);
  });

  test('a check in words says that differences may be none', async () => {
    const { out } = await run(['check', '--schema', 'half'], { DATABASE_URL: own.url });
    expect(out).toContain(
      'Note: half.part is a foreign table. Rows of another server are read at another moment, so while anything writes a difference may be none.',
    );
  });

  test(
    'a table that Citus keeps on its workers is another server’s, though the catalog shows a plain table',
    needsFullScale(),
    async () => {
      // Only what its extension leaves in the catalog.
      await own.sql
        .unsafe(`
      SET allow_system_table_mods = on;
      CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass);
      INSERT INTO pg_dist_partition VALUES ('spread.preset_usage');
      INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) VALUES (16000, 'citus', 10, 11, false, '13');
      RESET allow_system_table_mods;
    `)
        .simple();
      const name = 'spread.preset_usage';
      await expectElsewhere(
        'spread',
        { code: 'distributed-table', message: `${name} is kept on the workers of Citus.` },
        name,
      );
    },
  );

  test('are not taken for small where their size is not known', async () => {
    const database = connectTo(own.url);
    const bytes = (schema: string) =>
      database.read(async reader => (await readTables(reader, schema)).records.bytes);
    try {
      expect([await bytes('mixed'), await bytes('half')]).toEqual([Infinity, Infinity]);
      expect(await bytes('public')).toBeLessThan(100_000);
    } finally {
      await database.close();
    }
  });
});
