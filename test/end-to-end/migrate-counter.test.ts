import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;
let state: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'migrate-counter-'));
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer REFERENCES posts);
      INSERT INTO posts VALUES (1), (2)`)
    .simple();
});
afterAll(async () => {
  await own.drop();
  await rm(state, { recursive: true });
});

const migrate = (...args: string[]) =>
  run(['migrate', '--counter', 'posts.comments_count', ...args], {
    DATABASE_URL: own.url,
    XDG_STATE_HOME: state,
  });

test('the SQL is shown, confirmed with its fingerprint, run once and then there', async () => {
  const dry = await migrate('--dry-run');
  expect(dry.code).toBe(0);
  expect(dry.out).toContain(
    'CREATE TRIGGER "keep_posts_comments_count_insert" AFTER INSERT ON public.comments',
  );
  expect(dry.out).toContain('-- Proved in a transaction that was rolled back:');
  const refused = await migrate();
  expect(refused.code).toBe(4);
  const [, fingerprint = ''] = /--confirm (\w+)/.exec(refused.err) ?? [];
  const done = await migrate('--confirm', fingerprint, '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.out)).toMatchObject({
    version: 2,
    counter: { id: 'public.posts.comments_count' },
    drops: [],
    proof: { proved: true },
    applied: true,
    left: [],
  });
  await own.sql`INSERT INTO comments (post_id) VALUES (1), (1), (2)`;
  expect(await own.sql`SELECT comments_count FROM posts ORDER BY id`).toEqual([
    { comments_count: 2 },
    { comments_count: 1 },
  ]);
  const again = await migrate();
  expect(again.code).toBe(0);
  expect(again.out).toContain('Nothing to do: keep_posts_comments_count_delete');
});
