import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { auditCounters } from '../../../source/counter/audit/audit-counters.ts';
import type { Counter } from '../../../source/counter/counter.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { readCounterTables } from '../../../source/counter/discovery/tables.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { type Described, defined } from '../../helpers/definitions.ts';

let own: TestDatabase;
let database: Database;
beforeEach(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const tablesOf = (definition: CounterDefinition, from = database) =>
  from.read(reader => readCounterTables(reader, definition));

const comments: Described = {
  row: { table: 'posts', label: 'title', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'], where: { kind: 'null', column: 'deleted_at' } },
};

const blog = `
  CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer, tags text[]);
  CREATE TABLE comments (post_id integer, deleted_at timestamptz, status text, weight real);`;

describe('a large counter with a condition', () => {
  const fill = `${blog}
    INSERT INTO posts SELECT i, 'post ' || i, 0 FROM generate_series(1, 5000) i;
    INSERT INTO comments SELECT 1 + i % 5003, CASE WHEN i % 7 = 0 THEN now() END FROM generate_series(1, 60000) i;
    INSERT INTO comments VALUES (NULL, NULL), (NULL, now());
    CREATE INDEX ON comments (post_id INCLUDE_OR_NOT);
    UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL);
    UPDATE posts SET comments_count = comments_count + 1 WHERE id % 100 = 0;
    ANALYZE;`;

  async function audited(definition: CounterDefinition) {
    const tables = await tablesOf(definition);
    const counters: Counter[] = [];
    let pages = 0;
    const summary = await auditCounters(database, tables, {
      scope: 'all',
      onPage(page) {
        pages += 1;
        counters.push(...page.counters);
      },
    });
    return { summary, counters, pages };
  }

  test.each([
    ['with an index that has its column too', 'post_id, deleted_at', true],
    ['with an index that only keeps its column', 'post_id) INCLUDE (deleted_at', true],
    ['with an index that lacks it', 'post_id', false],
  ])('%s', async (_, columns, isPaged) => {
    await own.sql.unsafe(fill.replace('post_id INCLUDE_OR_NOT', columns)).simple();
    await own.sql`VACUUM comments`;
    const { summary, counters, pages } = await audited(defined(comments));
    expect(pages > 2).toBe(isPaged);
    const [{ wrong, orphans } = { wrong: -1, orphans: -1 }] = await own.sql<
      { wrong: number; orphans: number }[]
    >`
      SELECT (SELECT count(*)::int FROM posts p WHERE comments_count <> (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL)) AS wrong,
             (SELECT count(*)::int FROM comments WHERE deleted_at IS NULL AND post_id NOT BETWEEN 1 AND 5000) AS orphans`;
    expect(wrong).toBe(50);
    expect(summary.totals).toMatchObject({ rows: 5000, mismatched: 50, tooHigh: 50 });
    expect(summary.orphans).toBe(orphans);
    expect(new Set(counters.map(({ id }) => id)).size).toBe(5000);
  });

  test('a count in another table, in pages', async () => {
    await own.sql
      .unsafe(
        `${fill.replace('post_id INCLUDE_OR_NOT', 'post_id, deleted_at')}
        CREATE TABLE stats (post integer PRIMARY KEY, n integer);
        INSERT INTO stats SELECT id, comments_count FROM posts WHERE id % 3 <> 0`,
      )
      .simple();
    await own.sql`VACUUM comments`;
    const { summary, pages } = await audited(
      defined({ ...comments, row: { table: 'posts', count: 'n' }, via: { table: 'stats', row: ['post'] } }),
    );
    const [{ wrong } = { wrong: -1 }] = await own.sql<{ wrong: number }[]>`
      SELECT count(*)::int AS wrong FROM posts p LEFT JOIN stats s ON s.post = p.id
       WHERE coalesce(n, 0) <> (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL)`;
    expect(pages).toBeGreaterThan(2);
    expect(summary.totals).toMatchObject({ rows: 5000, mismatched: wrong });
  });
});

describe('a definition that does not fit is refused in a sentence', () => {
  const change = (
    record: Partial<CounterDefinition['record']>,
    row: Partial<CounterDefinition['row']> = {},
  ) => defined({ row: { ...comments.row, ...row }, record: { ...comments.record, ...record } });

  test.each<[string, CounterDefinition, object]>([
    [
      'a table that is not there',
      change({ table: 'remarks' }),
      {
        code: 'missing-table',
        message:
          'There is no table remarks in the schema public, which the counter public.posts.comments_count needs.',
      },
    ],
    [
      'a view',
      change({ table: 'shown' }),
      {
        code: 'not-a-table',
        message:
          'public.shown is a view, not a table, so the counter public.posts.comments_count cannot stand on it.',
      },
    ],
    [
      'a column that is not there',
      change({ where: { kind: 'null', column: 'removed_at' } }),
      {
        code: 'missing-column',
        message:
          'The table public.comments has no column removed_at, which the counter public.posts.comments_count needs.',
      },
    ],
    [
      'a key that is not unique',
      change({}, { key: ['title'] }),
      {
        message:
          'public.posts has no unique index on title, so a record of public.posts.comments_count could belong to several rows.',
      },
    ],
    [
      'a key of several columns that is not unique',
      change({ reference: ['post_id', 'status'] }, { key: ['tags', 'title'] }),
      {
        message:
          'public.posts has no unique index on tags, title, so a record of public.posts.comments_count could belong to several rows.',
      },
    ],
    [
      'fewer columns that refer than the key has',
      change({ reference: [] }),
      {
        message: 'The key of public.posts has 1 columns, and what refers to it in public.comments has 0.',
      },
    ],
    ['keys of different types', change({ reference: ['status'] }), { code: 'keys-differ' }],
    ['a count that is no number', change({}, { count: 'tags' }), { code: 'count-is-no-number' }],
    [
      'an amount whose sum depends on the order',
      change({ amount: 'weight' }),
      {
        code: 'amount-is-inexact',
        message:
          'public.comments.weight is real: the sum of such numbers depends on the order in which they are added.',
      },
    ],
    ['an amount that is no number', change({ amount: 'status' }), { code: 'amount-is-inexact' }],
    [
      'a time that is none',
      change({ time: 'status' }),
      { message: 'public.comments.status is text, not a time, as public.posts.comments_count needs it.' },
    ],
    [
      'a text that is taken for a boolean',
      change({ where: { kind: 'is', column: 'status', value: true } }),
      {
        message:
          'The condition of public.posts.comments_count takes public.comments.status for a boolean, but it is text.',
      },
    ],
    [
      'a value that its column cannot have',
      change({ where: { kind: 'compare', column: 'deleted_at', operator: '>', value: 'soon' } }),
      {
        message:
          'The condition of public.posts.comments_count compares a column of public.comments with a value or a type that it does not have.',
      },
    ],
  ])('%s', async (_, definition, error) => {
    await own.sql.unsafe(`${blog} CREATE VIEW shown AS SELECT * FROM comments`).simple();
    await expect(tablesOf(definition)).rejects.toMatchObject({
      code: 'counter-does-not-fit',
      exitCode: 3,
      hint: 'Correct its definition in the configuration.',
      ...(typeof error === 'object' && 'code' in error && /keys|number|inexact/.test(String(error.code))
        ? { hint: expect.any(String) }
        : {}),
      ...error,
    });
  });

  test('a value that its enum does not have', async () => {
    await own.sql
      .unsafe(`${blog} CREATE TYPE mood AS ENUM ('good'); ALTER TABLE comments ADD mood mood`)
      .simple();
    const misread = change({ where: { kind: 'in', column: 'mood', values: ['good', 'bad'] } });
    await expect(tablesOf(misread)).rejects.toMatchObject({ code: 'counter-does-not-fit' });
  });

  test('a key with more columns than a unique index fits', async () => {
    await own.sql
      .unsafe(`${blog} INSERT INTO posts VALUES (1, 'a', 1), (2, 'a', 1);
        INSERT INTO comments (post_id, status) VALUES (1, 'a'), (2, 'a'), (2, 'a');`)
      .simple();
    const tables = await tablesOf(
      change({ reference: ['post_id', 'status'] }, { key: ['id', 'title'], label: null }),
    );
    expect(await auditCounters(database, tables, { scope: 'all' })).toMatchObject({
      totals: { accurate: 1, mismatched: 1 },
    });
  });

  test('a table for everything that has two rows', async () => {
    await own.sql
      .unsafe(`${blog} CREATE TABLE site (total integer); INSERT INTO site VALUES (0), (0)`)
      .simple();
    const site = defined({
      row: { table: 'site', key: [], count: 'total' },
      record: { table: 'comments', reference: [] },
    });
    const tables = await tablesOf(site);
    await expect(auditCounters(database, tables, { scope: 'all' })).rejects.toMatchObject({
      code: 'counter-does-not-fit',
      exitCode: 3,
      message: 'public.site has 2 rows, but public.site.total counts every record in one.',
    });
  });
});

describe('a role that does not see everything', () => {
  const password = 'p';
  const through: Described = {
    row: { table: 'posts', count: 'likes' },
    via: { table: 'stats', row: ['post'] },
    record: {
      table: 'likes',
      reference: ['comment'],
      through: { schema: 'public', table: 'comments', key: ['id'], reference: ['post_id'] },
    },
  };

  async function asReader(change: string): Promise<Database> {
    const role = `r_${own.name}`;
    await own.sql
      .unsafe(
        `CREATE TABLE posts (id integer PRIMARY KEY); CREATE TABLE stats (post integer PRIMARY KEY, likes integer);
         CREATE TABLE comments (id integer PRIMARY KEY, post_id integer, hidden boolean); CREATE TABLE likes (comment integer);
         CREATE ROLE ${role} LOGIN PASSWORD '${password}'; GRANT SELECT ON posts, stats, comments, likes TO ${role};
         ${change.replaceAll('ROLE', role)}`,
      )
      .simple();
    return connectTo(own.urlAs(role, password));
  }
  afterEach(async () => {
    await own.sql.unsafe(`DROP OWNED BY r_${own.name}; DROP ROLE r_${own.name}`).simple();
  });

  test.each(['posts', 'stats', 'comments', 'likes'])('because of a policy on %s', async table => {
    const reader = await asReader(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
    try {
      const tables = await tablesOf(defined(through), reader);
      expect(tables.hiddenBy).toEqual([`row-level security on public.${table} may hide rows from this role`]);
      expect(tables.policiesApply).toBe(true);
    } finally {
      await reader.close();
    }
  });

  test.each(['stats', 'comments'])('because of a policy on %s that is new', async table => {
    const reader = await asReader(
      `CREATE POLICY open ON ${table} USING (true); ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    );
    try {
      const tables = await tablesOf(defined(through), reader);
      expect(tables.hiddenBy).toEqual([]);
      reader.policiesApply(true);
      await own.sql.unsafe(`CREATE POLICY narrow ON ${table} AS RESTRICTIVE USING (false)`);
      await expect(auditCounters(reader, tables, { scope: 'all' })).rejects.toMatchObject({
        code: 'rows-hidden',
      });
    } finally {
      await reader.close();
    }
  });

  test('because it may not read a column of the table between', async () => {
    const reader = await asReader(
      'REVOKE SELECT ON comments FROM ROLE; GRANT SELECT (id) ON comments TO ROLE',
    );
    try {
      await expect(tablesOf(defined(through), reader)).rejects.toMatchObject({
        code: 'permission-denied',
        message: 'This role may not read post_id of public.comments.',
      });
    } finally {
      await reader.close();
    }
  });

  test('a name or a time that was found and that it may not read is left out', async () => {
    const reader = await asReader(
      'ALTER TABLE posts ADD title text; ALTER TABLE likes ADD at text; REVOKE SELECT ON posts FROM ROLE; GRANT SELECT (id) ON posts TO ROLE',
    );
    try {
      const named = defined({
        ...through,
        row: { ...through.row, label: 'title' },
        record: { ...through.record, time: 'at' },
      });
      await expect(tablesOf(named, reader)).rejects.toMatchObject({ exitCode: 3 });
      const found = { ...named, source: { kind: 'trigger' as const, evidence: [] } };
      expect((await tablesOf(found, reader)).definition).toMatchObject({
        row: { label: null },
        record: { time: null },
      });
    } finally {
      await reader.close();
    }
  });

  test('because it may not read the column of the condition', async () => {
    const reader = await asReader(
      'REVOKE SELECT ON comments FROM ROLE; GRANT SELECT (id, post_id) ON comments TO ROLE',
    );
    try {
      const definition = defined({
        row: { table: 'stats', key: ['post'], count: 'likes' },
        record: {
          table: 'comments',
          reference: ['post_id'],
          where: { kind: 'is', column: 'hidden', value: false },
        },
      });
      await expect(tablesOf(definition, reader)).rejects.toMatchObject({
        code: 'permission-denied',
        message: 'This role may not read hidden of public.comments.',
      });
    } finally {
      await reader.close();
    }
  });
});
