import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createDatabase('template1');
});
afterAll(() => own.drop());

const definition = defined({
  row: { table: 'devices', count: 'alerts_count' },
  record: { table: 'alerts', reference: ['device_id'] },
});
const byRow = `BEGIN
  IF TG_OP <> 'INSERT' THEN UPDATE devices SET alerts_count = alerts_count - 1 WHERE id = OLD.device_id; END IF;
  IF TG_OP <> 'DELETE' THEN UPDATE devices SET alerts_count = alerts_count + 1 WHERE id = NEW.device_id; END IF;
  RETURN NULL; END`;
const byStatement = `BEGIN
  UPDATE devices d SET alerts_count = alerts_count + n.of FROM (SELECT device_id, count(*) AS of FROM added GROUP BY 1) n WHERE d.id = n.device_id;
  RETURN NULL; END`;
const eachRow = 'AFTER INSERT OR DELETE OR UPDATE ON alerts FOR EACH ROW';
const eachStatement = 'AFTER INSERT ON alerts REFERENCING NEW TABLE AS added FOR EACH STATEMENT';
const partitioned = 'PARTITION BY LIST (level)';

test.each([
  ['is warned of', byStatement, eachStatement, partitioned, true],
  ['is counted by a trigger for each row', byRow, eachRow, partitioned, false],
  ['cannot be where there are no partitions', byStatement, eachStatement, '', false],
])('what is written straight into a partition %s', async (_, body, when, by, isWarned) => {
  await own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE devices (id integer PRIMARY KEY, alerts_count integer NOT NULL DEFAULT 0);
      CREATE TABLE alerts (device_id integer NOT NULL REFERENCES devices, level text NOT NULL) ${by};
      ${by === '' ? '' : "CREATE TABLE low PARTITION OF alerts FOR VALUES IN ('low');"}
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$;
      CREATE TRIGGER keep ${when} EXECUTE FUNCTION keep();
      INSERT INTO devices VALUES (1); INSERT INTO ${by === '' ? 'alerts' : 'low'} VALUES (1, 'low');`)
    .simple();
  const [{ wrong }] = (await own.sql`
    SELECT alerts_count <> (SELECT count(*) FROM alerts) AS wrong FROM devices`) as unknown as [
    { wrong: boolean },
  ];
  expect(wrong).toBe(isWarned);
  const database = connectTo(own.url);
  const { health } = await readCounterHealth(database, definition);
  await database.close();
  const found = health.findings.filter(({ code }) => code === 'partition-inserts-not-counted');
  expect(found.map(({ triggers }) => triggers)).toEqual(isWarned ? [['keep']] : []);
});

test.each([
  ['a trigger of the parent alone', byRow, '', 'trigger-not-inherited'],
  [
    'one of each',
    byRow,
    'CREATE TRIGGER keep AFTER INSERT ON old FOR EACH ROW EXECUTE FUNCTION keep();',
    undefined,
  ],
  [
    'ONLY in a recount',
    byRow.replaceAll(
      /alerts_count [+-] 1/g,
      '(SELECT count(*) FROM ONLY alerts a WHERE a.device_id = devices.id)',
    ),
    'CREATE TRIGGER keep AFTER INSERT ON old FOR EACH ROW EXECUTE FUNCTION keep();',
    'function-unread',
  ],
])('what is stored in a table that inherits is counted by %s, or told', async (_, body, more, expected) => {
  await own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE devices (id integer PRIMARY KEY, alerts_count integer NOT NULL DEFAULT 0);
      CREATE TABLE alerts (device_id integer NOT NULL REFERENCES devices, level text NOT NULL);
      CREATE TABLE old () INHERITS (alerts);
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$;
      CREATE TRIGGER keep ${eachRow} EXECUTE FUNCTION keep(); ${more}
      INSERT INTO devices VALUES (1); INSERT INTO old VALUES (1, 'low');`)
    .simple();
  const [{ wrong }] = (await own.sql`
    SELECT alerts_count <> (SELECT count(*) FROM alerts) AS wrong FROM devices`) as unknown as [
    { wrong: boolean },
  ];
  expect(wrong).toBe(expected !== undefined);
  const database = connectTo(own.url);
  const { health } = await readCounterHealth(database, definition);
  await database.close();
  expect(health.findings.find(({ severity }) => severity === 'error')?.code).toBe(expected);
});
