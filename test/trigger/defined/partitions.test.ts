import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCounters } from '../../../source/counters/run.ts';
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

const onEach = 'AFTER INSERT OR DELETE OR UPDATE ON';
const low = `CREATE TRIGGER keep ${onEach} low FOR EACH ROW EXECUTE FUNCTION keep();`;
const high = `CREATE TRIGGER keep_high ${onEach} high FOR EACH ROW EXECUTE FUNCTION keep();`;
const parts = low.replace('ON low', 'ON middle');

test.each<[string, string, error: string | undefined, kept: boolean | null]>([
  ['each partition, under any name', `${low}${high}`, undefined, true],
  [
    'each partition, an event at a time',
    `${low}${high.replace('INSERT OR DELETE OR', 'INSERT OR')}${high.replace('INSERT OR DELETE OR UPDATE', 'DELETE').replace('_high', '_less')}`,
    undefined,
    true,
  ],
  ['a part that has partitions itself', `${parts}${high}`, undefined, true],
  [
    'one partition',
    low,
    'The trigger keep does not fire in public.high: what happens there is not counted.',
    true,
  ],
  [
    'a part, and disabled in one of its partitions',
    `${parts}${high}ALTER TABLE low DISABLE TRIGGER keep;`,
    'The trigger keep_high does not fire in public.low: what happens there is not counted.',
    true,
  ],
  [
    'each partition, disabled in all',
    `${low}${high}ALTER TABLE low DISABLE TRIGGER keep; ALTER TABLE high DISABLE TRIGGER keep_high;`,
    'The trigger keep_high does not fire in public.high, public.low: what happens there is not counted.',
    false,
  ],
  [
    'each partition, and another function on one',
    `${low}CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS $$ ${byRow} $$; ${high.replace('keep()', 'also()')}`,
    'It is not known whether keep_high keeps alerts_count: it fires in public.high, and another trigger does in another partition.',
    null,
  ],
  [
    'the table and on one partition',
    `${low.replace('ON low', 'ON alerts').replace('TRIGGER keep', 'TRIGGER all_of_it')}${low}`,
    'The count changes twice when a record is inserted: all_of_it and keep each change it.',
    false,
  ],
])('a trigger on %s is judged where it fires', async (_, triggers, error, kept) => {
  await own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE devices (id integer PRIMARY KEY, alerts_count integer NOT NULL DEFAULT 0);
      CREATE TABLE alerts (device_id integer NOT NULL REFERENCES devices, level text NOT NULL) ${partitioned};
      CREATE TABLE middle PARTITION OF alerts FOR VALUES IN ('low') ${partitioned};
      CREATE TABLE low PARTITION OF middle FOR VALUES IN ('low');
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ ${byRow} $$;
      CREATE TABLE high (level text NOT NULL, device_id integer NOT NULL);
      ALTER TABLE alerts ATTACH PARTITION high FOR VALUES IN ('high');
      ${triggers}
      INSERT INTO devices VALUES (1); INSERT INTO alerts VALUES (1, 'low'), (1, 'high');`)
    .simple();
  const [{ wrong }] = (await own.sql`
    SELECT alerts_count <> (SELECT count(*) FROM alerts) AS wrong FROM devices`) as unknown as [
    { wrong: boolean },
  ];
  const database = connectTo(own.url);
  const { health } = await readCounterHealth(database, definition);
  const [found] = (await findCounters(database, 'public')).counters;
  await database.close();
  const told = health.findings.find(({ severity }) => severity === 'error');
  expect(told?.message).toBe(error);
  expect(wrong).toBe(error !== undefined && kept !== null);
  expect(health.events.find(({ event }) => event === 'insert')?.handled).toBe(kept);
  expect(health.others).toEqual([]);
  // Where some partitions count and others do not, those may not be meant.
  const isPart = error?.startsWith('The trigger') && !error.includes(',');
  expect(found).toMatchObject({
    confidence: isPart ? 'likely' : 'certain',
    source: { kind: 'trigger' },
  });
  const isOff = triggers.includes('DISABLE TRIGGER keep_high');
  expect(health.triggers.every(({ enabled }) => enabled === (isOff ? 'disabled' : 'origin'))).toBe(true);
  expect(found?.writers.map(({ name }) => name.replace(/^\w+ on (?:partitions of )?/, ''))).toEqual(
    isOff ? [] : expect.arrayContaining(['public.alerts']),
  );
});

test('a partition has its own name for its trigger', async () => {
  await own.sql
    .unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE devices (id integer PRIMARY KEY, alerts_count integer NOT NULL DEFAULT 0);
      CREATE TABLE alerts (device_id integer NOT NULL REFERENCES devices, level text NOT NULL) ${partitioned};
      CREATE TABLE low PARTITION OF alerts FOR VALUES IN ('low');
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_TABLE_NAME = 'alerts' THEN UPDATE devices SET alerts_count = alerts_count + 1 WHERE id = NEW.device_id; END IF; RETURN NULL; END $$;
      CREATE TRIGGER keep AFTER INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION keep();
      INSERT INTO devices VALUES (1); INSERT INTO alerts VALUES (1, 'low');`)
    .simple();
  expect(await own.sql`SELECT alerts_count FROM devices`).toEqual([{ alerts_count: 0 }]);
  const database = connectTo(own.url);
  const { health } = await readCounterHealth(database, definition);
  await database.close();
  expect(health.findings.find(({ code }) => code === 'depends-on')?.message).toBe(
    "In public.keep() it depends on TG_TABLE_NAME = 'alerts'.",
  );
});
