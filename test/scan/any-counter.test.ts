import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scanDirectory } from '../../source/scan/scan.ts';
import type { ScanSubject } from '../../source/scan/subject.ts';

const filters: ScanSubject = {
  counter: 'public.saved_filters.use_count',
  table: 'saved_filters',
  column: 'use_count',
  records: 'filter_uses',
  reference: ['filter_id'],
  nouns: { row: ['filter', 'filters'], record: ['use', 'uses'] },
};
const posts: ScanSubject = {
  counter: 'blog.posts.views',
  table: 'posts',
  column: 'views',
  records: 'post_views',
  reference: ['post_id'],
  nouns: { row: ['post', 'posts'], record: ['view', 'views'] },
};
const orders: ScanSubject = {
  counter: 'public."Category"."itemCount"',
  table: 'Category',
  column: 'itemCount',
  records: 'Item',
  reference: ['categoryId'],
  nouns: { row: ['category', 'categories'], record: ['item', 'items'] },
};
const subjects = [null, filters, posts, orders];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-any-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function scan(files: Record<string, string>, of: readonly (ScanSubject | null)[] = subjects) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return scanDirectory(root, { subjects: of });
}

describe('a write of another counter is found in', () => {
  test.each<[string, string, string, [kind: string, how: string | null, counter: string]]>([
    [
      'an update of Supabase',
      'a.ts',
      "await supabase.from('saved_filters').update({ use_count: n + 1 }).eq('id', id);",
      ['supabase-update', 'adds', 'public.saved_filters.use_count'],
    ],
    [
      'a call of a function',
      'a.ts',
      "await supabase.rpc('increment_post_views', { post_id: id });",
      ['rpc', 'adds', 'blog.posts.views'],
    ],
    [
      'a call of one in camel case',
      'a.ts',
      "await supabase.rpc('incrementFilterUseCount', { p_id: id });",
      ['rpc', 'adds', 'public.saved_filters.use_count'],
    ],
    [
      'Prisma',
      'a.ts',
      "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nawait prisma.category.update({ where: { id }, data: { itemCount: { increment: 1 } } });",
      ['prisma', 'adds', 'public."Category"."itemCount"'],
    ],
    [
      'drizzle',
      'a.ts',
      `import { posts } from './schema';\nawait db.update(posts).set({ views: sql\`\${posts.views} + 1\` }).where(eq(posts.id, id));`,
      ['query-builder', 'adds', 'blog.posts.views'],
    ],
    [
      'TypeORM',
      'a.ts',
      "import { Repository } from 'typeorm';\nimport { Category } from './category';\nclass Service {\n  constructor(private categories: Repository<Category>) {}\n  used(id: number) { return this.categories.increment({ id }, 'itemCount', 1); }\n}",
      ['orm', 'adds', 'public."Category"."itemCount"'],
    ],
    [
      'a query builder of TypeORM',
      'a.ts',
      `import { Category } from './category';\nawait dataSource.createQueryBuilder().update(Category).set({ itemCount: () => '"itemCount" - 1' }).where({ id }).execute();`,
      ['query-builder', 'subtracts', 'public."Category"."itemCount"'],
    ],
    [
      'knex',
      'a.ts',
      "await knex('saved_filters').where({ id }).increment('use_count', 1);",
      ['query-builder', 'adds', 'public.saved_filters.use_count'],
    ],
    [
      'SQL in code',
      'a.ts',
      'await pool.query("UPDATE saved_filters SET use_count = use_count + 1 WHERE id = $1", [id]);',
      ['sql', 'adds', 'public.saved_filters.use_count'],
    ],
    [
      'SQL that quotes its names',
      'a.sql',
      `UPDATE "Category" SET "itemCount" = "itemCount" - 1 WHERE id = 4;`,
      ['sql', 'subtracts', 'public."Category"."itemCount"'],
    ],
    [
      'a request of PostgREST',
      'a.ts',
      `await fetch(\`\${url}/rest/v1/saved_filters?id=eq.\${id}\`, { method: 'PATCH', body: JSON.stringify({ use_count: n + 1 }) });`,
      ['postgrest', 'adds', 'public.saved_filters.use_count'],
    ],
    [
      'a script',
      'a.sh',
      `psql -c "UPDATE posts SET views = views + 1 WHERE id = 3"`,
      ['shell-sql', 'adds', 'blog.posts.views'],
    ],
  ])('%s', async (_, file, text, [kind, how, counter]) => {
    const { writes } = await scan({ [file]: text });
    expect(writes.map(write => [write.kind, write.how, write.counter])).toEqual([[kind, how, counter]]);
  });
});

