import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;
let directory: string;

// A counter with a condition, kept by a trigger, a second one of the same records, and one of which only a name speaks.
beforeAll(async () => {
  own = await createDatabase('template1');
  directory = stateDirectory();
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer NOT NULL DEFAULT 0, votes_count integer DEFAULT 0);
      CREATE TABLE authors (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer REFERENCES posts, author_id integer REFERENCES authors, deleted_at timestamptz);
      CREATE TABLE votes (post_id integer REFERENCES posts);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN
          UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;
          UPDATE authors SET comments_count = comments_count - 1 WHERE id = OLD.author_id;
        END IF;
        IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
          UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;
          UPDATE authors SET comments_count = comments_count + 1 WHERE id = NEW.author_id;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT OR UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      INSERT INTO posts VALUES (1, 'First'), (2, 'Second');
      INSERT INTO authors VALUES (7);
      INSERT INTO comments (post_id, author_id, deleted_at) VALUES (1, 7, NULL), (1, 7, NULL), (1, 7, now()), (2, 7, NULL);
      INSERT INTO votes VALUES (1);
      UPDATE posts SET comments_count = 9 WHERE id = 1`)
    .simple();
});
afterAll(async () => {
  await own.drop();
  rmSync(directory, { recursive: true });
});

const usage = async (...args: string[]) => {
  const { code, out, err } = await run([...args, '--json'], {
    DATABASE_URL: own.url,
    XDG_STATE_HOME: directory,
  });
  return { code, err, json: JSON.parse(out) };
};
const comments = ['--counter', 'public.posts.comments_count'];
const counts = async () => {
  const posts = await own.sql`SELECT comments_count AS n FROM posts ORDER BY id`;
  const authors = await own.sql`SELECT comments_count AS n FROM authors`;
  return [...posts, ...authors].map(({ n }) => n);
};

test('a sync of a counter that is named, and its undo, which finds the counter by the receipt', async () => {
  const { code, json } = await usage('sync', ...comments, '--dry-run');
  expect({ code, json }).toMatchObject({
    code: 0,
    json: {
      version: 2,
      counter: {
        id: 'public.posts.comments_count',
        records: { where: expect.stringContaining('deleted_at') },
      },
      plan: {
        rows: 1,
        changes: [{ id: '1', name: 'First', before: 9, after: 2 }],
        phrase: `sync ${own.name} public.posts.comments_count 1`,
      },
    },
  });
  expect(json.plan).not.toHaveProperty('presets');
  const done = await usage('sync', ...comments, '--confirm', json.plan.fingerprint);
  expect(done).toMatchObject({ code: 0, json: { applied: true, outcome: { changed: 1, left: [] } } });
  expect(await counts()).toEqual([2, 1, 3]);
  const listed = await usage('receipts');
  expect(listed.json.receipts).toMatchObject([{ action: 'sync', counter: 'public.posts.comments_count' }]);
  const { receiptId } = done.json.outcome;
  const undo = await usage('undo', receiptId, '--dry-run');
  expect(undo.json).toMatchObject({ version: 2, plan: { rows: 1, changes: [{ after: 9 }] } });
  expect(await usage('undo', receiptId, '--confirm', undo.json.plan.fingerprint)).toMatchObject({ code: 0 });
  expect(await counts()).toEqual([9, 1, 3]);
  const other = await usage('undo', receiptId, '--counter', 'authors.comments_count', '--dry-run');
  expect(other).toMatchObject({ code: 4, json: { error: { code: 'other-counter' } } });
});

test('a reset with the history deletes what counts, other counts follow, and an undo puts all of it back', async () => {
  const before = await own.sql`SELECT * FROM comments ORDER BY id`;
  const { json } = await usage('reset', ...comments, '--delete-history', '--dry-run');
  expect(json.plan).toMatchObject({ rows: 2, recordsToDelete: 3, method: 'batches' });
  const done = await usage('reset', ...comments, '--delete-history', '--confirm', json.plan.fingerprint);
  expect(done).toMatchObject({ code: 0, json: { outcome: { changed: 2, deleted: 3, left: [] } } });
  expect(await counts()).toEqual([0, 0, 0]);
  expect((await own.sql`SELECT FROM comments`).length).toBe(1);
  const { receiptId } = done.json.outcome;
  const undo = await usage('undo', receiptId, '--dry-run');
  expect(await usage('undo', receiptId, '--confirm', undo.json.plan.fingerprint)).toMatchObject({ code: 0 });
  expect(await counts()).toEqual([9, 1, 3]);
  expect(await own.sql`SELECT * FROM comments ORDER BY id`).toEqual(before);
});

test('a history that another trigger counts only as it grows is not deleted', async () => {
  await own.sql
    .unsafe(`
      ALTER TABLE authors ADD ever integer NOT NULL DEFAULT 0;
      CREATE FUNCTION count_ever() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE authors SET ever = ever + 1 WHERE id = NEW.author_id; RETURN NULL; END';
      CREATE TRIGGER count_ever AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_ever()`)
    .simple();
  const { code, json } = await usage('reset', ...comments, '--delete-history', '--confirm', 'x');
  expect({ code, error: json.error }).toMatchObject({
    code: 4,
    error: { code: 'history-counted-elsewhere', message: expect.stringContaining('count_ever') },
  });
  const { json: seen } = await usage('reset', ...comments, '--delete-history', '--dry-run');
  expect(seen.plan.remarks).toContainEqual(
    expect.objectContaining({ code: 'history-counted-elsewhere', severity: 'error' }),
  );
  await own.sql`DROP TRIGGER count_ever ON comments`;
});

test('a guess is written to only if it is named, and a receipt of a counter that is gone is not undone', async () => {
  await own.sql`UPDATE posts SET votes_count = 5`;
  const votes = ['--counter', 'posts.votes_count'];
  const { json } = await usage('sync', ...votes, '--dry-run');
  expect(json).toMatchObject({ counter: { confidence: 'guess' }, plan: { rows: 2 } });
  // Nothing keeps it, which refuses nothing.
  expect(json.plan.remarks.map(({ severity }: { severity: string }) => severity)).not.toContain('error');
  const done = await usage('sync', ...votes, '--confirm', json.plan.fingerprint);
  expect(done.code).toBe(0);
  await own.sql`ALTER TABLE posts RENAME votes_count TO old`;
  expect(await usage('undo', done.json.outcome.receiptId, '--dry-run')).toMatchObject({
    code: 4,
    json: { error: { code: 'counter-unknown' } },
  });
});
