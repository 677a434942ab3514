import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { leftUncounted } from '../../../source/migration/defined/counter-plan.ts';
import { planCounterMigration } from '../../../source/migration/defined/read-counter-plan.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { quickCases } from '../../helpers/quick-cases.ts';
import { setTraps } from '../../helpers/traps.ts';
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

const definition = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'], where: { kind: 'null', column: 'deleted_at' } },
});
const plan = (dryRun = false) =>
  planCounterMigration(database, { definition, readOnly: false, dryRun, applicationStopped: true });
const wrong = () =>
  own.sql`SELECT id FROM posts p WHERE coalesce(comments_count, 0) <> (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL)`;

beforeEach(async () => {
  await own.sql
    .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE posts (id integer PRIMARY KEY, comments_count smallint, seen integer DEFAULT 0);
      CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer REFERENCES posts ON DELETE CASCADE, deleted_at timestamptz);
      INSERT INTO posts SELECT generate_series(1, 20);`)
    .simple();
});

const trigger = (name: string, on: string, body: string, table = 'comments') => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN ${body} RETURN NULL; END $$;
  CREATE TRIGGER ${name} AFTER ${on} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}();`;
const up = 'UPDATE posts SET comments_count = coalesce(comments_count, 0) + 1 WHERE id = NEW.post_id;';

test('the plan shows its SQL, and proves every step', async () => {
  const { statements, differs, drops, replaced, proof } = await plan(true);
  expect(differs).toEqual([
    'the function "public"."keep_posts_comments_count"()',
    ...['insert', 'update', 'delete', 'truncate'].map(
      event => `the trigger keep_posts_comments_count_${event} on public.comments`,
    ),
  ]);
  expect([drops, replaced]).toEqual([[], []]);
  expect(statements.join(';')).toContain('SECURITY DEFINER SET search_path = pg_catalog, pg_temp');
  expect(proof).toMatchObject({ proved: true, reason: null });
  expect(proof?.steps.map(({ step }) => step)).toEqual(
    expect.arrayContaining(['add', 'remove', 'change-out', 'move']),
  );
  expect(await own.sql`SELECT FROM pg_trigger WHERE NOT tgisinternal`).toHaveLength(0);
});

test('nothing is installed beside triggers that count right', async () => {
  await own.sql.unsafe(
    trigger(
      'keep',
      'INSERT OR UPDATE OR DELETE',
      `IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = OLD.post_id; END IF;
       IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN ${up} END IF;`,
    ),
  );
  expect(await plan()).toMatchObject({ statements: [], proof: null });
});

const rest = `IF TG_OP = 'DELETE' THEN IF OLD.deleted_at IS NULL THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = OLD.post_id; END IF;
  ELSIF NEW.deleted_at IS NULL THEN ${up} END IF;`;

test.each([
  ['that counts', rest],
  [
    'that stamps rows too',
    `${rest} UPDATE posts SET seen = seen + 1 WHERE id = coalesce(NEW.post_id, OLD.post_id);`,
  ],
])('what a trigger %s leaves out is counted beside it', async (_, body) => {
  await own.sql.unsafe(trigger('count_some', 'INSERT OR DELETE', body));
  const { health } = await readCounterHealth(database, definition);
  expect(health.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code)).toEqual(
    expect.arrayContaining(['move-not-counted', 'condition-not-counted']),
  );
  const { plan: made, result } = await install(database, definition);
  expect([made.drops, result.left]).toEqual([[], []]);
  expect(made.differs).toEqual([
    'the function "public"."keep_posts_comments_count"()',
    'the trigger keep_posts_comments_count_update on public.comments',
    'the trigger keep_posts_comments_count_truncate on public.comments',
  ]);
  await own.sql.unsafe(`
    INSERT INTO comments (post_id) VALUES (1), (1), (2), (3); UPDATE comments SET post_id = 4 WHERE post_id = 2;
    UPDATE comments SET deleted_at = now() WHERE post_id = 3; DELETE FROM comments WHERE id = 1;`);
  expect(await wrong()).toHaveLength(0);
  expect(await plan()).toMatchObject({ statements: [], proof: null });
});