test.each([
  ['a count of another table', "await supabase.from('reports').update({ use_count: n + 1 }).eq('id', id);"],
  [
    'another column of the table',
    "await supabase.from('saved_filters').update({ name, position: n + 1 }).eq('id', id);",
  ],
  ['a function that counts something else', "await supabase.rpc('increment_post_shares', { post_id: id });"],
  ['an insert of a record', "await supabase.from('filter_uses').insert({ filter_id: id });"],
])('%s is no write', async (_, text) => {
  expect((await scan({ 'a.ts': text })).writes).toEqual([]);
});

test('names that an ORM gave are followed for each counter', async () => {
  const { writes } = await scan({
    'prisma/schema.prisma':
      'model Filter {\n  id Int @id\n  used Int @map("use_count")\n\n  @@map("saved_filters")\n}\n',
    'a.ts':
      "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nawait prisma.filter.update({ where: { id }, data: { used: { increment: 1 } } });",
  });
  expect(writes).toMatchObject([{ kind: 'prisma', counter: 'public.saved_filters.use_count' }]);
});

test('the reason and the hint speak of the counter', async () => {
  const { writes } = await scan({
    'a.ts':
      "async function use(id, n) {\nawait supabase.from('filter_uses').insert({ filter_id: id });\nawait supabase.from('saved_filters').update({ use_count: n + 1 }).eq('id', id);\n}",
  });
  expect(writes).toMatchObject([
    {
      record: 2,
      why: expect.stringContaining(
        'It inserts one use on line 2 and writes use_count on line 3: if a trigger keeps the count, that counts twice.',
      ),
      hint: 'If the database keeps it, remove the write and only store the use. preset-usage trigger --counter public.saved_filters.use_count shows what keeps the count.',
    },
  ]);
});

test.each([
  ['one by its name', 'count_view', 'It turns the trigger count_view off', 'Turn it on again', 'count_view'],
  ['all', 'ALL', 'It turns the triggers of post_views off', 'Turn them on again', 'ALL'],
  ['those of users', 'USER', 'It turns the triggers of post_views off', 'Turn them on again', 'ALL'],
])('triggers of the records are turned off: %s', async (_, name, why, hint, again) => {
  const trigger =
    name === 'count_view'
      ? `CREATE TABLE post_views (post_id int);
CREATE FUNCTION count_view() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE posts SET views = views + 1 WHERE id = NEW.post_id; RETURN NEW; END $$;
CREATE TRIGGER count_view AFTER INSERT ON post_views FOR EACH ROW EXECUTE FUNCTION count_view();
`
      : '';
  const { writes } = await scan({ 'a.sql': `${trigger}ALTER TABLE post_views DISABLE TRIGGER ${name};` });
  expect(writes).toMatchObject([
    {
      kind: 'trigger-disabled',
      counter: 'blog.posts.views',
      why: expect.stringContaining(why),
      hint: expect.stringContaining(
        `${hint} in the same transaction (ALTER TABLE post_views ENABLE TRIGGER ${again}).`,
      ),
    },
  ]);
});

test('what tracks a use of a preset records nothing of another counter', async () => {
  const { writes } = await scan(
    {
      'a.ts':
        "async function use(id, n) {\nawait supabase.rpc('track_preset_usage', { id });\nawait supabase.from('posts').update({ views: n + 1 }).eq('id', id);\n}",
    },
    [posts],
  );
  expect(writes).toMatchObject([{ record: null }]);
});

test('a number of records is read by the reference of the counter', async () => {
  const recount = (column: string) =>
    `async function mend(id) {\nconst { data } = await supabase.from('post_views').select('${column}').eq('post_id', id);\nawait supabase.from('posts').update({ views: tally(data).total }).eq('id', id);\n}`;
  const kinds = async (column: string) =>
    (await scan({ 'a.ts': recount(column) }, [posts])).notes.map(({ kind, message }) => [kind, message]);
  expect(await kinds('post_id')).toEqual([['recount', expect.stringMatching(/^It computes views from /)]]);
  expect(await kinds('preset_id')).toEqual([]);
});

