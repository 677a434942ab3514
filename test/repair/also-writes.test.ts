import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';

let own: TestDatabase;
let database: Database;
const options = { lastUsed: false, deleteHistory: true, suppressTriggers: false };
const then = '2020-01-01 00:00:00.123456+00';

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const threads = defined({
  row: { table: 'threads', count: 'reply_count' },
  record: { table: 'replies', reference: ['thread_id'] },
});
const views = defined({
  row: { table: 'videos', count: 'views' },
  via: { table: 'video_stats', row: ['video_id'] },
  record: { table: 'plays', reference: ['video_id'] },
});
const back = (also = '') => `CREATE FUNCTION uncount_reply() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE threads SET reply_count = reply_count - 1${also} WHERE id = OLD.thread_id; RETURN NULL; END $$;
  CREATE TRIGGER uncount_reply AFTER DELETE ON replies FOR EACH ROW EXECUTE FUNCTION uncount_reply();`;
const forward = (
  also: string,
  more = '',
) => `CREATE FUNCTION count_reply() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE threads SET reply_count = reply_count + 1${also} WHERE id = NEW.thread_id; ${more} RETURN NULL; END $$;
  CREATE TRIGGER count_reply AFTER INSERT ON replies FOR EACH ROW EXECUTE FUNCTION count_reply();`;
const forum = `DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE threads (id integer PRIMARY KEY, reply_count integer NOT NULL DEFAULT 0, last_reply_at timestamptz, last_reply_id bigint, "lastText" text, updated_at timestamptz);
  CREATE TABLE replies (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, thread_id integer NOT NULL REFERENCES threads, body text);
  CREATE TABLE activity (what text);
  INSERT INTO threads (id) VALUES (1), (2);`;
const replies = `INSERT INTO replies (thread_id, body) VALUES (1, 'a'), (1, 'b'), (2, 'c');
  UPDATE threads SET last_reply_at = '${then}', last_reply_id = 2, "lastText" = CASE id WHEN 1 THEN 'it''s, "b"' END;
  TRUNCATE activity`;

interface Around {
  before: unknown;
  after: unknown;
  /** The messages of `also-writes`, as the reset and the undo show them. */
  said: string[][];
}

/** Deletes the history and puts it back: the table with the count before and after, and what the plans say. */
async function around(counter: CounterDefinition, tables: string, shown: string): Promise<Around> {
  await own.sql.unsafe(tables).simple();
  const directory = stateDirectory();
  const read = async () => [...(await own.sql.unsafe(shown))].map(row => ({ ...row }));
  const alsoWrites = async (asked: Parameters<typeof planRepair>[1]) =>
    (await planRepair(database, asked)).remarks
      .filter(({ code }) => code === 'also-writes')
      .map(({ message }) => message);
  const before = await read();
  const reset = request('reset', directory, { counter, options });
  const saidFirst = await alsoWrites(reset);
  const { receiptId } = await doRepair(database, reset);
  const undo = request('undo', directory, { counter, receipt: receiptId });
  const said = [saidFirst, await alsoWrites(undo)];
  expect(await doRepair(database, undo)).toMatchObject({ left: [], error: null });
  return { before, after: await read(), said };
}

test('an undo leaves what a trigger stamps beside the count as it was', async () => {
  const also = `, last_reply_at = now(), last_reply_id = NEW.id, "lastText" = NEW.body`;
  const { before, after, said } = await around(
    threads,
    forum + back() + forward(also) + replies,
    'SELECT id, reply_count, last_reply_at::text, last_reply_id, "lastText" FROM threads ORDER BY id',
  );
  expect(after).toEqual(before);
  expect(said).toEqual([[], []]);
});

test('the same in another table, where a statement trigger upserts the count', async () => {
  const { before, after, said } = await around(
    views,
    `DROP SCHEMA public CASCADE; CREATE SCHEMA public;
     CREATE TABLE videos (id integer PRIMARY KEY);
     CREATE TABLE video_stats (video_id integer PRIMARY KEY REFERENCES videos, views bigint NOT NULL DEFAULT 0, updated_at timestamptz NOT NULL DEFAULT now());
     CREATE TABLE plays (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, video_id integer NOT NULL REFERENCES videos);
     CREATE FUNCTION count_plays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO video_stats (video_id, views, updated_at) SELECT video_id, count(*), now() FROM fresh GROUP BY video_id
         ON CONFLICT (video_id) DO UPDATE SET views = video_stats.views + excluded.views, updated_at = now(); RETURN NULL; END $$;
     CREATE TRIGGER count_plays AFTER INSERT ON plays REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_plays();
     CREATE FUNCTION uncount_play() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       UPDATE video_stats SET views = views - 1 WHERE video_id = OLD.video_id; RETURN NULL; END $$;
     CREATE TRIGGER uncount_play AFTER DELETE ON plays FOR EACH ROW EXECUTE FUNCTION uncount_play();
     INSERT INTO videos VALUES (1), (2); INSERT INTO plays (video_id) VALUES (1), (1), (2);
     UPDATE video_stats SET updated_at = '${then}'`,
    'SELECT video_id, views, updated_at::text FROM video_stats ORDER BY video_id',
  );
  expect(after).toEqual(before);
  expect(said).toEqual([[], []]);
});