test('moves that only the owner can make are named, where others insert', async () => {
  const counts = `IF TG_OP = 'INSERT' THEN ${up} ELSE ${up.replace('+', '-').replace('NEW', 'OLD')} END IF;`;
  await own.sql.unsafe(
    `${trigger('keep', 'INSERT OR DELETE', counts)} GRANT INSERT ON comments TO PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC`,
  );
  const kept = { ...definition, record: { ...definition.record, where: null } };
  const made = await planCounterMigration(database, {
    definition: kept,
    readOnly: false,
    dryRun: false,
    applicationStopped: true,
  });
  expect(made.statements).toEqual([]);
  expect(leftUncounted(made.health, kept)).toEqual([
    'Not counted: a record moves to another row. By the catalog only the owner of comments can do that.',
    'Not counted: comments is emptied by TRUNCATE. By the catalog only the owner of comments can do that.',
  ]);
});

test('what trigger finds wrong with a trigger that stays is named, with what would count it right', async () => {
  await own.sql
    .unsafe(`
      DROP TABLE comments; CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        post_id integer NOT NULL REFERENCES posts ON DELETE CASCADE ON UPDATE CASCADE, deleted_at timestamptz);
      ALTER TABLE posts ALTER comments_count SET DEFAULT 0;
      ${trigger(
        'keep',
        'INSERT OR UPDATE OR DELETE',
        `IF TG_OP = 'INSERT' THEN IF NEW.deleted_at IS NULL THEN ${up} END IF;
         ELSIF TG_OP = 'DELETE' THEN IF OLD.deleted_at IS NULL THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = OLD.post_id; END IF;
         ELSIF NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL THEN ${up}
         ELSIF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = NEW.post_id;
         ELSIF NEW.deleted_at IS NULL AND NEW.post_id <> OLD.post_id THEN ${up} UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = OLD.post_id; END IF;`,
      )}
      CREATE FUNCTION empty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = 0; RETURN NULL; END $$;
      CREATE TRIGGER empty AFTER TRUNCATE ON comments EXECUTE FUNCTION empty()`)
    .simple();
  const made = await plan();
  expect(made.statements).toEqual([]);
  const found = made.health.findings.filter(({ severity }) => severity === 'warning');
  expect(found.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['changes-at-once', 'key-change-counts']),
  );
  expect(found.find(({ code }) => code === 'changes-at-once')?.message).toMatch(
    /^The count (?:changes by [+-]1|stays as it is) when a record moves to another row and deleted_at changes from (?:NULL to a value|a value to NULL) in one UPDATE, and should /,
  );
  const left = leftUncounted(made.health, definition, made.room);
  expect(left).toEqual(expect.arrayContaining(found.map(({ message }) => message)));
  expect(left.at(-1)).toMatch(
    /^What migrate would install instead of .*keep.* counts that right: .* and run migrate\.$/,
  );
  expect(leftUncounted(made.health, definition, false).join()).not.toContain('run migrate');
});

test('a trigger that counts wrongly is named and dropped', async () => {
  await own.sql.unsafe(trigger('count_all', 'INSERT', up));
  const { drops, differs, replaced } = await plan();
  expect(drops).toEqual(['count_all']);
  expect(differs[0]).toBe('the trigger count_all on public.comments, which counts wrongly, is dropped');
  expect(replaced[0]).toContain('CREATE TRIGGER count_all');
  await install(database, definition);
  expect((await readCounterHealth(database, definition)).health).toMatchObject({ healthy: true });
  expect(await own.sql`SELECT FROM pg_trigger WHERE tgname = 'count_all'`).toHaveLength(0);
});

