import { expect, test } from 'vitest';
import { readSql } from '../../source/sql/parser/parser-process.ts';
import { tell } from './tell.ts';

const created = async (text: string) => {
  const { creates, writes } = await readSql(text);
  // A created routine has not run.
  expect(writes).toEqual([]);
  return creates.map(({ offset: _, text: __, ...rest }) =>
    'reading' in rest ? { ...rest, reading: tell(rest.reading) } : rest,
  );
};

test('functions, procedures and blocks with what their bodies do', async () => {
  expect(
    await created(`CREATE OR REPLACE FUNCTION app.hit(p uuid, VARIADIC n integer[], OUT done boolean) LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = p; done := true; END $$;
    CREATE PROCEDURE clean() LANGUAGE sql AS 'DELETE FROM preset_usage WHERE kind = ''old''';
    DO $$ BEGIN TRUNCATE preset_usage; END $$;
    CREATE FUNCTION other() RETURNS void LANGUAGE plv8 AS 'x';`),
  ).toMatchObject([
    {
      kind: 'function',
      name: { schema: 'app', name: 'hit' },
      definer: true,
      arguments: ['uuid', 'int4[]'],
      reading: ['update presets usage_count adds 1'],
    },
    { kind: 'procedure', name: { name: 'clean' }, arguments: [], reading: ['delete preset_usage *'] },
    { kind: 'do', language: 'plpgsql', reading: ['truncate preset_usage *'] },
    { kind: 'function', language: 'plv8', reading: ['problem the language plv8 is not supported'] },
  ]);
});

test('triggers, rules, views, generated columns and jobs', async () => {
  expect(
    await created(`CREATE TRIGGER again BEFORE INSERT OR UPDATE OF usage_count, name ON public.presets
        FOR EACH ROW WHEN (NEW.usage_count > 1) EXECUTE FUNCTION app.hit();
      CREATE RULE hits AS ON INSERT TO hits DO INSTEAD (UPDATE presets SET usage_count = usage_count + 1; DELETE FROM a);
      CREATE VIEW popular AS SELECT * FROM presets;
      ALTER TABLE presets ADD twice integer GENERATED ALWAYS AS (usage_count * 2) STORED, DISABLE TRIGGER USER;
      SELECT cron.schedule('retention', '0 3 * * *', $$DELETE FROM preset_usage WHERE created_at < now() - interval '90 days'$$);
      SELECT cron.schedule('* * * * *', 'UPDATE presets SET usage_count = 0');`),
  ).toMatchObject([
    {
      kind: 'trigger',
      name: { name: 'again' },
      table: { schema: 'public', name: 'presets' },
      timing: 'BEFORE',
      events: ['INSERT', 'UPDATE'],
      level: 'row',
      updateOf: ['usage_count', 'name'],
      condition: true,
      function: { schema: 'app', name: 'hit' },
    },
    {
      kind: 'rule',
      table: { name: 'hits' },
      event: 'INSERT',
      instead: true,
      reading: ['update presets usage_count adds 1', 'delete a *'],
    },
    { kind: 'view', name: { name: 'popular' }, from: [{ schema: null, name: 'presets' }] },
    { kind: 'table', name: { name: 'presets' }, columns: ['twice'], adds: true },
    { kind: 'generated', table: { name: 'presets' }, name: { name: 'twice' }, reads: ['usage_count'] },
    { kind: 'switch', table: { name: 'presets' }, name: { name: 'user' }, enabled: 'disabled' },
    { kind: 'job', name: { name: 'retention' }, schedule: '0 3 * * *', reading: ['delete preset_usage *'] },
    { kind: 'job', name: { name: '' }, reading: ['update presets usage_count zero'] },
  ]);
});

test('tables with their columns in order, and tables made of a query', async () => {
  expect(
    await created(`CREATE TABLE a (id int PRIMARY KEY, n int, CHECK (n > 0));
      CREATE TABLE b AS SELECT id, n AS number, 0 AS zero FROM a;
      CREATE TABLE c (x, y) AS SELECT id, n FROM a;
      SELECT * INTO d FROM a;
      CREATE TABLE e AS SELECT * FROM a WITH NO DATA;
      CREATE MATERIALIZED VIEW f AS SELECT * FROM a;`),
  ).toMatchObject([
    { kind: 'table', name: { name: 'a' }, columns: ['id', 'n'], adds: false },
    {
      kind: 'filled',
      name: { name: 'b' },
      columns: [{ name: 'id' }, { name: 'number', how: 'sets' }, { name: 'zero', how: 'zero' }],
    },
    { kind: 'filled', name: { name: 'c' }, columns: [{ name: 'x' }, { name: 'y' }] },
    { kind: 'filled', name: { name: 'd' }, columns: null },
  ]);
});

test('drops, and switched triggers', async () => {
  expect(
    await created(`DROP FUNCTION IF EXISTS app.hit(uuid), bump; DROP TRIGGER again ON public.presets;
      DROP TABLE a; ALTER TABLE presets ENABLE ALWAYS TRIGGER "Again", ENABLE REPLICA TRIGGER b, DISABLE TRIGGER ALL;`),
  ).toMatchObject([
    { kind: 'drop', what: 'function', name: { schema: 'app', name: 'hit' }, table: null },
    { kind: 'drop', what: 'function', name: { schema: null, name: 'bump' } },
    { kind: 'drop', what: 'trigger', name: { name: 'again' }, table: { schema: 'public', name: 'presets' } },
    { kind: 'drop', what: 'table', name: { name: 'a' } },
    { kind: 'switch', name: { name: 'Again' }, enabled: 'always' },
    { kind: 'switch', name: { name: 'b' }, enabled: 'replica' },
    { kind: 'switch', name: { name: '*' }, enabled: 'disabled' },
  ]);
});
