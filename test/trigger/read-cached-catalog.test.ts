import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database, Reader } from '../../source/connection/transactions.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { CatalogMemory, catalogsOf } from '../../source/trigger/read-cached-catalog.ts';
import { readCatalogRows, readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';

let own: TestDatabase;
let database: Database;
const memory = new CatalogMemory();

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  await own.sql`CREATE TABLE generations (preset_id uuid)`;
  await own.sql`CREATE FUNCTION bump() RETURNS void LANGUAGE sql AS 'SELECT 1'`;
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const read = () =>
  database.read(async reader => readTriggerCatalog(reader, await readTables(reader, 'public'), memory));

test('uses, VACUUM and ANALYZE do not change the state of a catalog', async () => {
  const before = await read();
  const [preset = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, preset, 3);
  await own.sql`VACUUM ANALYZE presets, preset_usage`;
  expect(await read()).toBe(before);
});

test.each([
  'ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count',
  'ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count',
  `CREATE OR REPLACE FUNCTION bump() RETURNS void LANGUAGE sql AS 'UPDATE presets SET usage_count = 0'`,
  'REVOKE EXECUTE ON FUNCTION bump() FROM PUBLIC',
  'ALTER FUNCTION bump() SECURITY DEFINER',
  `CREATE RULE also AS ON INSERT TO generations DO ALSO UPDATE presets SET usage_count = usage_count + 1`,
  'DROP RULE also ON generations',
  'CREATE VIEW shown AS SELECT * FROM presets',
  'GRANT UPDATE ON presets TO PUBLIC',
  'GRANT UPDATE (usage_count) ON presets TO PUBLIC',
  'ALTER TABLE preset_usage ADD extra integer NOT NULL DEFAULT 0',
  'ALTER TABLE preset_usage ALTER extra DROP DEFAULT',
  'CREATE UNIQUE INDEX once ON preset_usage (preset_id, id)',
  'DROP INDEX once',
  'ALTER TABLE generations ADD CONSTRAINT gone FOREIGN KEY (preset_id) REFERENCES presets ON DELETE CASCADE',
])('%s is noticed by the next read', async statement => {
  const before = await read();
  await own.sql.unsafe(statement);
  const after = await read();
  expect(after).not.toBe(before);
  expect(await read()).toBe(after);
});

test('a second reader waits for the parser of the first instead of reading again', async () => {
  const shared = catalogsOf(database);
  const statements: string[] = [];
  const rows = () =>
    database.read(async reader => {
      const tables = await readTables(reader, 'public');
      const heard: Reader = {
        rows: (text, ...rest) => {
          statements.push(text);
          return reader.rows(text, ...rest);
        },
      };
      return readCatalogRows(heard, tables, shared);
    });
  const parse = await rows();
  statements.length = 0;
  const again = await rows();
  expect(statements).toHaveLength(1);
  expect(await again()).toBe(await parse());
});

test('another counter of the same tables has a catalog of its own', async () => {
  const readBy = (label: string) =>
    database.read(async reader => {
      const tables = await readTables(reader, 'public');
      return readTriggerCatalog(
        reader,
        { ...tables, presets: { ...tables.presets, countName: label } },
        memory,
      );
    });
  expect((await readBy('another_count')).countName).toBe('another_count');
  expect((await readBy('usage_count')).countName).toBe('usage_count');
});
