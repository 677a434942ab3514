import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Wanted } from '../../../source/cli/scan/search-counters.ts';
import { type ScanDatabase, wantedCounters } from '../../../source/cli/scan/wanted-counters.ts';
import { type Flags, loadConfig, namesAddress } from '../../../source/config/config.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import { connectTo } from '../../helpers/connect.ts';
import { countersOfShop } from '../../helpers/counters-of-shop.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

let shop: TestDatabase;
let opened: Database;
let directory: string;
let asked: boolean[];

beforeAll(async () => {
  shop = await createDatabase('template1');
  opened = connectTo(shop.url);
  directory = mkdtempSync(join(tmpdir(), 'wanted-counters-'));
  writeFileSync(join(directory, '.env'), `DATABASE_URL=${shop.url}\n`);
});
afterAll(async () => {
  await opened.close();
  await shop.drop();
  rmSync(directory, { recursive: true });
});

/** What is looked for with these flags, where the environment is `environment` and `.env` is that of the directory `where`. */
async function wanted(
  flags: Flags,
  environment: Record<string, string> = {},
  where = '/nowhere',
): Promise<Wanted> {
  asked = [];
  const locate = () => loadConfig(flags, environment, where);
  const database: ScanDatabase = {
    isNamed: flags.databaseUrl !== undefined || namesAddress(environment),
    locate,
    open(_, asks, work) {
      asked.push(asks);
      return work(opened);
    },
  };
  const config = loadConfig({ ...flags, demo: true }, environment, where);
  return wantedCounters(config, database, new AbortController().signal);
}

const tables = ({ subjects }: Wanted) => subjects.map(subject => subject?.table ?? null);
const named = () => ({ DATABASE_URL: shop.url });
const shopTables = ['Topic', 'albums', 'listings', 'post_stats'];

describe('a database without counters', () => {
  test('leaves that of presets to look for, and says so', async () => {
    expect(await wanted({}, named())).toMatchObject({
      subjects: [null],
      searched: { counters: ['public.presets.usage_count'], found: false },
    });
  });

  test('is refused with --all', async () => {
    await expect(wanted({ all: true }, named())).rejects.toMatchObject({ code: 'no-counters', exitCode: 3 });
  });
});

