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
  row: { table: 'lists', count: 'done_count' },
  record: {
    table: 'tasks',
    reference: ['list_id'],
    where: { kind: 'compare', column: 'status', operator: '=', value: 'done' },
  },
});
const schema = (on: string, before: string, body: string) => `
  DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE lists (id integer PRIMARY KEY, done_count integer NOT NULL DEFAULT 0);
  CREATE TABLE tasks (id integer PRIMARY KEY, list_id integer NOT NULL REFERENCES lists, status text, finished_at timestamptz);
  CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status = 'done' THEN UPDATE lists SET done_count = done_count - 1 WHERE id = OLD.list_id; END IF;
    IF TG_OP <> 'DELETE' AND NEW.status = 'done' THEN UPDATE lists SET done_count = done_count + 1 WHERE id = NEW.list_id; END IF;
    RETURN NULL; END $$;
  CREATE TRIGGER keep AFTER INSERT OR DELETE OR UPDATE ${on} ON tasks FOR EACH ROW EXECUTE FUNCTION keep();
  CREATE FUNCTION finish() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
  CREATE TRIGGER finish BEFORE ${before} ON tasks FOR EACH ROW EXECUTE FUNCTION finish();
  INSERT INTO lists VALUES (1); INSERT INTO tasks VALUES (1, 1, 'open');`;
const sets = "IF NEW.finished_at IS NOT NULL THEN NEW.status := 'done'; END IF;";
const only = 'OF status, list_id';

test.each([
  ['is warned of', only, 'UPDATE', sets, true],
  ['with a plain equals sign too', only, 'UPDATE', sets.replace(':=', '='), true],
  ['also where that fires for another column', only, 'UPDATE OF finished_at', sets, true],
  ['not where the count is kept at every update', '', 'UPDATE', sets, false],
  ['not where that fires for the same column', only, 'UPDATE OF status', sets, false],
  ['not where that fires at inserts', only, 'INSERT', sets, false],
  [
    'not where it is only compared',
    only,
    'UPDATE',
    "IF NEW.status = 'done' THEN NEW.finished_at := now(); END IF;",
    false,
  ],
  ['not where a comment does it', only, 'UPDATE', "-- NEW.status := 'done';\n", false],
])('a column that is set before an update %s', async (_, on, before, body, isWarned) => {
  await own.sql.unsafe(schema(on, before, body)).simple();
  await own.sql`UPDATE tasks SET finished_at = now()`;
  const [{ wrong }] = (await own.sql`
    SELECT done_count <> (SELECT count(*) FROM tasks WHERE status = 'done') AS wrong FROM lists`) as unknown as [
    { wrong: boolean },
  ];
  expect(wrong).toBe(isWarned);
  const database = connectTo(own.url);
  const { health } = await readCounterHealth(database, definition);
  await database.close();
  const found = health.findings.filter(({ code }) => code === 'column-set-unnamed');
  expect(found.map(({ triggers }) => triggers)).toEqual(isWarned ? [['keep']] : []);
});
