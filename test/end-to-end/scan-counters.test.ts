import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countersOfShop, replies } from '../helpers/counters-of-shop.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scan-counters-'));
  await mkdir(join(directory, 'src'));
  const counters = [
    {
      counter: 'public.saved_filters.use_count',
      row: { key: 'id' },
      records: { table: 'filter_uses', reference: 'filter_id' },
    },
    { counter: 'public.posts.views' },
  ];
  await writeFile(join(directory, 'mine.json'), JSON.stringify({ counters }));
  await writeFile(
    join(directory, 'src/a.ts'),
    "await supabase.from('saved_filters').update({ use_count: n + 1 }).eq('id', id);\nawait supabase.rpc('increment_post_views', { id });\n",
  );
});
afterAll(() => rm(directory, { recursive: true }));

const scan = (...args: string[]) => run(['scan', 'src', ...args], {}, undefined, { cwd: directory });

describe('scan', () => {
  test('finds what writes the counters of a configuration', async () => {
    const { code, out } = await scan('--config', 'mine.json', '--json');
    expect(JSON.parse(out)).toMatchObject({
      counters: ['public.saved_filters.use_count', 'public.posts.views'],
      writes: [
        { line: 1, kind: 'supabase-update', counter: 'public.saved_filters.use_count' },
        { line: 2, kind: 'rpc', counter: 'public.posts.views' },
      ],
    });
    expect(code).toBe(1);
    const said = await scan('--config', 'mine.json', '--counter', 'posts.views');
    expect(said.out).toContain('1 place writes public.posts.views in addition to what may keep it.');
    expect(said.out).toContain('rpc of public.posts.views');
  });

  test('without one looks for presets alone', async () => {
    const { code, out } = await scan('--json');
    expect(JSON.parse(out)).toMatchObject({ writes: [] });
    expect(JSON.parse(out)).not.toHaveProperty('counters');
    expect(code).toBe(0);
  });

  test('needs a counter to be described', async () => {
    const { code, err } = await scan('--counter', 'public.tags.uses');
    expect(err.split('\n')[0]).toBe(
      'counters.json does not describe public.tags.uses, and no database is named.',
    );
    expect(err).toContain('Set DATABASE_URL');
    expect(code).toBe(2);
  });
});

describe('scan with a database', () => {
  let shop: TestDatabase;
  let presets: TestDatabase;
  let app: string;
  const found = [
    'forum."Topic"."replyCount"',
    'public.albums.photos_count',
    'public.listings.revenue',
    'public.post_stats.comments',
  ];

  beforeAll(async () => {
    shop = await createDatabase('template1');
    presets = await createDatabase();
    await shop.sql.unsafe(countersOfShop).simple();
    app = join(directory, 'app');
    await mkdir(join(app, 'src'), { recursive: true });
    await writeFile(join(app, '.env'), `DATABASE_URL=${shop.url}\n`);
    await writeFile(join(app, 'src/a.ts'), code);
    await writeFile(join(app, 'src/001_replies.sql'), replies);
  });
  afterAll(async () => {
    await shop.drop();
    await presets.drop();
  });

  const scan = (url: string | null, ...args: string[]) =>
    run(['scan', 'src', ...args], url === null ? {} : { DATABASE_URL: url }, undefined, { cwd: app });
  const places = (out: string) =>
    (
      JSON.parse(out) as { writes: { file: string; line: number; kind: string; counter?: string }[] }
    ).writes.map(({ file, line, kind, counter }) => `${file}:${line} ${kind} ${counter}`);

  test('named in the environment looks for every counter of it', async () => {
    const { code, out, err } = await scan(shop.url, '--json');
    expect(JSON.parse(out)).toMatchObject({
      version: 2,
      database: { name: shop.name },
      counters: found,
      guesses: ['public.albums.photos_count'],
      notCheckable: [{ id: 'public.posts.views', reason: expect.stringContaining('nothing logs') }],
    });
    expect(places(out)).toEqual([
      'a.ts:3 supabase-update public.post_stats.comments',
      'a.ts:4 query-builder public.listings.revenue',
      'a.ts:5 prisma forum."Topic"."replyCount"',
      'a.ts:6 sql public.albums.photos_count',
      'a.ts:7 rpc public.post_stats.comments',
    ]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
  });

  test('named by a file is only asked with --all or --counter', needsFullScale(), async () => {
    const plain = await scan(null, '--json');
    expect(places(plain.out)).toEqual(['a.ts:8 supabase-update undefined']);
    expect(JSON.parse(plain.out)).not.toHaveProperty('database');
    expect(plain.err).toBe('');
    const { code, out } = await scan(null, '--all');
    expect(out.split('\n')[0]).toContain(`${shop.name} at `);
    for (const line of out.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(100);
    const words = out.replace(/\s+/g, ' ');
    expect(words).toContain(`5 places write ${found.slice(0, 3).join(', ')} or ${found[3]} in addition`);
    expect(words).toContain('Only its name speaks for public.albums.photos_count: it may be no counter.');
    expect(words).toContain('public.posts.views: not looked for. ');
    expect(code).toBe(1);
  });

  test('of presets alone looks for them as ever', needsFullScale(), async () => {
    const { out } = await scan(presets.url);
    expect(out).toContain('\n1 place writes usage_count in addition to the trigger.\n');
    expect(out).toContain('supabase-update of public.presets.usage_count');
    expect(out).not.toContain('Only usage_count');
  });

  test('that cannot be reached goes on with what the files say, and warns', async () => {
    const { code, out, err } = await scan('postgres://u@127.0.0.1:1/x', '--json');
    const message =
      'The database was not searched for counters: Nothing accepts connections at 127.0.0.1:1. Only usage_count was looked for.';
    expect(err).toBe(`${message}\n`);
    expect(JSON.parse(out).warnings).toEqual([
      { severity: 'warning', code: 'database-not-searched', message },
    ]);
    expect(places(out)).toEqual(['a.ts:8 supabase-update undefined']);
    expect(code).toBe(1);
  });
});

const code = `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
await supabase.from('post_stats').update({ comments: n + 1 }).eq('post_id', id);
await knex('listings').where({ id }).increment('revenue', price);
await prisma.topic.update({ where: { id }, data: { replyCount: { increment: 1 } } });
await pool.query('UPDATE albums SET photos_count = photos_count + 1 WHERE id = $1', [id]);
await supabase.rpc('bump', { p_post: id });
await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);
await supabase.rpc('sell', { p_listing: id, p_amount: price });
`;