test('a key that records do not follow is told, before it is installed and after', async () => {
  await own.sql`ALTER TABLE posts ADD slug text UNIQUE`;
  await own.sql`ALTER TABLE comments ADD slug text`;
  const bySlug = defined({
    row: { table: 'posts', count: 'comments_count', key: ['slug'] },
    record: { table: 'comments', reference: ['slug'] },
  });
  const planned = () =>
    planCounterMigration(database, {
      definition: bySlug,
      readOnly: false,
      dryRun: false,
      applicationStopped: true,
    });
  const { message, code } = (await planned()).warnings[0] ?? {};
  expect([code, message]).toEqual([
    'key-change-strands',
    'When slug of a row changes, its records stay with the old one, and its count stays too: no foreign key takes them along.',
  ]);
  await install(database, bySlug);
  const made = await planned();
  expect(made.statements).toEqual([]);
  expect(leftUncounted(made.health, bySlug)).toContain(message);
  await own.sql.unsafe(
    trigger('along', 'UPDATE', 'UPDATE comments SET slug = NEW.slug WHERE slug = OLD.slug;', 'posts'),
  );
  expect(leftUncounted((await planned()).health, bySlug)).toContain(
    'When slug of a row changes, the trigger along takes its records along. They are then counted once more, because its count stays too.',
  );
});

test('counting anew is no more than counting', async () => {
  await own.sql.unsafe(
    trigger(
      'anew',
      'INSERT OR UPDATE',
      `DECLARE n integer; BEGIN SELECT count(*), max(now()) INTO n FROM comments WHERE post_id = NEW.post_id AND deleted_at IS NULL;
       UPDATE posts SET comments_count = n WHERE id = NEW.post_id; END;`,
    ),
  );
  expect((await plan()).drops).toEqual(['anew']);
});

