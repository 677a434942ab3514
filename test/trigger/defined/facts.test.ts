import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';

let own: TestDatabase;
let database: Database;
const app = `app_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql.unsafe(`CREATE ROLE ${app}`);
});
afterAll(async () => {
  await database.close();
  await own.sql.unsafe(`DROP OWNED BY ${app}; DROP ROLE ${app}`).simple();
  await own.drop();
});

const definition = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: {
    table: 'comments',
    reference: ['post_id'],
    where: { kind: 'compare', column: 'phase', operator: '=', value: 'seen' },
  },
});
const named = { ...definition, nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] } } as const;

/** The health in tables like these, after `more`. */
async function healthWith(
  more: string,
  rest = 'SECURITY DEFINER SET search_path = public',
  inserts = `GRANT INSERT ON comments TO ${app}`,
) {
  await own.sql
    .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO ${app};
      CREATE TABLE users (id integer PRIMARY KEY);
      CREATE TABLE phases (name text PRIMARY KEY);
      CREATE TABLE posts (id integer PRIMARY KEY, user_id integer REFERENCES users ON DELETE CASCADE, comments_count integer);
      CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer REFERENCES posts ON DELETE CASCADE, user_id integer,
        phase text DEFAULT 'seen');
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql ${rest} AS $$ BEGIN
        IF NEW.phase = 'seen' THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) + 1 WHERE id = NEW.post_id; END IF; RETURN NULL; END $$;
      CREATE TRIGGER keep AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION keep();
      ${more};
      ${inserts}`)
    .simple();
  return (await readCounterHealth(database, { ...named })).health;
}

async function causes(more: string) {
  const { events } = await healthWith(more);
  return Object.fromEntries(events.flatMap(({ event, by }) => (by.length > 0 ? [[event, by]] : [])));
}

test('a row that takes its records along needs no counting, and nothing else can happen', async () => {
  expect(await causes('')).toEqual({});
});

test.each([
  [
    'a cascade from another table',
    'ALTER TABLE comments ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE',
    { delete: ['comments_user_id_fkey deletes comments when a row of public.users is deleted'] },
  ],
  [
    'a cascade by way of a third table',
    `CREATE TABLE accounts (id integer PRIMARY KEY, user_id integer REFERENCES users ON DELETE CASCADE);
     ALTER TABLE comments ADD account integer REFERENCES accounts ON DELETE CASCADE`,
    {
      delete: [
        'accounts_user_id_fkey deletes comments when a row of public.users is deleted by way of comments_account_fkey',
        'comments_account_fkey deletes comments when a row of public.accounts is deleted',
      ],
    },
  ],
  [
    'SET NULL of a column of the condition',
    'ALTER TABLE comments ADD FOREIGN KEY (phase) REFERENCES phases ON DELETE SET NULL',
    {
      condition: [
        'comments_phase_fkey sets phase of comments to NULL when a row of public.phases is deleted',
      ],
    },
  ],
  ['DELETE', `GRANT DELETE ON comments TO ${app}`, { delete: [`DELETE is granted to ${app}`] }],
  [
    'UPDATE of a column',
    `GRANT UPDATE (phase) ON comments TO ${app}`,
    { condition: [`UPDATE of phase is granted to ${app}`] },
  ],
  [
    'UPDATE of every column',
    'GRANT UPDATE ON comments TO PUBLIC',
    {
      move: ['UPDATE of post_id is granted to everyone (PUBLIC)'],
      condition: ['UPDATE of phase is granted to everyone (PUBLIC)'],
    },
  ],
  ['TRUNCATE', `GRANT TRUNCATE ON comments TO ${app}`, { truncate: [`TRUNCATE is granted to ${app}`] }],
  [
    'policies that let nobody delete',
    `GRANT DELETE ON comments TO ${app}; ALTER TABLE comments ENABLE ROW LEVEL SECURITY; CREATE POLICY add ON comments FOR INSERT WITH CHECK (true)`,
    {},
  ],
  [
    'functions',
    `CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM comments WHERE id < 0; UPDATE comments SET post_id = 1; END $$;
     CREATE FUNCTION clear() RETURNS void LANGUAGE sql AS 'TRUNCATE comments';
     CREATE FUNCTION look() RETURNS void LANGUAGE sql AS $$ UPDATE comments SET phase = 'seen' $$;`,
    {
      delete: ['public.tidy() deletes comments'],
      move: ['public.tidy() updates post_id'],
      condition: ['public.look() updates phase'],
      truncate: ['public.clear() empties comments'],
    },
  ],
])('%s can make it happen', async (_, more, expected) => {
  expect(await causes(more)).toEqual(expected);
});

const byOwner =
  'by grants and policies only postgres, who owns comments, may insert comments, so the application may connect as postgres';