test('what is stamped as records go too is not restored, and both plans say so', async () => {
  const stamp = ', last_reply_at = now()';
  // Setting it back would fire this trigger once more.
  const watched = `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER watch AFTER UPDATE OF last_reply_id ON threads FOR EACH ROW EXECUTE FUNCTION watch();`;
  const { before, after, said } = await around(
    threads,
    forum + back(stamp) + forward(`${stamp}, last_reply_id = NEW.id`) + watched + replies,
    'SELECT id, reply_count, last_reply_at::text FROM threads ORDER BY id',
  );
  expect(after).not.toEqual(before);
  const gone =
    'uncount_reply may also set last_reply_at of public.threads. An undo may not restore it, because the trigger may set it anew.';
  const come =
    'count_reply may also set last_reply_at, last_reply_id of public.threads. An undo may not restore them, because the trigger may set them anew.';
  expect(said).toEqual([[gone, come], [come]]);
});

test('nor a time that the table stamps itself, a log, or what the text of a trigger does not show', async () => {
  const stamped = `CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
    CREATE TRIGGER stamp BEFORE UPDATE ON threads FOR EACH ROW EXECUTE FUNCTION stamp();`;
  const log = `INSERT INTO activity VALUES ('reply');`;
  const hidden = `CREATE FUNCTION hidden() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NULL; END $$;
    CREATE TRIGGER hidden AFTER INSERT OR DELETE ON replies FOR EACH STATEMENT EXECUTE FUNCTION hidden('SELECT 1');`;
  const { said } = await around(
    threads,
    forum + back() + forward(', last_reply_at = now()', log) + stamped + hidden + replies,
    'SELECT count(*)::int FROM activity',
  );
  const [first = [], second = []] = said;
  expect(first.toSorted()).toEqual(second.toSorted());
  expect(first.toSorted()).toEqual([
    'What else hidden writes is not known, because its text does not show it. An undo may not restore it.',
    'count_reply also writes activity. An undo does not take that back, and may write there again.',
    'count_reply may also set last_reply_at of public.threads. An undo may not restore it, because the trigger may set it anew.',
    'stamp may also set updated_at of public.threads. An undo may not restore it, because the trigger may set it anew.',
  ]);
});

const members = `DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE members (id integer PRIMARY KEY, followers integer NOT NULL DEFAULT 0, following integer DEFAULT 0);
  CREATE TABLE follows (follower integer NOT NULL REFERENCES members, followee integer NOT NULL REFERENCES members, PRIMARY KEY (follower, followee));
  CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE members SET followers = followers + 1 WHERE id = NEW.followee;
    UPDATE members SET following = following + 1 WHERE id = NEW.follower; RETURN NULL; END $$;
  CREATE TRIGGER follow AFTER INSERT ON follows FOR EACH ROW EXECUTE FUNCTION follow();
  INSERT INTO members SELECT n FROM generate_series(1, 4) n;
  INSERT INTO follows SELECT a, b FROM generate_series(1, 4) a, generate_series(1, 4) b WHERE a <> b;`;
const unfollow = (change: string) => `CREATE FUNCTION unfollow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE members SET followers = greatest(followers - 1, 0) WHERE id = OLD.followee;
    UPDATE members m SET following = ${change}; RETURN NULL; END $$;
  CREATE TRIGGER unfollow AFTER DELETE ON follows FOR EACH ROW EXECUTE FUNCTION unfollow();
  UPDATE members SET following = CASE id WHEN 3 THEN 2 END WHERE id > 2;`;
const followers = defined({
  row: { table: 'members', count: 'followers' },
  record: { table: 'follows', reference: ['followee'] },
});

test.each([
  ['greatest(following - 1, 0) WHERE id = OLD.follower', 'changes', [2, null], [3, 3]],
  ['following - 1 WHERE id = OLD.follower AND m.following > 0', 'changes', [2, null], [3, null]],
  [
    'CASE WHEN following > 0 THEN following - 1 ELSE following END WHERE id = OLD.follower',
    'changes',
    [2, null],
    [3, null],
  ],
  ['following - 1 WHERE id = OLD.follower', null, [2, null], [2, null]],
  [
    '(SELECT count(*) FROM follows f WHERE f.follower = m.id) WHERE id = OLD.follower',
    'counts',
    [2, null],
    [3, 3],
  ],
  ['coalesce(following, 0) - 1 WHERE id = OLD.follower', 'counts NULL', [2, null], [2, 0]],
])('another count of the row, changed by %s (%s): the reset says so', async (change, verb, was, is) => {
  const shown = 'SELECT following FROM members WHERE id > 2 ORDER BY id';
  const { before, after, said } = await around(followers, members + unfollow(change), shown);
  expect([before, after]).toEqual([was, is].map(values => values.map(following => ({ following }))));
  const words: Record<string, string> = {
    changes:
      'unfollow also changes following of public.members within limits. Where a limit applies, or the value is NULL, an undo may leave another number.',
    counts:
      'unfollow also counts following of public.members anew. An undo does not bring back a number that was wrong before.',
    'counts NULL':
      'unfollow also counts NULL in following of public.members as a number. An undo does not set it back to NULL.',
  };
  expect(said[0]).toEqual(verb === null ? [] : [words[verb]]);
});