test('a script may name it in capitals', async () => {
  const { writes } = await scan({ 'a.sh': 'psql -c "UPDATE POSTS SET VIEWS = VIEWS + 1"' }, [posts]);
  expect(writes).toMatchObject([{ kind: 'shell-sql', how: 'adds' }]);
});

test('places in one line are in its order', async () => {
  const update = (table: string, column: string) =>
    `await supabase.from('${table}').update({ ${column}: n + 1 });`;
  const text = `${update('saved_filters', 'use_count')} ${update('posts', 'views')}`;
  const { writes } = await scan({ 'a.ts': text }, [posts, filters]);
  expect(writes.map(({ counter }) => counter)).toEqual([filters.counter, posts.counter]);
});

test('presets are found as ever beside others, and alone if nothing else is asked for', async () => {
  const files = {
    'a.ts':
      "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);\nawait supabase.from('posts').update({ views: n + 1 }).eq('id', id);",
  };
  const both = await scan(files);
  expect(both.writes.map(({ line, counter }) => [line, counter])).toEqual([
    [1, undefined],
    [2, 'blog.posts.views'],
  ]);
  const alone = await scanDirectory(root);
  expect(alone.writes).toEqual(both.writes.slice(0, 1));
  expect(await scan(files, [posts])).toMatchObject({ writes: [{ line: 2 }] });
});

test('what a row is to one counter is not taken for what it is to another', async () => {
  const read = "const { data: row } = await supabase.from('posts').select('*').eq('id', id).single();";
  const files = {
    'a.ts': `${read}\nfor (const table of ['presets', 'posts']) await supabase.from(table).update({ ...row, title });`,
  };
  const { writes } = await scan(files, [null, posts]);
  expect(writes.map(({ line, counter }) => [line, counter])).toEqual([[2, 'blog.posts.views']]);
  expect((await scan(files, [posts, null])).writes).toEqual(writes);
});