test('a trigger of another table that adds 0 by a function is not in the way', async () => {
  const bump = (name: string, by: number) =>
    trigger(name, 'INSERT', `PERFORM bump(NEW.post_id, 1, ${by});`, 'likes');
  await own.sql.unsafe(`
    CREATE FUNCTION bump(post integer, s integer, c integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
      UPDATE posts p SET seen = p.seen + s, comments_count = p.comments_count + c WHERE id = post; END $$;
    CREATE TABLE likes (id integer PRIMARY KEY, post_id integer);
    ${bump('aside', 0)}`);
  const others = async () =>
    (await readCounterHealth(database, definition)).health.findings
      .filter(({ code }) => code === 'other-writer')
      .map(({ message }) => message);
  expect(await others()).toEqual([expect.stringMatching(/^The function public\.bump\(/)]);
  await expect(plan()).rejects.toThrow(/^The function public\.bump\(.*\) adds to comments_count too/);
  await own.sql.unsafe(bump('more', 1));
  expect(
    (await readCounterHealth(database, definition)).health.findings.map(({ message }) => message).join(),
  ).toContain('more');
});

test('a function by which a trigger counts is a part of it', async () => {
  const helper = (more = '') => `
    CREATE OR REPLACE FUNCTION bump(post integer, n integer DEFAULT 1) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
      UPDATE posts SET comments_count = coalesce(comments_count, 0) + n WHERE id = post; ${more} END $$;`;
  await own.sql.unsafe(`CREATE TABLE tags (id integer); ${helper()}
    CREATE PROCEDURE pass(IN post integer) LANGUAGE sql AS 'SELECT bump(post)';
    ${trigger('by_helper', 'INSERT', 'CALL pass(post => NEW.post_id);')}`);
  const { findings } = (await readCounterHealth(database, definition)).health;
  expect(findings.filter(({ code }) => code === 'other-writer')).toEqual(
    ['function public.bump(post integer, n integer)', 'procedure public.pass(IN post integer)'].map(name => ({
      code: 'other-writer',
      severity: 'info',
      message: `A trigger counts by the ${name}, which can also be called by itself.`,
      hint: 'If the application calls it too, for a change of records that the trigger counts, that change is counted twice.',
    })),
  );
  expect((await plan()).drops).toEqual(['by_helper']);
  const doesMore = async (more: string) => {
    await own.sql.unsafe(helper(more));
    return plan().then(
      () => null,
      ({ message }) => message,
    );
  };
  expect(await doesMore('UPDATE posts SET seen = 1 WHERE id = post;')).toMatch(/ also sets posts\.seen: /);
  expect(await doesMore("PERFORM pg_notify('a', 'b');")).toMatch(/ also calls pg_notify\(\): /);
  expect(await doesMore('DELETE FROM tags;')).toMatch(/ also deletes from tags: /);
  expect(await doesMore('LOCK posts;')).toMatch(/ also runs LOCK: /);
  await own.sql.unsafe('CREATE VIEW shown AS SELECT id FROM tags');
  expect(await doesMore('INSERT INTO shown VALUES (1);')).toMatch(
    / also writes a table or view that is not known: /,
  );
});

quickCases(
  'a trigger that does more than count',
  'a trigger that throws records away',
  'a function that counts by itself',
  'a trigger that is not read',
  'a trigger of another table',
  'partitioned records',
).each([
  [
    'a trigger that does more than count',
    trigger('more', 'INSERT', `${up} UPDATE posts SET seen = seen + 1;`),
    'does-more',
  ],
  [
    'a trigger that refuses records',
    trigger('refuse', 'INSERT', `IF NEW.post_id = 0 THEN RAISE EXCEPTION 'no'; END IF; ${up}`),
    'does-more',
  ],
  [
    'a trigger that throws records away',
    trigger(
      'skip',
      'INSERT',
      `IF NEW.post_id = 0 THEN RETURN NULL; END IF; ${up} IF TRUE THEN RETURN NEW; END IF;`,
    ).replace('AFTER', 'BEFORE'),
    'does-more',
  ],
  [
    'a trigger that tells somebody',
    trigger('tell', 'INSERT', `${up} PERFORM pg_notify('a', 'b');`),
    'does-more',
  ],
  [
    'a function that counts by itself',
    `CREATE FUNCTION comment(post integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO comments (post_id) VALUES (post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = post; END $$;`,
    'would-break',
  ],
  [
    'a function that only adds',
    'CREATE FUNCTION bump(post integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = comments_count + 1 WHERE id = post $$;',
    'would-break',
  ],
  [
    'a trigger that is not read',
    `CREATE FUNCTION hidden() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'UPDATE posts SET ' || TG_ARGV[0]; RETURN NULL; END $$;
     CREATE TRIGGER hidden AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION hidden('comments_count = 1');`,
    'would-break',
  ],
  [
    'a trigger that depends on the session',
    trigger('session', 'INSERT', `IF pg_trigger_depth() = 1 AND NEW.deleted_at IS NULL THEN ${up} END IF;`),
    'would-break',
  ],
  [
    'a trigger of another table',
    `CREATE TABLE likes (id integer PRIMARY KEY, post_id integer); ${trigger('aside', 'INSERT', up, 'likes')}`,
    'would-break',
  ],
  [
    'partitioned records',
    `DROP TABLE comments; CREATE TABLE comments (id integer, post_id integer, deleted_at timestamptz) PARTITION BY HASH (id);
     CREATE TABLE c0 PARTITION OF comments FOR VALUES WITH (MODULUS 1, REMAINDER 0);`,
    'does-not-fit',
  ],
  ['records that others inherit from', 'CREATE TABLE old_comments () INHERITS (comments);', 'does-not-fit'],
])('it refuses beside %s', async (_, sql, code) => {
  await own.sql.unsafe(sql).simple();
  await expect(plan()).rejects.toMatchObject({ code });
});

test('a condition on a stored column is installed and kept, and on a virtual one it is refused', async context => {
  const { where: _, ...record } = definition.record;
  const live = {
    ...definition,
    record: { ...record, where: { kind: 'is', column: 'is_live', value: true } },
  } as const;
  const add = (stored: string) =>
    own.sql.unsafe(
      `ALTER TABLE comments DROP COLUMN IF EXISTS is_live, ADD is_live boolean GENERATED ALWAYS AS (deleted_at IS NULL) ${stored}`,
    );
  const planned = () =>
    planCounterMigration(database, {
      definition: live,
      readOnly: false,
      dryRun: true,
      applicationStopped: true,
    });
  await add('STORED');
  const { proof } = await planned();
  expect(proof).toMatchObject({ proved: true, reason: null });
  expect(proof?.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['change-out', 'change-in']));
  await own.sql
    .unsafe(
      trigger(
        'keep',
        'INSERT OR DELETE OR UPDATE OF post_id, deleted_at',
        `IF TG_OP <> 'DELETE' AND NEW.is_live THEN ${up} END IF;
         IF TG_OP <> 'INSERT' AND OLD.is_live THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = OLD.post_id; END IF;`,
      ),
    )
    .simple();
  expect(await planned()).toMatchObject({ differs: [], statements: [] });
  const [server] = await own.sql`SHOW server_version_num`;
  if (Number(server?.server_version_num) < 180000) context.skip();
  await own.sql`DROP TRIGGER keep ON comments`;
  await add('VIRTUAL');
  await expect(planned()).rejects.toMatchObject({
    code: 'does-not-fit',
    message: expect.stringContaining('is_live is virtual, and has no value in a trigger.'),
  });
});

