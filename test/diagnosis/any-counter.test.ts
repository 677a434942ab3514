import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounter } from '../../source/counter/audit/audit-counter.ts';
import { findCounters } from '../../source/counters/run.ts';
import type { Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import { inWordsOf } from '../../source/diagnosis/in-words.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';

let own: TestDatabase;
let database: Database;

// Posts 1 to 20 have 10 comments and 10 upvotes each, over twenty days; every count is right at first.
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer DEFAULT 0, upvotes_count integer DEFAULT 0, read_at timestamptz);
      CREATE TABLE comments (post_id integer REFERENCES posts, deleted_at timestamptz, created_at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE upvotes (id serial PRIMARY KEY, post_id integer REFERENCES posts, created_at timestamptz NOT NULL DEFAULT now());
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.deleted_at IS NULL THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      CREATE FUNCTION count_upvote() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE posts SET upvotes_count = upvotes_count + 1 WHERE id = NEW.post_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_upvote AFTER INSERT ON upvotes FOR EACH ROW EXECUTE FUNCTION count_upvote();
      INSERT INTO posts SELECT n, 'Post ' || n FROM generate_series(1, 20) n;
      INSERT INTO comments SELECT p, NULL, now() - day * interval '1 day' - p * interval '1 hour' FROM generate_series(1, 20) p, generate_series(1, 10) day;
      INSERT INTO upvotes (post_id, created_at) SELECT p, now() - day * interval '1 day' - p * interval '1 hour' FROM generate_series(1, 20) p, generate_series(1, 10) day;`)
    .simple();
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

async function causesOf(id: string): Promise<Map<string, Diagnosis>> {
  const { counters } = await findCounters(database, 'public');
  const counter = counters.find(each => each.id === id)!;
  const signal = new AbortController().signal;
  const { tables, mismatches, totals, orphans } = await auditCounter(database, counter, {
    signal,
    onProgress() {},
  });
  return diagnose(database, tables, mismatches, { signal, allRecords: totals.records + (orphans ?? 0) });
}

const codes = (causes: Map<string, Diagnosis>) =>
  Object.fromEntries(Array.from(causes, ([id, { code, certainty }]) => [id, `${code} (${certainty})`]));

test('comments that are deleted softly and still counted', async () => {
  await own.sql`UPDATE comments SET deleted_at = now() WHERE post_id <= 4 AND created_at > now() - interval '3 days 12 hours'`;
  const causes = await causesOf('public.posts.comments_count');
  expect(codes(causes)).toEqual({
    1: 'records-excluded (likely)',
    2: 'records-excluded (likely)',
    3: 'records-excluded (likely)',
    4: 'records-excluded (likely)',
  });
  expect(causes.get('1')?.evidence[0]).toBe(
    'The count is 3 too high: as many of its 10 records do not meet its condition, deleted_at IS NULL.',
  );
});

test('a stretch in which the trigger was off', async () => {
  await own.sql`ALTER TABLE upvotes DISABLE TRIGGER USER`;
  // Each in a transaction of its own: all in one would be an import.
  for (let n = 0; n < 24; n += 1) {
    await own.sql`INSERT INTO upvotes (post_id, created_at) VALUES (${1 + (n % 6)}, now() - interval '6 hours' + ${n} * interval '3 minutes')`;
  }
  await own.sql`ALTER TABLE upvotes ENABLE TRIGGER USER`;
  const causes = await causesOf('public.posts.upvotes_count');
  expect(new Set(Object.values(codes(causes)))).toEqual(new Set(['trigger-gap (likely)']));
  expect(causes.size).toBe(6);
  const said = [...causes.values()].flatMap(({ evidence, next }) => [...evidence, ...next]).join(' ');
  expect(said).toContain('14 accurate posts examined');
  expect(said).toContain('whether upvotes are counted now');
  expect(said).not.toMatch(/\bpresets?\b(?!-)/);
});

test('a count that is NULL', async () => {
  await own.sql`UPDATE posts SET upvotes_count = NULL WHERE id = 20`;
  const causes = await causesOf('public.posts.upvotes_count');
  expect(causes.get('20')).toMatchObject({
    code: 'null-count',
    evidence: [expect.stringContaining('The count is NULL, but the post has 10 records.')],
  });
});

test('a count that an application keeps under a condition which is not known', async () => {
  await own.sql
    .unsafe(`
      CREATE TABLE notes (post_id integer REFERENCES posts, type integer);
      ALTER TABLE posts ADD COLUMN notes_count integer;
      INSERT INTO notes SELECT p, CASE WHEN p < 5 AND n = 1 THEN 1 ELSE 0 END FROM generate_series(1, 20) p, generate_series(1, 3) n;
      UPDATE posts SET notes_count = (SELECT count(*) FROM notes WHERE post_id = posts.id AND type = 0)`)
    .simple();
  const causes = await causesOf('public.posts.notes_count');
  expect(causes.size).toBe(4);
  expect(causes.get('1')?.against.join(' ')).toContain('Nothing but its name says what it counts');
  expect(causes.get('1')?.against.join(' ')).toContain('16 of 20 rows that were compared agree.');
});

test('what the retention of pg_partman took is gone, and it is named where it is configured', async () => {
  await own.sql
    .unsafe(`
      CREATE TABLE articles (id integer PRIMARY KEY, views_count integer DEFAULT 0, created_at timestamptz);
      CREATE TABLE views (article_id integer REFERENCES articles, created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
      CREATE TABLE views_old PARTITION OF views FOR VALUES FROM (MINVALUE) TO ('2026-03-01');
      CREATE TABLE views_new PARTITION OF views FOR VALUES FROM ('2026-03-01') TO (MAXVALUE);
      CREATE FUNCTION count_view() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE articles SET views_count = views_count + 1 WHERE id = NEW.article_id; RETURN NULL; END $$;
      CREATE TRIGGER count_view AFTER INSERT ON views FOR EACH ROW EXECUTE FUNCTION count_view();
      INSERT INTO articles SELECT n, 0, timestamptz '2026-02-10' + (n - 1) * interval '3 days' FROM generate_series(1, 14) n;
      INSERT INTO views SELECT id, at FROM articles, generate_series(created_at + interval '1 hour', timestamptz '2026-04-01', interval '7 hours') at;
      ALTER TABLE views DETACH PARTITION views_old;`)
    .simple();
  const told = async () =>
    [...(await causesOf('public.articles.views_count')).values()].map(({ code, evidence }) => ({
      code,
      retention: evidence.filter(each => each.includes('pg_partman')),
    }));
  const once = (retention: string[]) =>
    Array.from({ length: 7 }, () => ({ code: 'history-deleted', retention }));
  expect(await told()).toEqual(once([]));
  // As version 5 has it; another table is not this one.
  await own.sql
    .unsafe(`
      CREATE SCHEMA partman;
      CREATE TABLE partman.part_config (parent_table text PRIMARY KEY, control text NOT NULL, partition_interval text NOT NULL, partition_type text NOT NULL,
        premake integer NOT NULL DEFAULT 4, automatic_maintenance text NOT NULL DEFAULT 'on', template_table text, retention text, retention_schema text,
        retention_keep_index boolean NOT NULL DEFAULT true, retention_keep_table boolean NOT NULL DEFAULT true, undo_in_progress boolean NOT NULL DEFAULT false);
      INSERT INTO partman.part_config (parent_table, control, partition_interval, partition_type, retention) VALUES
        ('public.other', 'created_at', '1 mon', 'range', '1 day'), ('public.views', 'created_at', '1 mon', 'range', NULL);`)
    .simple();
  expect(await told()).toEqual(once([]));
  for (const [change, does] of [
    ["retention = '30 days'", 'detaches'],
    ['retention_keep_table = false', 'drops'],
    ["retention_schema = 'archive'", 'moves away'],
  ]) {
    await own.sql.unsafe(`UPDATE partman.part_config SET ${change} WHERE parent_table = 'public.views'`);
    const sentence = `By its configuration in partman.part_config, the maintenance of pg_partman ${does} partitions of public.views past the retention of 30 days. Their records go with them.`;
    expect(await told()).toEqual(once([sentence]));
  }
});

test('sentences take the words of a counter, and programs keep their names', async () => {
  const say = inWordsOf({
    nouns: { row: ['article', 'articles'], record: ['upvote', 'upvotes'] },
    row: { touched: 'seen_at' },
  });
  expect(
    say('No update of a preset was a use; last_used_at of presets is late. Run preset-usage scan.'),
  ).toBe('No update of an article was an upvote; seen_at of articles is late. Run preset-usage scan.');
});
