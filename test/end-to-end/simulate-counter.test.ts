import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id serial PRIMARY KEY, post_id integer REFERENCES posts, body text NOT NULL, deleted_at timestamptz);
      INSERT INTO posts VALUES (1, 'Hello', 1), (2, 'Spring', 0);
      INSERT INTO comments (post_id, body) VALUES (1, 'First!');
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND c.deleted_at IS NULL)
         WHERE p.id IN (NEW.post_id, OLD.post_id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT OR UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment()`)
    .simple();
});
afterAll(() => own.drop());

const simulate = (...args: string[]) => run(['simulate', ...args], { DATABASE_URL: own.url });
const counter = ['--counter', 'public.posts.comments_count'];

describe('simulate --counter', () => {
  test('tells each step, and exits with 0 where all are right', async () => {
    const { code, out, err } = await simulate('Hello', ...counter, '--json');
    expect(err).toBe('');
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      version: 2,
      counter: { id: 'public.posts.comments_count', records: { where: 'deleted_at IS NULL' } },
      row: { id: '1', name: 'Hello' },
      verdict: 'confirmed',
      confirmed: true,
      committed: false,
      failures: [],
      asRole: null,
    });
    expect(document.steps).toEqual([
      { step: 'add', status: 'right', ok: true, before: 1, after: 2, change: 1, expected: 1, reason: null },
      {
        step: 'add-again',
        status: 'right',
        ok: true,
        before: 2,
        after: 3,
        change: 1,
        expected: 1,
        reason: null,
      },
      {
        step: 'remove',
        status: 'right',
        ok: true,
        before: 3,
        after: 2,
        change: -1,
        expected: -1,
        reason: null,
      },
      {
        step: 'change-out',
        status: 'right',
        ok: true,
        before: 2,
        after: 1,
        change: -1,
        expected: -1,
        reason: null,
      },
      {
        step: 'change-in',
        status: 'right',
        ok: true,
        before: 1,
        after: 2,
        change: 1,
        expected: 1,
        reason: null,
      },
      {
        step: 'add-out',
        status: 'right',
        ok: true,
        before: 2,
        after: 2,
        change: 0,
        expected: 0,
        reason: null,
      },
      {
        step: 'remove-out',
        status: 'right',
        ok: true,
        before: 2,
        after: 2,
        change: 0,
        expected: 0,
        reason: null,
      },
      {
        step: 'move',
        status: 'right',
        ok: true,
        before: 2,
        after: 1,
        change: -1,
        expected: -1,
        other: { row: { id: '2', name: 'Spring' }, before: 0, after: 1, change: 1, expected: 1 },
        reason: null,
      },
    ]);
    expect(code).toBe(0);
    expect(await own.sql`SELECT count(*)::int AS n FROM comments`).toEqual([{ n: 1 }]);
  });

  test('says it in words, and is what a database with only this counter is simulated with', async () => {
    const { code, out } = await simulate();
    expect(out).toContain(
      'Confirmed: comments_count came out right after each of 8 steps. All of it was rolled back.',
    );
    expect(out).toContain(
      'right Moving one comment to another post\n      comments_count 2 to 1 (-1); comments_count 0 to 1 (+1)',
    );
    expect(code).toBe(0);
  });

  test('exits with 1 where a step is wrong', async () => {
    await own.sql`ALTER TABLE comments DISABLE TRIGGER count_comment`;
    const { code, out } = await simulate(...counter, '--json');
    await own.sql`ALTER TABLE comments ENABLE TRIGGER count_comment`;
    expect(JSON.parse(out)).toMatchObject({
      confirmed: false,
      steps: [{ step: 'add', ok: false, expected: 1 }, {}, {}, {}, {}, {}, {}, {}],
    });
    expect(code).toBe(1);
  });

  test.each([
    [
      ['--commit'],
      2,
      '--commit is not possible for public.posts.comments_count, only for the counter of presets.',
    ],
    [
      ['--take-back', 'x'],
      2,
      '--take-back is not possible for public.posts.comments_count, only for the counter of presets.',
    ],
    [['--read-only'], 4, 'A simulation writes before it rolls back, and --read-only is set.'],
    [['Autumn'], 3, 'No post has the id or name "Autumn".'],
  ])('refuses %j', async (args, expected, message) => {
    const { code, err } = await simulate(...args, ...counter);
    expect(err.split('\n')[0]).toBe(message);
    expect(code).toBe(expected);
  });

  test('asks before it runs what a rollback cannot undo', async () => {
    await own.sql
      .unsafe(`
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF false THEN COPY posts TO PROGRAM 'cat'; END IF; RETURN NULL; END $$;
        CREATE TRIGGER tell AFTER DELETE ON comments FOR EACH ROW EXECUTE FUNCTION tell()`)
      .simple();
    const refused = await simulate(...counter);
    expect(refused.code).toBe(4);
    const [, fingerprint = ''] = /--confirm ([0-9a-f]{12})/.exec(refused.err) ?? [];
    const confirmed = await simulate(...counter, '--confirm', fingerprint, '--json');
    await own.sql.unsafe('DROP FUNCTION tell() CASCADE');
    expect(JSON.parse(confirmed.out).findings.map(({ code }: { code: string }) => code)).toContain(
      'reaches-outside',
    );
    expect(confirmed.code).toBe(0);
  });
});