test('a name that is taken gets a number, and stays', async () => {
  await own.sql.unsafe(
    'CREATE FUNCTION keep_posts_comments_count() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$',
  );
  await install(database, definition);
  const names = () => own.sql`SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`;
  expect((await names())[0]).toEqual({ tgname: 'keep_posts_comments_count_2_delete' });
  await own.sql`DROP TRIGGER keep_posts_comments_count_2_delete ON comments`;
  await install(database, definition);
  expect(await names()).toHaveLength(4);
});

test('two sessions that change the same rows in opposite orders never deadlock, and lose nothing', async () => {
  await install(database, definition);
  const insert = (order: string) =>
    own.sql.unsafe(
      `INSERT INTO comments (post_id) SELECT p FROM (SELECT generate_series(1, 20) AS p) s, generate_series(1, 3) ORDER BY p ${order}`,
    );
  const others = [
    () => own.sql`UPDATE comments SET post_id = 21 - post_id`,
    () => own.sql`DELETE FROM comments WHERE id IN (SELECT id FROM comments ORDER BY id DESC LIMIT 10)`,
    () => own.sql`UPDATE comments SET deleted_at = now() WHERE id % 3 = 0`,
  ];
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([insert('ASC'), insert('DESC'), insert('ASC'), insert('DESC')]);
    for (const other of others) await Promise.all([insert('DESC'), other(), insert('ASC')]);
  }
  expect(await wrong()).toHaveLength(0);
});

test('with a hostile search_path nobody else is called', async () => {
  await install(database, definition);
  const trapped = connectTo((await setTraps(own)).url);
  try {
    await trapped.write(
      async ({ rows, script, ownPath }) => {
        await rows("SELECT pg_catalog.set_config('search_path', $1, true)", [ownPath]);
        await script(`INSERT INTO public.comments (post_id) VALUES (1), (1), (2);
          UPDATE public.comments SET post_id = 3; DELETE FROM public.comments WHERE post_id IS NULL; COMMIT`);
      },
      { timeout: 10, lockTimeout: 2 },
    );
  } finally {
    await trapped.close();
  }
  expect(await wrong()).toHaveLength(0);
  expect(await own.sql`SELECT id FROM posts WHERE comments_count = 3`).toEqual([{ id: 3 }]);
});

test('a trigger whose name is a word of a finding is not called wrong for that', async () => {
  const takes = (name: string) =>
    trigger(
      name,
      'DELETE',
      'IF OLD.deleted_at IS NULL THEN UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = OLD.post_id; END IF;',
    );
  await own.sql.unsafe(trigger('adds', 'INSERT', up) + takes('changes') + takes('deleted')).simple();
  const { health } = await readCounterHealth(database, definition);
  const errors = health.findings.filter(({ severity }) => severity === 'error');
  // Each of them is right by itself, and both together are not.
  expect(errors.map(({ code, triggers }) => [code, triggers])).toEqual([
    ['counts-twice', ['changes', 'deleted']],
    ['condition-not-counted', undefined],
  ]);
  await own.sql`DROP TRIGGER deleted ON comments`;
  const { differs } = await plan(true);
  expect(differs.slice(0, 2)).toEqual([
    'the trigger adds on public.comments, which counts wrongly, is dropped',
    'the trigger changes on public.comments is replaced',
  ]);
});

test('only a trigger that is judged wrong is called so', async () => {
  await own.sql.unsafe(
    trigger('adds', 'INSERT', up) +
      trigger(
        'takes',
        'DELETE',
        'IF OLD.deleted_at IS NULL THEN UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id; END IF;',
      ),
  );
  const { differs } = await plan(true);
  expect(differs.slice(0, 2)).toEqual([
    'the trigger adds on public.comments, which counts wrongly, is dropped',
    'the trigger takes on public.comments is replaced',
  ]);
});
