import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';

let own: TestDatabase;
let directory: string;
const reader = `half_blind_${process.pid}`;

const config = {
  counters: [
    {
      counter: 'public.posts.comments_count',
      row: { key: 'id', label: 'title' },
      records: { table: 'comments', reference: 'post_id', where: 'deleted_at IS NULL', time: 'created_at' },
      nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] },
    },
    {
      counter: 'public.threads.revenue',
      row: { key: ['forum', 'no'] },
      records: { table: 'sales', reference: ['forum', 'thread'], amount: 'price' },
    },
    {
      counter: 'public.posts.likes',
      row: { key: 'id', label: 'title' },
      records: { table: 'likes', reference: 'post_id' },
    },
  ],
};

beforeAll(async () => {
  own = await createDatabase();
  directory = mkdtempSync(join(tmpdir(), 'counters-'));
  writeFileSync(join(directory, 'counters.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'one.json'), JSON.stringify({ counters: config.counters.slice(0, 1) }));
  writeFileSync(join(directory, 'empty.json'), JSON.stringify({ counters: [] }));
  const [noir] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, noir!, 3);
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer, likes integer);
      CREATE TABLE comments (post_id integer, deleted_at timestamptz, created_at timestamptz);
      CREATE TABLE likes (post_id integer);
      CREATE TABLE threads (forum integer, no integer, revenue numeric, PRIMARY KEY (forum, no));
      CREATE TABLE sales (forum integer, thread integer, price numeric);
      INSERT INTO posts VALUES (1, 'Hello', 1, 0), (2, 'Spring', 4, 0);
      INSERT INTO comments VALUES (1, NULL, '2026-01-02'), (2, NULL, '2026-01-03'), (2, now(), '2026-01-04'), (7, NULL, NULL);
      INSERT INTO threads VALUES (1, 1, 0.30), (1, 2, 12345678901234567890.5);
      INSERT INTO sales VALUES (1, 1, 0.1), (1, 1, 0.2), (1, 2, 12345678901234567890.25);
      CREATE ROLE ${reader} LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader};
      ALTER TABLE likes ENABLE ROW LEVEL SECURITY;`)
    .simple();
});
afterAll(async () => {
  await own.sql.unsafe(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`).simple();
  await own.drop();
  rmSync(directory, { recursive: true });
});

const check = (args: string[], url = own.url) =>
  run(['check', ...args], { DATABASE_URL: url }, undefined, { cwd: directory });

const commentsCounter = {
  id: 'public.posts.comments_count',
  table: 'public.posts',
  column: 'comments_count',
  key: ['id'],
  records: {
    table: 'public.comments',
    reference: ['post_id'],
    through: null,
    where: 'deleted_at IS NULL',
    amount: null,
  },
  via: null,
  onDelete: 'subtracts',
  nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] },
  source: { kind: 'config', evidence: ['counters.json, line 1 describes it.'] },
  writers: [],
  confidence: 'certain',
};

