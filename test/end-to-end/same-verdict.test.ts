import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createDatabase('template1');
});
afterAll(() => own.drop());

const counter = 'public.posts.comments_count';

/** Posts with comments that a trigger counts `when`, by `body`; `more` comes before the rows. */
async function make(when: string, body: string, more = ''): Promise<void> {
  await own.sql
    .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE users (id integer PRIMARY KEY);
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES posts ON DELETE CASCADE, body text, stage text NOT NULL DEFAULT 'new');
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN ${body} RETURN NULL; END $$;
      CREATE TRIGGER count_comment AFTER ${when} ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      ${more}
      INSERT INTO posts SELECT n, 'Post ' || n FROM generate_series(1, 3) n;
      INSERT INTO comments (post_id, body) VALUES (1, 'First!')`)
    .simple();
}

const add = (row: string, by: string, counts = 'true') =>
  `IF ${counts} THEN UPDATE posts SET comments_count = comments_count ${by} WHERE id = ${row}.post_id; END IF;`;
const onInsert = (by = '+ 1', counts = 'true') =>
  `IF TG_OP = 'INSERT' THEN ${add('NEW', by, counts)} END IF;`;
const onDelete = (by = '- 1', counts = 'true') =>
  `IF TG_OP = 'DELETE' THEN ${add('OLD', by, counts)} END IF;`;
const onMove = `IF TG_OP = 'UPDATE' THEN ${add('OLD', '- 1')} ${add('NEW', '+ 1')} END IF;`;
const recount =
  'UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id) WHERE p.id IN (NEW.post_id, OLD.post_id);';
const isShown = (row: string) => `${row}.stage = 'new'`;

interface Step {
  step: string;
  ok: boolean | null;
  severity?: string;
}

/** The three commands on the counter: their exit codes, the steps that were wrong, and what the checklist says of the first record. */
async function judged() {
  // Two of them use the same row at the same time.
  const more = ['--counter', counter, '--json', '--lock-timeout', '60'];
  const [trigger, simulate, checklist] = await Promise.all(
    ['trigger', 'simulate', 'checklist'].map(command => run([command, ...more], { DATABASE_URL: own.url })),
  );
  const simulation = JSON.parse(simulate!.out);
  return {
    codes: { trigger: trigger!.code, simulate: simulate!.code, checklist: checklist!.code },
    verdict: simulation.verdict as string,
    findings: simulation.findings as { code: string; severity: string; message: string; hint: string }[],
    health: JSON.parse(trigger!.out) as { findings: { code: string; severity: string; hint: string }[] },
    wrong: Object.fromEntries(
      (simulation.steps as Step[])
        .filter(({ ok }) => ok === false)
        .map(({ step, severity }) => [step, severity]),
    ),
    first: JSON.parse(checklist!.out).steps[1] as { status: string; evidence: string },
  };
}

const all = (code: number) => ({ trigger: code, simulate: code, checklist: code });
const everyone = 'GRANT INSERT ON comments TO PUBLIC;';

describe('trigger, simulate and checklist agree on a counter', () => {
  quickCases(
    'that only adds',
    'whose records a function moves',
    'that ignores a condition which nothing shows to change',
  ).each<[string, [when: string, body: string, more?: string], number, Record<string, string>]>([
    ['that is complete', ['INSERT OR UPDATE OR DELETE', onInsert() + onDelete() + onMove], 0, {}],
    ['that only adds', ['INSERT', onInsert()], 0, { move: 'warning' }],
    [
      'that adds and subtracts, and ignores moves',
      ['INSERT OR DELETE', onInsert() + onDelete()],
      0,
      { move: 'warning' },
    ],
    [
      'whose moves only the owner can make',
      ['INSERT OR DELETE', onInsert() + onDelete(), everyone],
      0,
      { move: 'info' },
    ],
    [
      'whose records a function moves',
      [
        'INSERT OR DELETE',
        onInsert() + onDelete(),
        `${everyone} CREATE FUNCTION merge(a integer, b integer) RETURNS void LANGUAGE sql AS 'UPDATE comments SET post_id = b WHERE post_id = a';`,
      ],
      1,
      { move: 'error' },
    ],
    [
      'that ignores a condition which nothing shows to change',
      ['INSERT OR DELETE', onInsert('+ 1', isShown('NEW')) + onDelete('- 1', isShown('OLD')), everyone],
      0,
      { 'change-out': 'info', 'change-in': 'info', move: 'info' },
    ],
    [
      'that two triggers add to',
      [
        'INSERT OR DELETE',
        onInsert() + onDelete(),
        'CREATE TRIGGER again AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();',
      ],
      1,
      { add: 'error', 'add-again': 'error', move: 'warning' },
    ],
    [
      'that subtracts twice',
      ['INSERT OR DELETE', onInsert() + onDelete('- 2')],
      1,
      { remove: 'error', move: 'warning' },
    ],
    [
      'that is recounted, except in moves, where a row has one record',
      ['INSERT OR DELETE', recount, 'ALTER TABLE comments ADD UNIQUE (post_id);'],
      0,
      { move: 'warning' },
    ],
  ])('%s', async (_, [when, body, more], code, wrong) => {
    await make(when, body, more);
    const found = await judged();
    expect({ ...found.codes, wrong: found.wrong }).toEqual({ ...all(code), wrong });
    expect(found.verdict).toBe(code === 0 ? 'confirmed' : 'not-confirmed');
    expect(found.first.status).toBe(code === 0 ? 'passed' : 'failed');
  });

  test('a second trigger that trigger does not foresee in a move is an error', needsFullScale(), async () => {
    await make(
      'INSERT OR DELETE',
      onInsert() + onDelete(),
      `CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         EXECUTE format('UPDATE %I SET comments_count = comments_count + 3 WHERE id = $1', 'posts') USING NEW.post_id; RETURN NULL; END $$;
       CREATE TRIGGER shift AFTER UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION shift();`,
    );
    const { codes, wrong } = await judged();
    expect(codes.simulate).toBe(1);
    expect(wrong).toMatchObject({ move: 'error' });
  });
});

test('what is tolerated is told with its numbers, and with what trigger says of it', async () => {
  await make('INSERT OR DELETE', onInsert() + onDelete());
  const { findings, health, first } = await judged();
  const said = health.findings.find(({ code }) => code === 'move-not-counted');
  expect(said).toMatchObject({
    severity: 'warning',
    event: 'move',
    hint: expect.stringMatching(/^It can happen: /),
  });
  const message =
    'Moving one comment to another post changed comments_count of "Post 1" by 0, not by -1: 2 to 2.';
  expect(findings).toContainEqual({
    code: 'move-miscounted',
    severity: 'warning',
    message,
    hint: said?.hint,
  });
  expect(first.evidence).toContain(`${message} ${said?.hint}`);
  const { out } = await run(['simulate', '--counter', counter], { DATABASE_URL: own.url });
  expect(out).toContain(
    'Confirmed, except for what the application may never do: comments_count came out right after 3 of 4 steps.',
  );
  expect(out).toContain('wrong Moving one comment to another post');
});