test.each([
  ['nobody else may insert records', '', { delete: [byOwner], move: [byOwner], condition: [byOwner] }],
  [
    'policies let nobody else insert them',
    `GRANT INSERT ON comments TO ${app}; ALTER TABLE comments ENABLE ROW LEVEL SECURITY`,
    { delete: [byOwner], move: [byOwner], condition: [byOwner] },
  ],
  [
    'others only read',
    `GRANT SELECT ON comments TO PUBLIC`,
    { delete: [byOwner], move: [byOwner], condition: [byOwner] },
  ],
  [
    'others insert by a function of the owner',
    `CREATE FUNCTION say(post integer) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS 'INSERT INTO comments (post_id) VALUES (post)'`,
    {},
  ],
])('the application is connected as the owner, or not: %s', async (_, rights, expected) => {
  const { events, findings } = await healthWith('', undefined, rights);
  const by = Object.fromEntries(events.flatMap(each => (each.by.length > 0 ? [[each.event, each.by]] : [])));
  expect(by).toEqual(expected);
  const codes = ['delete-not-counted', 'move-not-counted', 'condition-not-counted'];
  expect(findings.filter(({ code }) => codes.includes(code)).map(({ severity }) => severity)).toEqual(
    codes.map(() => ('move' in expected ? 'warning' : 'info')),
  );
});

const serious = (health: Awaited<ReturnType<typeof healthWith>>) =>
  health.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);

test('an invoker needs the right to write the count of those who write records', async () => {
  const insert = `GRANT INSERT ON comments TO ${app};`;
  expect(serious(await healthWith(insert, ''))).toEqual(['function-invoker']);
  expect(serious(await healthWith(insert))).toEqual([]);
  expect(
    serious(await healthWith(`${insert} GRANT UPDATE (comments_count) ON posts TO ${app};`, '')),
  ).toEqual([]);
  const hidden = `${insert} GRANT UPDATE ON posts TO ${app}; ALTER TABLE posts ENABLE ROW LEVEL SECURITY;`;
  expect(serious(await healthWith(hidden, ''))).toEqual(['function-invoker']);
  expect(serious(await healthWith(hidden))).toEqual([]);
});

test('a body that is not read is no pass', async () => {
  const health = await healthWith(`
    CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'UPDATE ' || TG_ARGV[0] || ' SET comments_count = comments_count - 1'; RETURN NULL; END $$;
    CREATE TRIGGER also AFTER DELETE ON comments FOR EACH ROW EXECUTE FUNCTION also('posts');`);
  expect(serious(health)).toEqual(['function-unreadable']);
  expect(health.events.find(({ event }) => event === 'delete')?.handled).toBeNull();
});

test('what else writes the count is listed', async () => {
  const { others } = await healthWith(`
    CREATE FUNCTION bump(post integer) RETURNS void LANGUAGE sql AS 'UPDATE posts SET comments_count = comments_count + 1 WHERE id = post';
    CREATE FUNCTION recount() RETURNS void LANGUAGE sql AS 'UPDATE posts SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = posts.id)';
    CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = 7; RETURN NULL; END $$;
    CREATE TRIGGER seen AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION seen();
    CREATE FUNCTION opened(post integer) RETURNS void LANGUAGE sql AS 'UPDATE posts SET comments_count = 0 WHERE id = post';
    CREATE FUNCTION anew() RETURNS void LANGUAGE sql AS
      'UPDATE posts SET comments_count = 0; UPDATE posts SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = posts.id)';
    CREATE FUNCTION publish() RETURNS void LANGUAGE sql AS 'INSERT INTO posts (comments_count) VALUES (0)';
    CREATE FUNCTION start() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.comments_count := 0; RETURN NEW; END $$;
    CREATE TRIGGER a_start BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION start();
    CREATE TRIGGER b_start BEFORE INSERT OR UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION start();`);
  const how = Object.fromEntries(others.map(each => [each.name, each.how]));
  expect(how).toEqual({
    seen: 'sets',
    a_start: 'begins',
    b_start: 'zero',
    'public.bump(post integer)': 'adds',
    'public.recount()': 'counts',
    'public.opened(post integer)': 'zero',
    'public.anew()': 'counts',
    'public.publish()': 'begins',
  });
  expect(others.find(({ name }) => name === 'seen')).toMatchObject({
    kind: 'trigger',
    table: 'public.users',
    function: 'public.seen()',
  });
});

test('jobs of pg_cron that were not read are said for any counter', async () => {
  await healthWith('');
  await own.sql.unsafe(`ALTER DATABASE ${own.name} SET cron.database_name = 'elsewhere'`);
  const later = connectTo(own.url);
  try {
    const { findings } = (await readCounterHealth(later, { ...named })).health;
    expect(findings.filter(({ code }) => code === 'jobs-elsewhere')).toMatchObject([{ severity: 'info' }]);
  } finally {
    await later.close();
    await own.sql.unsafe(`ALTER DATABASE ${own.name} RESET cron.database_name`);
  }
});

test('a trigger whose function does nothing for its event is understood', async () => {
  const { findings } = await healthWith(`
    CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP = 'INSERT' AND NEW.phase = 'seen' THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF; RETURN NULL; END $$;
    CREATE TRIGGER gone AFTER DELETE ON comments FOR EACH ROW EXECUTE FUNCTION keep()`);
  expect(findings.map(({ code }) => code)).not.toContain('function-unreadable');
});
