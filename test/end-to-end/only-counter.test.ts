import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer DEFAULT 0, likes_count integer DEFAULT 0);
      CREATE TABLE comments (post_id integer REFERENCES posts);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      INSERT INTO posts VALUES (1), (2);
      INSERT INTO comments VALUES (1), (1);
      UPDATE posts SET comments_count = 5 WHERE id = 2;`)
    .simple();
});
afterAll(() => own.drop());

const check = (...args: string[]) => run(['check', ...args], { DATABASE_URL: own.url });

test('where there are no presets, the only counter is checked', async () => {
  const { code, out } = await check('--json');
  expect(JSON.parse(out)).toMatchObject({
    version: 2,
    counter: { id: 'public.posts.comments_count' },
    rows: 2,
    mismatches: [{ id: '2', count: 5, records: 0 }],
  });
  expect(code).toBe(1);
});

test('one of several counters must be named', async () => {
  await own.sql
    .unsafe(`
      CREATE TABLE likes (post_id integer REFERENCES posts);
      CREATE FUNCTION count_like() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE posts SET likes_count = likes_count + 1 WHERE id = NEW.post_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_like AFTER INSERT ON likes FOR EACH ROW EXECUTE FUNCTION count_like();`)
    .simple();
  const { code, out, err } = await check();
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toBe(
    'This database has 2 counters: public.posts.comments_count, public.posts.likes_count.\n' +
      'Name one with --counter. preset-usage counters lists them with their sums.\n',
  );
});