describe('what the database says writes a counter', () => {
  const kept: ScanSubject = {
    counter: 'blog.posts.comments_count',
    table: 'posts',
    column: 'comments_count',
    records: 'comments',
    reference: ['post_id'],
    nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] },
    writers: { triggers: ['comment_added', 'comment_removed'], functions: ['say'], besides: ['bump'] },
  };
  const unknown: ScanSubject = { ...kept, writers: { triggers: [], functions: [], besides: [] } };
  const body = (change: string, id: string) =>
    `UPDATE posts SET comments_count = comments_count ${change} WHERE id = ${id}`;
  const trigger = (name: string, event: string, change: string, called = `${name}_fn`) =>
    `CREATE FUNCTION ${called}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body(change, 'NEW.post_id')}; RETURN NULL; END $$;
CREATE TRIGGER ${name} AFTER ${event} ON comments FOR EACH ROW EXECUTE FUNCTION ${called}();\n`;
  const both = trigger('comment_added', 'INSERT', '+ 1') + trigger('comment_removed', 'DELETE', '- 1');
  const lines = async (file: string, text: string, of: ScanSubject = kept) =>
    (await scan({ [file]: text }, [of])).writes.map(({ line, kind }) => `${line} ${kind}`);

  test('its triggers are no second counter in a migration, and others are', async () => {
    expect(await lines('a.sql', both, unknown)).toEqual(['1 migration-counter', '3 migration-counter']);
    expect(await lines('a.sql', both)).toEqual([]);
    expect(await lines('a.sql', both + trigger('count_again', 'INSERT', '+ 1'))).toEqual([
      '5 migration-counter',
    ]);
  });

  test('a function that its trigger calls is no second counter, but a call of it is', async () => {
    const helper = `CREATE FUNCTION change(p int, n int) RETURNS void LANGUAGE sql AS $$ ${body('+ n', 'p')} $$;
CREATE FUNCTION added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM change(NEW.post_id, 1); RETURN NULL; END $$;
CREATE TRIGGER comment_added AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION added();
`;
    expect(await lines('a.sql', helper)).toEqual([]);
    expect(await lines('a.sql', helper, unknown)).toEqual(['1 migration-counter']);
    expect(await lines('b.ts', "await supabase.rpc('change', { p: id, n: 1 });")).toEqual(['1 rpc']);
  });

  test('what its trigger calls besides counting counts twice', async () => {
    const twice = `CREATE FUNCTION again(p int) RETURNS void LANGUAGE sql AS $$ ${body('+ 1', 'p')} $$;
CREATE FUNCTION added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body('+ 1', 'NEW.post_id')}; PERFORM again(NEW.post_id); RETURN NULL; END $$;
CREATE TRIGGER comment_added AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION added();
`;
    expect(await lines('a.sql', twice)).toEqual(['1 migration-counter']);
  });

  test.each([
    ['a.ts', "await supabase.rpc('bump', { p_post: id });", ['1 rpc']],
    ['a.ts', "await pool.query('SELECT bump($1)', [id]);", ['1 sql']],
    ['a.sql', 'SELECT bump(id) FROM posts;', ['1 sql']],
    ['a.sh', 'psql -c "SELECT bump(3)"', ['1 shell-sql']],
    ['a.ts', "await supabase.rpc('jump', { p_post: id });", []],
  ])(
    'a call of a function that adds beside them is found by its name: %s %s',
    async (file, text, expected) => {
      expect(await lines(file, text)).toEqual(expected);
      expect(await lines(file, text, unknown)).toEqual([]);
    },
  );

  test('a function that only sounds like it may be called, where the database says so', async () => {
    const call = "await supabase.rpc('increment_comments_count', { p_post: id });";
    expect(await lines('a.ts', call)).toEqual(['1 rpc']);
    const writers = { triggers: [], functions: [], besides: [], innocent: ['increment_comments_count'] };
    expect(await lines('a.ts', call, { ...kept, writers })).toEqual([]);
    expect(await lines('a.sql', 'SELECT blog.increment_comments_count(3);', { ...kept, writers })).toEqual(
      [],
    );
  });

  test('a function that keeps it may be called', async () => {
    const sounding = {
      ...kept,
      writers: { triggers: [], functions: ['increment_post_comments'], besides: [] },
    };
    const call = "await supabase.rpc('increment_post_comments', { p_post: id });";
    expect(await lines('a.ts', call, unknown)).toEqual(['1 rpc']);
    expect(await lines('a.ts', call, sounding)).toEqual([]);
  });

  test('a function that keeps it may be defined', async () => {
    const defined = `CREATE FUNCTION say(p int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments (post_id) VALUES (p); ${body('+ 1', 'p')}; END $$;
SELECT say(1);`;
    expect(await lines('a.sql', defined, unknown)).toEqual(['1 migration-counter', '2 sql']);
    expect(await lines('a.sql', defined)).toEqual([]);
  });

  test.each([
    ['is disabled', 'ALTER TABLE comments DISABLE TRIGGER comment_removed;', true],
    ['is dropped', 'DROP TRIGGER comment_removed ON comments;', true],
    ['of another table is dropped', 'DROP TRIGGER comment_removed ON likes;', false],
    ['of another name is dropped', 'DROP TRIGGER comment_seen ON comments;', false],
  ])('a trigger of it that %s is a finding', async (_, text, found) => {
    const { writes } = await scan({ 'a.sql': both + text }, [kept]);
    expect(writes).toMatchObject(
      found
        ? [
            {
              line: 5,
              kind: 'trigger-disabled',
              why: expect.stringContaining('the trigger comment_removed off'),
            },
          ]
        : [],
    );
  });

  test('files that create the records have a trigger for each event', async () => {
    const whole = `CREATE TABLE comments (post_id int);\n${both}`;
    expect(await lines('a.sql', whole, unknown)).toEqual([]);
    expect(await lines('a.sql', whole + trigger('once_more', 'DELETE', '- 1'), unknown)).toEqual([
      '6 migration-counter',
    ]);
  });

  test('presets keep their own names beside it', async () => {
    const presets: ScanSubject = {
      ...kept,
      counter: null,
      writers: { triggers: ['count_use'], functions: [], besides: ['bump'] },
    };
    const { writes } = await scan(
      {
        'a.ts':
          "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);\nawait supabase.rpc('bump', { id });",
      },
      [presets],
    );
    expect(writes.map(({ line, kind, counter }) => [line, kind, counter])).toEqual([
      [1, 'supabase-update', undefined],
      [2, 'rpc', undefined],
    ]);
  });
});