describe('check --counter', () => {
  test('is one document of version 2', async () => {
    const { code, out, err } = await check(['--counter', 'posts.comments_count', '--json']);
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      version: 2,
      database: expect.objectContaining({ name: own.name }),
      counter: commentsCounter,
      takenAt: expect.any(String),
      durationMs: expect.any(Number),
      complete: true,
      rows: 2,
      accurate: 1,
      mismatched: 1,
      tooHigh: 1,
      tooLow: 0,
      records: 2,
      orphans: 1,
      mismatches: [
        {
          id: '2',
          name: 'Spring',
          count: 4,
          records: 1,
          drift: 3,
          diagnosis: 'unknown',
          diagnosisDetail: expect.objectContaining({
            against: [
              "Other counts may be written to the same rows, so the server's statistics rule nothing out.",
            ],
          }),
          lastUsedAt: null,
          lastRecordAt: '2026-01-03T00:00:00.000Z',
        },
      ],
    });
  });

  test('of a key of several columns and a sum has a list for an id, and texts where no number is exact', async () => {
    const { code, out } = await check(['--counter', 'public.threads.revenue', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      counter: { key: ['forum', 'no'], records: { amount: 'price' } },
      rows: 2,
      mismatched: 1,
      mismatches: [
        {
          id: ['1', '2'],
          countText: '12345678901234567890.5',
          recordsText: '12345678901234567890.25',
          drift: 0.25,
          driftText: '0.25',
        },
      ],
    });
  });

  test('of presets tells why, too', needsFullScale(), async () => {
    await own.sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
    try {
      const { code, out } = await check(['--counter', 'public.presets.usage_count', '--json']);
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        version: 2,
        counter: { id: 'public.presets.usage_count', source: { kind: 'built-in' } },
        mismatches: [{ name: 'Noir', count: 9, records: 3, diagnosis: expect.any(String) }],
      });
    } finally {
      await own.sql`UPDATE presets SET usage_count = 3 WHERE name = 'Noir'`;
    }
  });

  test('in words', async () => {
    const { code, out } = await check(['--counter', 'posts.comments_count']);
    expect(code).toBe(1);
    expect(out).toContain(
      'public.posts.comments_count: 2 posts, 1 accurate, 1 mismatched (1 too high, 0 too low). 2 comments, 1 orphan.',
    );
    expect(out).toMatch(/Post +Count +Records +Drift +Why\n +Spring +4 +1 +\+3 +unknown\n/);
    const sum = await check(['--counter', 'threads.revenue']);
    expect(sum.out).toMatch(/1, 2 +12,345,678,9.* +\+0\.25 +unknown\n/);
  });

  test('several times is a list', async () => {
    const { code, out } = await check([
      '--counter',
      'posts.likes',
      '--counter',
      'posts.comments_count',
      '--json',
    ]);
    expect(code).toBe(1);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ version: 2, complete: true, notCheckable: [] });
    expect(
      document.counters.map(({ counter, mismatched }: { counter: { id: string }; mismatched: number }) => [
        counter.id,
        mismatched,
      ]),
    ).toEqual([
      ['public.posts.likes', 0],
      ['public.posts.comments_count', 1],
    ]);
  });

  test('with rows that are hidden has no numbers', async () => {
    const { code, out, err } = await check(
      ['--counter', 'posts.likes', '--json'],
      own.urlAs(reader, 'secret'),
    );
    expect(code).toBe(3);
    expect(err).toContain(
      'public.posts.likes is not counted: row-level security on public.likes may hide rows',
    );
    expect(JSON.parse(out)).toMatchObject({
      complete: false,
      rows: null,
      records: null,
      mismatched: null,
      mismatches: [],
    });
  });

  quickCases('one that is not there', 'one and all', 'a file with several counters').each<
    [string, string[], number, string, RegExp]
  >([
    [
      'one that is not there',
      ['--counter', 'posts.comment_count'],
      3,
      'no-such-counter',
      /Nearest: public\.posts\.comments_count, public\.posts\.likes/,
    ],
    ['what is no name', ['--counter', 'a..b'], 2, 'bad-flag', /such as public\.posts\.comments_count/],
    ['one and all', ['--counter', 'posts.likes', '--all'], 2, 'bad-flag', /Give one of them/],
    [
      'one and a preset',
      ['--counter', 'posts.likes', '--preset', 'Noir'],
      2,
      'bad-flag',
      /every row of a counter/,
    ],
    [
      'a file that is not there',
      ['--all', '--config', 'none.json'],
      2,
      'unreadable-config',
      /Check its path/,
    ],
    [
      'a file with several counters',
      ['--config', 'counters.json'],
      2,
      'several-counters',
      /Name one with --counter/,
    ],
    ['a file without a counter', ['--config', 'empty.json'], 2, 'several-counters', /leave --config out/],
  ])('of %s', async (_, args, expected, error, hint) => {
    const { code, out } = await check([...args, '--json']);
    expect(code).toBe(expected);
    expect(JSON.parse(out).error).toMatchObject({ code: error, hint: expect.stringMatching(hint) });
  });

  test('does not apply to a command that lists files', async () => {
    const { code, err } = await run(['receipts', '--counter', 'posts.likes'], { DATABASE_URL: own.url });
    expect(code).toBe(2);
    expect(err).toContain('--counter does not apply to receipts.');
  });
});

describe('--config alone', () => {
  const asked = async (...args: string[]) => {
    const env = { DATABASE_URL: own.url, XDG_STATE_HOME: directory };
    // Those that run at the same time use the same row.
    const { out } = await run([...args, '--json', '--lock-timeout', '60'], env, undefined, {
      cwd: directory,
    });
    return JSON.parse(out);
  };

  test('means the one counter that it describes, for every command', needsFullScale(), async () => {
    const commands = [
      ['check'],
      ['trigger'],
      ['simulate'],
      ['checklist'],
      ['sync', '--dry-run'],
      ['reset', '--dry-run'],
      ['migrate', '--dry-run'],
    ];
    const one = await Promise.all(commands.map(words => asked(...words, '--config', 'one.json')));
    for (const [index, document] of one.entries())
      expect(document, commands[index]?.[0]).toMatchObject({
        version: 2,
        counter: { id: 'public.posts.comments_count' },
      });
    const several = await Promise.all(
      scaledList(2, commands).map(words => asked(...words, '--config', 'counters.json')),
    );
    for (const { error } of several)
      expect(error).toMatchObject({
        code: 'several-counters',
        message:
          'counters.json describes 3 counters: public.posts.comments_count, public.threads.revenue, public.posts.likes.',
      });
  });

  test('does not undo another counter', async () => {
    await own.sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
    const { plan } = await asked('sync', '--dry-run');
    const { outcome } = await asked('sync', '--confirm', plan.fingerprint);
    const undo = ['undo', outcome.receiptId, '--dry-run'];
    expect((await asked(...undo, '--config', 'one.json')).error).toMatchObject({ code: 'other-counter' });
    expect(await asked(...undo)).toMatchObject({
      plan: { rows: 1 },
      counter: { source: { kind: 'built-in' } },
    });
  });
});

