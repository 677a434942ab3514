import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;
let empty: TestDatabase;
let directory: string;
const reader = `lister_${process.pid}`;

beforeAll(async () => {
  own = await createDatabase();
  empty = await createDatabase('template1');
  directory = mkdtempSync(join(tmpdir(), 'list-counters-'));
  const [noir] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, noir!, 3);
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer DEFAULT 0, likes integer DEFAULT 9, views integer DEFAULT 0);
      CREATE TABLE comments (post_id integer REFERENCES posts, deleted_at timestamptz);
      CREATE TABLE likes (post_id integer REFERENCES posts);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.deleted_at IS NULL THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      CREATE FUNCTION hit(post integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET views = views + 1 WHERE id = post $$;
      INSERT INTO posts VALUES (1, 'Hello'), (2, 'Spring');
      INSERT INTO comments VALUES (1, NULL), (1, NULL), (2, now()), (2, NULL);
      INSERT INTO likes VALUES (1);
      CREATE ROLE ${reader} LOGIN PASSWORD 'secret';
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader};
      ALTER TABLE comments ENABLE ROW LEVEL SECURITY;`)
    .simple();
});
afterAll(async () => {
  await own.sql.unsafe(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`).simple();
  await own.drop();
  await empty.drop();
  rmSync(directory, { recursive: true });
});

const list = (args: string[] = [], url = own.url) =>
  run(['counters', ...args], { DATABASE_URL: url }, undefined, { cwd: directory });

describe('counters', () => {
  test('lists every counter with its sums, as JSON', async () => {
    const { code, out, err } = await list(['--json']);
    expect(err).toBe('');
    const { version, database, counters, notCheckable } = JSON.parse(out);
    expect({ version, name: database.name }).toEqual({ version: 2, name: own.name });
    expect(counters.map((each: { id: string }) => each.id)).toEqual([
      'public.posts.comments_count',
      'public.posts.likes',
      'public.presets.usage_count',
    ]);
    expect(counters[0]).toMatchObject({
      table: 'public.posts',
      column: 'comments_count',
      key: ['id'],
      records: {
        table: 'public.comments',
        reference: ['post_id'],
        where: 'deleted_at IS NULL',
        amount: null,
      },
      via: null,
      onDelete: 'subtracts',
      source: {
        kind: 'trigger',
        evidence: [
          expect.stringContaining('count_comment()'),
          expect.stringContaining('Nothing subtracts deleted records'),
        ],
      },
      writers: [{ kind: 'trigger', name: 'count_comment on public.comments', events: ['insert'] }],
      confidence: 'certain',
      rows: 2,
      accurate: 2,
      mismatched: 0,
    });
    expect(counters[1]).toMatchObject({ confidence: 'guess', rows: 2, mismatched: 2 });
    expect(counters[2]).toMatchObject({
      source: { kind: 'built-in' },
      onDelete: 'keeps',
      writers: [expect.objectContaining({ kind: 'trigger', events: ['insert'] })],
      rows: 2,
      mismatched: 0,
    });
    expect(notCheckable).toEqual([
      {
        id: 'public.posts.views',
        table: 'public.posts',
        column: 'views',
        reason: 'public.hit(integer) adds to it, and nothing logs what it counts.',
      },
    ]);
    expect(code).toBe(0);
  });

  test('lists them in words', needsFullScale(), async () => {
    const { code, out } = await list();
    expect(out).toContain('3 counters: 1 with wrong counts.');
    expect(out).toMatch(
      /^public\.posts\.comments_count +comments by post_id where deleted_at IS NULL +2 +0 {2}trigger$/m,
    );
    expect(out).toMatch(/^public\.posts\.likes +likes by post_id +2 +2 {2}name, guess$/m);
    expect(out).toMatch(
      /public\.posts\.likes: Its name is no more than that of the records, .* 0 of 2 rows that were compared agree\./,
    );
    expect(out).toContain('public.posts.views: public.hit(integer) adds to it');
    expect(code).toBe(0);
  });

  test('ends with 1 where a count that is no guess is wrong', needsFullScale(), async () => {
    await own.sql`UPDATE posts SET comments_count = 9 WHERE id = 1`;
    const { code, out } = await list();
    await own.sql`UPDATE posts SET comments_count = 2 WHERE id = 1`;
    expect(out).toMatch(/^public\.posts\.comments_count .* 2 +1 {2}trigger$/m);
    expect(code).toBe(1);
  });

  test('has no sums of rows that are hidden, and says why', async () => {
    const url = own.urlAs(reader, 'secret');
    const { code, out } = await list(['--json'], url);
    const [first] = JSON.parse(out).counters;
    expect(first).toMatchObject({
      id: 'public.posts.comments_count',
      rows: null,
      accurate: null,
      mismatched: null,
    });
    expect(first.notCounted).toContain('Row-level security');
    expect((await list([], url)).out).toContain('Not counted:\n  public.posts.comments_count: ');
    expect(code).toBe(0);
  });

  test('finds none in a database without any', async () => {
    const { code, out } = await list([], empty.url);
    expect(out).toContain('No counter was found that can be checked.');
    expect(code).toBe(0);
  });

  test('writes what it found to counters.json, without guesses, and never over a file', async () => {
    const { code, out } = await list(['--write-config']);
    expect(out).toContain('Wrote 1 counter to counters.json.');
    expect(code).toBe(0);
    const written = JSON.parse(readFileSync(join(directory, 'counters.json'), 'utf8'));
    expect(written.counters.map((each: { counter: string }) => each.counter)).toEqual([
      'public.posts.comments_count',
    ]);
    const again = await list(['--write-config']);
    expect(again).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is a file counters.json already.'),
    });
    const read = JSON.parse((await list(['--json'])).out).counters;
    expect(read[0]).toMatchObject({
      source: { kind: 'config' },
      records: { where: 'deleted_at IS NULL' },
      mismatched: 0,
    });
    writeFileSync(join(directory, 'counters.json'), '{"counters": [{}]}');
    expect((await list()).code).toBe(2);
    rmSync(join(directory, 'counters.json'));
    expect(existsSync(join(directory, 'counters.json'))).toBe(false);
  });

  test('are checked by name and all together', needsFullScale(), async () => {
    const one = await run(
      ['check', '--counter', 'posts.comments_count'],
      { DATABASE_URL: own.url },
      undefined,
      { cwd: directory },
    );
    expect(one.out).toContain('public.posts.comments_count: 2 posts, all accurate. 3 comments, 0 orphans.');
    expect(one.code).toBe(0);
    const all = await run(['check', '--all', '--json'], { DATABASE_URL: own.url }, undefined, {
      cwd: directory,
    });
    const { counters, notCheckable } = JSON.parse(all.out);
    expect(counters.map((each: { counter: { id: string } }) => each.counter.id)).toEqual([
      'public.posts.comments_count',
      'public.presets.usage_count',
    ]);
    expect(notCheckable.map((each: { id: string }) => each.id)).toEqual([
      'public.posts.likes',
      'public.posts.views',
    ]);
  });
});
