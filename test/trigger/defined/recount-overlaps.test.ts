import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditCounter } from '../../../source/counter/audit/audit-counter.ts';
import { diagnose } from '../../../source/diagnosis/run.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { waitFor } from '../../helpers/wait.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createDatabase('template1');
});
afterAll(() => own.drop());

const recount =
  'UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id) WHERE p.id = v;';
const schema = (before: string) => `
  DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0);
  CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer NOT NULL REFERENCES posts);
  INSERT INTO posts VALUES (1), (2);
  CREATE FUNCTION lock_post(v integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM FROM posts WHERE id = v FOR NO KEY UPDATE; END $$;
  CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE v integer;
    BEGIN IF TG_OP = 'DELETE' THEN v := OLD.post_id; ELSE v := NEW.post_id; END IF; ${before} ${recount} RETURN NULL; END $$;
  CREATE TRIGGER keep AFTER INSERT OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION keep();`;
const definition = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'] },
});

/** Two comments on one post, of which the second is inserted before the first is committed. Returns the count. */
async function overlap(): Promise<number> {
  const [one, other] = [await own.sql.reserve(), await own.sql.reserve()];
  try {
    const [{ pid }] = (await other`SELECT pg_backend_pid() AS pid`) as unknown as [{ pid: number }];
    await one`BEGIN`;
    await one`INSERT INTO comments (post_id) VALUES (1)`;
    const second = other`INSERT INTO comments (post_id) VALUES (1)`.execute();
    await waitFor(async () => {
      const [waits] =
        await own.sql`SELECT wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE pid = ${pid}`;
      return waits?.waits === true;
    }, 'the second insert to wait for the first');
    await one`COMMIT`;
    await second;
    const [row] = await own.sql`SELECT comments_count AS count FROM posts WHERE id = 1`;
    return row?.count as number;
  } finally {
    one.release();
    other.release();
  }
}

async function warned(): Promise<boolean> {
  const database = connectTo(own.url);
  try {
    const { health } = await readCounterHealth(database, definition);
    expect(health.healthy).toBe(true);
    return health.findings.some(({ code }) => code === 'recount-overlaps');
  } finally {
    await database.close();
  }
}

test.each([
  ['nothing', '', 1],
  ['a lock that does not wait', 'PERFORM FROM posts WHERE id = v FOR NO KEY UPDATE SKIP LOCKED;', 1],
  ['a lock on some ways only', 'IF v = 2 THEN PERFORM lock_post(v); END IF;', 1],
  [
    'a lock of another row',
    `PERFORM FROM posts WHERE id = coalesce(NEW.id, OLD.id) + 1000 FOR NO KEY UPDATE;
     PERFORM FROM posts WHERE id = (random() * 1000000)::integer + 1000 FOR NO KEY UPDATE;`,
    1,
  ],
  ['a lock of the row', 'PERFORM FROM posts WHERE id = v FOR NO KEY UPDATE;', 2],
  ['a lock by a function', 'PERFORM lock_post(v);', 2],
  ['a lock on either way', 'IF v = 1 THEN PERFORM lock_post(v); ELSE PERFORM lock_post(v); END IF;', 2],
  ['an advisory lock', 'PERFORM pg_advisory_xact_lock(v);', 2],
  ['an advisory lock of the record alone', 'PERFORM pg_advisory_xact_lock(coalesce(NEW.id, OLD.id));', 1],
  [
    'an advisory lock that another record of the row does not take',
    'PERFORM pg_advisory_xact_lock(v, coalesce(NEW.id, OLD.id)), pg_advisory_xact_lock((random() * 1000000000)::bigint);',
    1,
  ],
  ['an advisory lock of a constant', 'PERFORM pg_advisory_xact_lock(42, hashtext(TG_TABLE_NAME));', 2],
  ['a lock of one row, whatever the record is', 'PERFORM FROM posts WHERE id = 2 FOR UPDATE;', 2],
  ['an update of the row', 'UPDATE posts SET comments_count = comments_count WHERE id = v;', 2],
])('a count that is made anew after %s', async (_, before, count) => {
  await own.sql.unsafe(schema(before)).simple();
  expect(await overlap()).toBe(count);
  expect(await warned()).toBe(count === 1);
});

test('the cause of a count that lost a record names it', async () => {
  await own.sql.unsafe(schema('')).simple();
  await overlap();
  const database = connectTo(own.url);
  const { signal } = new AbortController();
  const { tables, mismatches } = await auditCounter(database, definition, { signal, onProgress() {} });
  const causes = await diagnose(database, tables, mismatches, { signal });
  await database.close();
  expect([...causes.values()]).toMatchObject([{ code: 'unknown' }]);
  expect([...causes.values()][0]?.evidence.join(' ')).toContain('where two overlap, comments_count loses');
});