describe('check --all', () => {
  test('has every counter, and the worst exit code', needsFullScale(), async () => {
    const { code, out } = await check(['--all', '--json']);
    expect(code).toBe(1);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ version: 2, complete: true });
    const counts = Object.fromEntries(
      document.counters.map((each: { counter: { id: string }; mismatched: number }) => [
        each.counter.id,
        each.mismatched,
      ]),
    );
    expect(counts).toMatchObject({
      'public.presets.usage_count': 0,
      'public.posts.comments_count': 1,
      'public.posts.likes': 0,
      'public.threads.revenue': 1,
    });
  });

  test('goes on after one that cannot be counted, and says which', needsFullScale(), async () => {
    const url = own.urlAs(reader, 'secret');
    await own.sql.unsafe(`REVOKE SELECT ON sales FROM ${reader}`);
    const { code, out, err } = await check(['--all', '--json'], url);
    expect(code).toBe(3);
    const document = JSON.parse(out);
    expect(document.complete).toBe(false);
    expect(document.notCheckable).toContainEqual({
      id: 'public.threads.revenue',
      reason: 'This role may not read public.sales.',
    });
    expect(document.counters).toContainEqual(
      expect.objectContaining({ counter: commentsCounter, mismatched: 1, rows: 2 }),
    );
    expect(err).toContain('public.posts.likes is not counted');
    const words = await check(['--all'], url);
    expect(words.out).toContain('public.threads.revenue: not counted. This role may not read public.sales.');
  });

  test('of a database without a counter is not healthy', async () => {
    const empty = await createDatabase('template1');
    try {
      const nothing = await run(['check', '--all', '--json'], { DATABASE_URL: empty.url });
      expect(nothing.code).toBe(3);
      expect(JSON.parse(nothing.out).error).toMatchObject({
        code: 'no-counters',
        message: 'No counter was found in this database.',
      });
    } finally {
      await empty.drop();
    }
  });

  test('tells of presets that may not be read', async () => {
    await own.sql.unsafe(`REVOKE SELECT ON preset_usage FROM ${reader}`);
    try {
      const { code, out } = await check(['--all', '--json'], own.urlAs(reader, 'secret'));
      expect(code).toBe(3);
      expect(JSON.parse(out).notCheckable).toContainEqual({
        id: 'public.presets.usage_count',
        reason: 'This role may not read public.preset_usage.',
      });
    } finally {
      await own.sql.unsafe(`GRANT SELECT ON preset_usage TO ${reader}`);
    }
  });

  test('without a configuration has what is found', async () => {
    await own.sql
      .unsafe(`
        CREATE TABLE albums (id integer PRIMARY KEY, title text, photos_count integer NOT NULL DEFAULT 0, fans integer[]);
        CREATE TABLE photos (id serial, album_id integer REFERENCES albums, hidden boolean NOT NULL DEFAULT false, created_at timestamptz DEFAULT now());
        CREATE FUNCTION count_photos() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' AND NOT NEW.hidden THEN
            UPDATE albums SET photos_count = photos_count + 1 WHERE id = NEW.album_id;
          ELSIF TG_OP = 'DELETE' AND NOT OLD.hidden THEN
            UPDATE albums SET photos_count = photos_count - 1 WHERE id = OLD.album_id;
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER count_photos AFTER INSERT OR DELETE ON photos FOR EACH ROW EXECUTE FUNCTION count_photos();
        INSERT INTO albums VALUES (1, 'Rome'), (2, 'Oslo');
        INSERT INTO photos (album_id, hidden) VALUES (1, false), (1, true), (2, false);
        UPDATE photos SET hidden = true WHERE album_id = 2`)
      .simple();
    const { code, out } = await check(['--counter', 'albums.photos_count', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      counter: {
        id: 'public.albums.photos_count',
        records: {
          table: 'public.photos',
          reference: ['album_id'],
          where: expect.stringContaining('hidden'),
        },
        source: { kind: 'trigger' },
      },
      rows: 2,
      mismatches: [{ id: '2', name: 'Oslo', count: 1, records: 0, drift: 1 }],
    });
  });

  test('stops at a configuration that is wrong', async () => {
    writeFileSync(join(directory, 'bad.json'), '{"counters": [{"counter": "a.b.c", "rows": {}}]}');
    const { code, err } = await check(['--all', '--config', 'bad.json']);
    expect(code).toBe(2);
    expect(err).toContain('bad.json, line 1: counters[0].rows is not a key that is known here.');
  });
});