test('what the triggers of a third table stamp is said too, and a count there in which NULL is 0', async () => {
  const tagged = defined({
    row: { table: 'tags', key: ['name'], count: 'articles_count' },
    record: { table: 'article_tags', reference: ['tag'] },
  });
  const { before, after, said } = await around(
    tagged,
    `DROP SCHEMA public CASCADE; CREATE SCHEMA public;
     CREATE TABLE articles (id integer PRIMARY KEY, tags_count integer, links integer NOT NULL DEFAULT 0, revision integer NOT NULL DEFAULT 1, updated_at timestamptz);
     CREATE TABLE tags (name text PRIMARY KEY, articles_count integer NOT NULL DEFAULT 0);
     CREATE TABLE article_tags (article_id integer REFERENCES articles, tag text REFERENCES tags, PRIMARY KEY (article_id, tag));
     CREATE TABLE revisions (article_id integer);
     CREATE FUNCTION tagging() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE step integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END; it article_tags; BEGIN
       it := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
       UPDATE tags SET articles_count = articles_count + step WHERE name = it.tag;
       UPDATE articles SET tags_count = coalesce(tags_count, 0) + step, links = coalesce(links, 0) + step WHERE id = it.article_id;
       RETURN NULL; END $$;
     CREATE TRIGGER tagging AFTER INSERT OR DELETE ON article_tags FOR EACH ROW EXECUTE FUNCTION tagging();
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); NEW.revision := OLD.revision + 1;
       INSERT INTO revisions VALUES (NEW.id); RETURN NEW; END $$;
     CREATE TRIGGER touch BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION touch();
     CREATE FUNCTION renamed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := NULL; RETURN NEW; END $$;
     CREATE TRIGGER renamed BEFORE UPDATE OF id ON articles FOR EACH ROW EXECUTE FUNCTION renamed();
     INSERT INTO articles SELECT n FROM generate_series(1, 3) n; INSERT INTO tags VALUES ('a'), ('b');
     INSERT INTO article_tags VALUES (1, 'a'), (2, 'a'), (2, 'b'); UPDATE articles SET tags_count = NULL WHERE id = 1`,
    'SELECT tags_count, links, revision FROM articles WHERE id < 3 ORDER BY id',
  );
  expect(before).toEqual([
    { tags_count: null, links: 1, revision: 3 },
    { tags_count: 2, links: 2, revision: 3 },
  ]);
  expect(after).toEqual([
    { tags_count: 0, links: 1, revision: 5 },
    { tags_count: 2, links: 2, revision: 7 },
  ]);
  const words = [
    'tagging also counts NULL in tags_count of public.articles as a number. An undo does not set it back to NULL.',
    'touch may also set updated_at, revision of public.articles. An undo may not restore them, because the trigger may set them anew.',
    'touch also writes revisions. An undo does not take that back, and may write there again.',
  ];
  expect(said).toEqual([words, words]);
});

test('a sync and its undo say what the triggers of the row stamp, and not what others would', async () => {
  await own.sql
    .unsafe(
      `${forum} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
       CREATE TRIGGER touch BEFORE UPDATE ON threads FOR EACH ROW EXECUTE FUNCTION touch();
       CREATE TRIGGER renamed BEFORE UPDATE OF "lastText" ON threads FOR EACH ROW EXECUTE FUNCTION touch();
       CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO activity VALUES ('x'); RETURN NULL; END $$;
       CREATE TRIGGER log AFTER UPDATE OF reply_count ON threads FOR EACH ROW EXECUTE FUNCTION log();
       UPDATE threads SET reply_count = 3 WHERE id = 1`,
    )
    .simple();
  const directory = stateDirectory();
  const said = async (asked: Parameters<typeof planRepair>[1]) =>
    (await planRepair(database, asked)).remarks.flatMap(({ code, message }) =>
      code === 'also-writes' ? [message] : [],
    );
  const words = [
    'log also writes activity. An undo does not take that back, and may write there again.',
    'touch may also set updated_at of public.threads. An undo may not restore it, because the trigger may set it anew.',
  ];
  const sync = request('sync', directory, { counter: threads });
  expect(await said(sync)).toEqual(words);
  const { receiptId } = await doRepair(database, sync);
  expect(await said(request('undo', directory, { counter: threads, receipt: receiptId }))).toEqual(words);
});
