import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { planCounterMigration } from '../../../source/migration/defined/read-counter-plan.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { waitFor } from '../../helpers/wait.ts';
import { install } from './every-kind.ts';

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const make = (sql: string) =>
  own.sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`).simple();

/** Each statement leaves every count as far from its records as it was. */
async function keeps(drifted: string, statements: readonly string[]) {
  for (const statement of statements) {
    await own.sql.unsafe(statement).simple();
    expect({ statement, drifted: await own.sql.unsafe(drifted) }).toEqual({ statement, drifted: [] });
  }
}

/** What was installed is known, judged as right, and not changed by the next migration. */
async function isSettled(definition: CounterDefinition, told: readonly string[] = []) {
  const { health } = await readCounterHealth(database, definition);
  const findings = health.findings.filter(({ severity }) => severity !== 'info');
  expect(findings.map(({ code }) => code)).toEqual(told);
  expect(health.events.filter(({ handled }) => handled === null)).toEqual([]);
  expect(
    await planCounterMigration(database, {
      definition,
      readOnly: false,
      dryRun: false,
      applicationStopped: true,
    }),
  ).toMatchObject({ statements: [] });
}

const stars = defined({
  row: { table: 'repos', key: ['owner', 'name'], count: 'stars' },
  record: { table: 'stargazers', reference: ['repo_owner', 'repo_name'] },
});
// The rows are stored so that their keys can all be raised by one statement.
const repos = `
  CREATE TABLE owners (name text PRIMARY KEY);
  CREATE TABLE repos (owner text REFERENCES owners ON UPDATE CASCADE, name integer, stars integer NOT NULL DEFAULT 0, total numeric DEFAULT 0, PRIMARY KEY (owner, name));
  CREATE TABLE stargazers (repo_owner text, repo_name integer, who integer, gone boolean NOT NULL DEFAULT false, PRIMARY KEY (repo_owner, repo_name, who),
    FOREIGN KEY (repo_owner, repo_name) REFERENCES repos ON UPDATE CASCADE ON DELETE CASCADE);
  INSERT INTO owners VALUES ('a'), ('b'); INSERT INTO repos SELECT 'a', n FROM generate_series(9, 1, -1) n;
  INSERT INTO stargazers SELECT 'a', n, w FROM generate_series(1, 9) n, generate_series(1, n) w;
  UPDATE repos SET stars = name, total = name * (name + 1) / 2;`;
const starred = `
  CREATE FUNCTION starred() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN UPDATE public.repos SET stars = stars + 1 WHERE owner = NEW.repo_owner AND name = NEW.repo_name; RETURN NEW; END IF;
    UPDATE public.repos SET stars = stars - 1 WHERE owner = OLD.repo_owner AND name = OLD.repo_name; RETURN OLD; END $$;
  CREATE TRIGGER starred AFTER INSERT OR DELETE ON stargazers FOR EACH ROW EXECUTE FUNCTION starred();`;
const starsOf = (count: string, amount: string) =>
  `SELECT owner, name, ${count} FROM repos p WHERE ${count} <> (SELECT ${amount} FROM stargazers r WHERE r.repo_owner = p.owner AND r.repo_name = p.name)`;
const keyChanges = [
  'UPDATE repos SET name = 20 WHERE name = 9',
  'UPDATE repos SET name = name + 1',
  "UPDATE owners SET name = 'c' WHERE name = 'a'",
  "UPDATE repos SET owner = 'b' WHERE name IN (3, 5)",
];
// Any session may set what the trigger of a changed key sets.
const pretended = `DO $$ BEGIN PERFORM set_config('keep_counters.counting_anew', statement_timestamp()::text, true);
  INSERT INTO stargazers VALUES ('c', 8, 800), ('c', 2, 800); UPDATE stargazers SET repo_name = 9 WHERE repo_name = 2 AND who = 800; END $$`;
const moves = [
  'UPDATE stargazers SET repo_name = 2, who = who + 100 WHERE repo_name = 7',
  'DO $$ BEGIN UPDATE repos SET name = 30 WHERE name = 4; UPDATE stargazers SET repo_name = 30, who = who + 200 WHERE repo_name = 2; END $$',
  "WITH renamed AS (UPDATE repos SET name = 40 WHERE name = 6) INSERT INTO stargazers VALUES ('c', 8, 900), ('c', 9, 900)",
  'DELETE FROM stargazers WHERE who = 1',
  'UPDATE repos SET name = name WHERE name = 8',
  pretended,
];

test.each<[string, string, CounterDefinition, string]>([
  ['beside triggers for inserts and deletes', repos + starred, stars, starsOf('stars', 'count(*)')],
  ['alone', repos, stars, starsOf('stars', 'count(*)')],
  [
    'a sum with a condition',
    repos,
    defined({
      row: { ...stars.row, count: 'total' },
      record: {
        ...stars.record,
        amount: 'who',
        where: { kind: 'compare', column: 'gone', operator: '=', value: 'false' },
      },
    }),
    starsOf('total', 'coalesce(sum(who) FILTER (WHERE NOT gone), 0)'),
  ],
])('a key that changes is no move, and a move is one: %s', async (_, sql, definition, drifted) => {
  await make(sql);
  await install(database, definition);
  await keeps(drifted, [...keyChanges, ...moves]);
  await isSettled(definition);
});

test('a key that changes leaves what was deleted counted, where that is kept', async () => {
  await make(`${repos} UPDATE repos SET stars = stars + 5`);
  await install(database, { ...stars, onDelete: 'keeps' });
  await own.sql.unsafe(keyChanges.join(';')).simple();
  expect(await own.sql.unsafe(`${starsOf('stars', '5 + count(*)')}`)).toEqual([]);
});

test('where deleted records stay counted, what else one statement does is counted too', async () => {
  await make(`${repos} UPDATE repos SET stars = stars + 5`);
  const kept = { ...stars, onDelete: 'keeps' as const };
  await install(database, kept);
  await keeps(starsOf('stars', '5 + count(*)'), [
    "DO $$ BEGIN UPDATE repos SET name = 30 WHERE name = 4; INSERT INTO stargazers VALUES ('a', 30, 900), ('a', 2, 900); END $$",
    'DO $$ BEGIN UPDATE repos SET name = 31 WHERE name = 5; UPDATE stargazers SET repo_name = 31, who = who + 200 WHERE repo_name = 2; END $$',
    "WITH renamed AS (UPDATE repos SET name = 40 WHERE name = 6) INSERT INTO stargazers VALUES ('a', 8, 900), ('a', 9, 900)",
    "UPDATE owners SET name = 'c' WHERE name = 'a'",
    pretended,
  ]);
  await isSettled(kept, ['delete-not-counted']);
});

test('a key that changes is no move for a count in another table either', async () => {
  await make(`
    CREATE TABLE posts (slug text PRIMARY KEY);
    CREATE TABLE post_stats (post text PRIMARY KEY REFERENCES posts ON UPDATE CASCADE, comments integer NOT NULL DEFAULT 0);
    CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post text NOT NULL REFERENCES posts ON UPDATE CASCADE);
    INSERT INTO posts VALUES ('a'), ('b'); INSERT INTO post_stats VALUES ('a'); `);
  const definition = defined({
    row: { table: 'posts', key: ['slug'], count: 'comments' },
    via: { table: 'post_stats', row: ['post'] },
    record: { table: 'comments', reference: ['post'] },
  });
  await install(database, definition);
  await keeps(
    'SELECT p.slug FROM posts p LEFT JOIN post_stats s ON s.post = p.slug WHERE coalesce(comments, 0) <> (SELECT count(*) FROM comments c WHERE c.post = p.slug)',
    [
      "INSERT INTO comments (post) VALUES ('a'), ('a'), ('b')",
      "UPDATE posts SET slug = 'c' WHERE slug = 'a'",
      "UPDATE comments SET post = 'b'",
      "DELETE FROM post_stats WHERE post = 'c'; UPDATE posts SET slug = 'd' WHERE slug = 'c'; UPDATE comments SET post = 'd'",
    ],
  );
  await isSettled(definition);
});

test('without a cascade there is no trigger on the rows', async () => {
  await make(repos.replaceAll('ON UPDATE CASCADE', ''));
  await install(database, stars);
  expect(
    await own.sql`SELECT tgname FROM pg_trigger WHERE tgrelid = 'repos'::regclass AND NOT tgisinternal`,
  ).toEqual([]);
});

const boards = `
    CREATE TABLE boards (id integer PRIMARY KEY, replies integer NOT NULL DEFAULT 0, words integer NOT NULL DEFAULT 0);
    CREATE TABLE topics (id integer PRIMARY KEY, board_id integer NOT NULL REFERENCES boards, title text);
    CREATE TABLE replies (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic_id integer NOT NULL REFERENCES topics ON UPDATE CASCADE ON DELETE CASCADE, words integer DEFAULT 3);
    INSERT INTO boards VALUES (1), (2), (3); INSERT INTO topics SELECT n, 1 + n % 2 FROM generate_series(1, 6) n;
    INSERT INTO replies (topic_id) SELECT 1 + n % 6 FROM generate_series(1, 60) n;
    UPDATE boards SET replies = 30, words = 90 WHERE id < 3;`;
const inBoards = (count: string, amount: string | null) =>
  defined({
    row: { table: 'boards', count },
    record: {
      table: 'replies',
      reference: ['topic_id'],
      amount,
      through: { schema: 'public', table: 'topics', key: ['id'], reference: ['board_id'] },
    },
  });
const boardsOf = (count: string, truth: string) =>
  `SELECT id, ${count} FROM boards b WHERE ${count} <> (SELECT ${truth} FROM replies r JOIN topics t ON t.id = r.topic_id WHERE t.board_id = b.id)`;

test.each([
  ['comes', 'INSERT INTO replies (topic_id) VALUES (2), (4)'],
  ['goes', 'DELETE FROM replies WHERE topic_id IN (2, 4)'],
  ['moves', 'UPDATE replies SET topic_id = 2 WHERE topic_id = 1'],
])(
  'a record that %s while another session moves what is between is counted where that leads then',
  async (_, change) => {
    await make(boards);
    await install(database, inBoards('replies', null));
    const mover = await own.sql.reserve();
    const writer = postgres(own.url, { max: 1 });
    try {
      await mover`BEGIN`;
      await mover`UPDATE topics SET board_id = 3 WHERE id = 2`;
      const [session] = await writer`SELECT pg_backend_pid() AS pid`;
      const written = writer.unsafe(change).execute();
      await waitFor(
        async () =>
          (await mover`SELECT FROM pg_locks WHERE pid = ${session?.pid} AND NOT granted`).length > 0,
        'the record to wait',
      );
      await mover`COMMIT`;
      await written;
    } finally {
      mover.release();
      await writer.end();
    }
    expect(await own.sql.unsafe(boardsOf('replies', 'count(*)'))).toEqual([]);
  },
);

test.each([
  ['a count', 'replies', 'count(*)', null],
  ['a sum', 'words', 'coalesce(sum(r.words), 0)', 'words'],
])('one statement may change records and what is between: %s', async (_, count, truth, amount) => {
  await make(boards);
  const definition = inBoards(count, amount);
  await install(database, definition);
  await keeps(boardsOf(count, truth), [
    'WITH m AS (INSERT INTO topics VALUES (7, 3) RETURNING id) INSERT INTO replies (topic_id) SELECT id FROM m',
    'WITH m AS (DELETE FROM replies WHERE topic_id = 3 AND id % 2 = 0) UPDATE topics SET board_id = 3 WHERE id = 3',
    'WITH m AS (UPDATE topics SET board_id = 3 WHERE id = 4) DELETE FROM replies WHERE topic_id = 4 AND id % 2 = 0',
    'WITH m AS (UPDATE topics SET board_id = 2 WHERE id = 5 RETURNING id) UPDATE replies SET topic_id = 5, words = 4 FROM m WHERE topic_id = 1',
    'WITH m AS (UPDATE replies SET topic_id = 6 WHERE topic_id = 2) UPDATE topics SET board_id = 4 - board_id',
    'UPDATE topics SET id = 70, board_id = 1 WHERE id = 7',
    'WITH m AS (DELETE FROM topics WHERE id = 6) INSERT INTO replies (topic_id) VALUES (5), (70)',
    "UPDATE topics SET title = 'x'; INSERT INTO replies (topic_id) VALUES (5)",
  ]);
  await isSettled(definition);
});