describe('a database with counters', () => {
  beforeAll(async () => {
    await shop.sql.unsafe(countersOfShop).simple();
  });

  test.each<[string, Flags, () => Record<string, string>]>([
    ['the environment', {}, named],
    ['the environment, as Supabase calls it', {}, () => ({ SUPABASE_DB_URL: shop.url })],
    ["libpq's variables", {}, () => ({ PGHOST: '127.0.0.1' })],
  ])(
    'is searched for all of them if it is named by %s, and nobody is asked',
    async (_, flags, environment) => {
      const found = await wanted(flags, environment());
      expect(tables(found)).toEqual(shopTables);
      expect(asked).toEqual([false]);
      expect(found.searched).toMatchObject({
        guesses: ['public.albums.photos_count'],
        notCheckable: [{ id: 'public.posts.views' }],
        found: true,
      });
    },
  );

  test('is searched if it is named by a flag', async () => {
    expect(tables(await wanted({ databaseUrl: shop.url }))).toEqual(shopTables);
  });

  test('is not searched if a file of the working directory names it', async () => {
    expect(tables(await wanted({}, {}, directory))).toEqual([null]);
    // The file comes before these variables, for every command.
    expect(tables(await wanted({}, { PGHOST: '127.0.0.1' }, directory))).toEqual([null]);
    expect(asked).toEqual([]);
  });

  test('is searched although a file names it with --all and --counter, and a person may be asked', async () => {
    expect(tables(await wanted({ all: true }, {}, directory))).toEqual(shopTables);
    expect(asked).toEqual([true]);
    const some = ['listings.revenue', 'forum."Topic"."replyCount"'];
    expect(tables(await wanted({ counter: some }, {}, directory))).toEqual(['listings', 'Topic']);
    expect(asked).toEqual([true]);
  });

  test('tells what writes each of them', async () => {
    const { subjects } = await wanted({ all: true }, named());
    expect(Object.fromEntries(subjects.map(subject => [subject?.counter, subject?.writers]))).toEqual({
      'forum."Topic"."replyCount"': {
        triggers: ['reply_added', 'reply_removed'],
        functions: [],
        besides: [],
      },
      'public.albums.photos_count': { triggers: [], functions: [], besides: [] },
      'public.listings.revenue': { triggers: [], functions: ['sell'], besides: [] },
      'public.post_stats.comments': { triggers: ['count_comment'], functions: [], besides: ['bump'] },
    });
  });

  test('tells which functions sound as if they wrote one, and do not', async () => {
    await shop.sql.unsafe(`
      CREATE FUNCTION bump_photo_count(p integer) RETURNS void LANGUAGE sql AS $$ UPDATE post_stats SET comments = 0 WHERE post_id = p $$;
      CREATE FUNCTION bump_revenue(p integer) RETURNS void LANGUAGE sql AS $$ UPDATE listings SET revenue = revenue + 1 WHERE id = p $$;
      CREATE FUNCTION increment_photos(p text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE p; END $$;`);
    const { subjects } = await wanted({ counter: ['albums.photos_count', 'listings.revenue'] }, named());
    expect(subjects.map(subject => [subject?.table, subject?.writers?.innocent])).toEqual([
      ['albums', ['bump_photo_count']],
      ['listings', undefined],
    ]);
    await shop.sql.unsafe('DROP FUNCTION bump_photo_count, bump_revenue, increment_photos');
  });

  test('may have presets that cannot be counted: they are looked for too', async () => {
    await shop.sql
      .unsafe(`CREATE TABLE presets (id uuid PRIMARY KEY, name text, usage_count text);
        CREATE TABLE preset_usage (id uuid PRIMARY KEY, preset_id uuid)`)
      .simple();
    const found = await wanted({}, named());
    await shop.sql.unsafe('DROP TABLE presets, preset_usage').simple();
    expect(tables(found)).toEqual([null, ...shopTables]);
    expect(found.searched?.counters[0]).toBe('public.presets.usage_count');
  });

  test('of the same name in several schemas are looked for once, as that of the schema that is meant', async () => {
    const tenants = ['a', 'b'].map(
      name => `CREATE SCHEMA ${name}; SET search_path = ${name};
        CREATE TABLE topics (id integer PRIMARY KEY, replies_count integer);
        CREATE TABLE replies (topic_id integer REFERENCES topics);
        CREATE FUNCTION ${name}.count_${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          UPDATE ${name}.topics SET replies_count = replies_count + 1 WHERE id = NEW.topic_id;
          RETURN NULL;
        END $$;
        CREATE TRIGGER count_${name} AFTER INSERT ON replies FOR EACH ROW EXECUTE FUNCTION ${name}.count_${name}();`,
    );
    await shop.sql.unsafe(`${tenants.join('')} RESET search_path`).simple();
    const found = await wanted({ all: true }, named());
    const meant = await wanted({ all: true, schema: 'b' }, named());
    await shop.sql.unsafe('DROP SCHEMA a, b CASCADE').simple();
    const ids = ({ subjects }: Wanted) =>
      subjects.map(subject => subject?.counter).filter(id => id?.includes('topics'));
    expect(ids(found)).toEqual(['a.topics.replies_count']);
    expect(ids(meant)).toEqual(['b.topics.replies_count']);
    expect(found.subjects.find(each => each?.table === 'topics')?.writers?.triggers).toEqual([
      'count_a',
      'count_b',
    ]);
    expect(found.searched?.counters).toEqual(
      expect.arrayContaining(['a.topics.replies_count', 'b.topics.replies_count']),
    );
  });

  test.each<[string, number, Flags]>([
    ['no-such-counter', 3, { counter: ['public.tags.uses'] }],
    ['counter-not-checkable', 3, { counter: ['public.posts.views'] }],
    ['bad-flag', 2, { all: true, counter: ['public.posts.views'] }],
    ['bad-flag', 2, { counter: ['views'] }],
  ])('refuses what every command does: %s', async (code, exitCode, flags) => {
    await expect(wanted(flags, named())).rejects.toMatchObject({ code, exitCode });
  });
});

test.each<[string, Flags]>([
  ['no-database', { all: true }],
  ['no-such-counter', { counter: ['public.posts.comments_count'] }],
])('without a database there is none to search: %s', async (code, flags) => {
  await expect(wanted(flags)).rejects.toMatchObject({ code, exitCode: 2 });
});

describe('an address that cannot be used', () => {
  test('is said, and presets are looked for', async () => {
    expect(await wanted({}, { DATABASE_URL: '' })).toMatchObject({
      subjects: [null],
      searched: null,
      failed: { code: 'empty-database-url' },
    });
  });

  test('is an error where the database is asked for', async () => {
    const broken = { DATABASE_URL: 'mysql://u@h/d' };
    for (const flags of [{ all: true }, { counter: ['a.b'] }])
      await expect(wanted(flags, broken)).rejects.toMatchObject({ exitCode: 2 });
  });

  test('does not matter in a file that is not asked', async () => {
    writeFileSync(join(directory, '.env'), 'DATABASE_URL=\n');
    expect(await wanted({}, {}, directory)).toMatchObject({ subjects: [null], failed: null });
  });
});
