import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { walkChecklist } from '../../source/checklist/run.ts';
import type { ChecklistRequest } from '../../source/checklist/run-walk.ts';
import type { ChecklistStep, StepId } from '../../source/checklist/steps.ts';
import type { Database } from '../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';
import { commentsCounter, commentsTables, commentsTrigger } from '../simulation/steps/comments.ts';

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

async function walk(
  counter: CounterDefinition = commentsCounter,
  over: Partial<ChecklistRequest> = {},
): Promise<Record<StepId, ChecklistStep>> {
  const request: ChecklistRequest = {
    counter,
    preset: null,
    asUser: null,
    asRole: null,
    readOnly: false,
    confirm: null,
    appLog: null,
    logSince: 0,
    timeout: 30,
    lockTimeout: 2,
    ...over,
  };
  const steps: [StepId, ChecklistStep][] = [];
  for await (const { id, step } of walkChecklist(database, request)) if (step) steps.push([id, step]);
  return Object.fromEntries(steps) as Record<StepId, ChecklistStep>;
}

const statuses = (steps: Record<StepId, ChecklistStep>) =>
  Object.fromEntries(Object.entries(steps).map(([id, { status }]) => [id, status]));

const passed = {
  'trigger-enabled': 'passed',
  'use-increments': 'passed',
  'second-use-increments': 'passed',
  'records-exist': 'passed',
  'counts-match': 'passed',
  'no-log-errors': 'skipped',
};

const comment = `INSERT INTO comments (post_id, author_id, body, slug) SELECT 1, id, 'First!', 'first' FROM users LIMIT 1;`;

describe('the six steps of comments', () => {
  beforeEach(() => make(commentsTables + commentsTrigger() + comment));

  test('pass where all is well, in the words of the counter', async () => {
    const steps = await walk();
    expect(statuses(steps)).toEqual(passed);
    expect(Object.values(steps).map(({ title }) => title)).toEqual([
      'The trigger exists and is enabled',
      'A new comment changes comments_count as it should',
      'So does another comment of the same post',
      'There are comments that count',
      'Every count of comments is right',
      "No errors in the application's log",
    ]);
    expect(steps['trigger-enabled'].evidence).toMatch(
      /^count_comment on public\.comments is enabled as origin/,
    );
    expect(steps['use-increments'].evidence).toMatch(
      /^Simulated with "Hello", rolled back, rows locked for \d+ ms: comments_count 1 to 2 \(\+1\)\. Right as well: remove, change-out, change-in, add-out, remove-out, move\.$/,
    );
    expect(steps['second-use-increments'].evidence).toBe(
      'Adding another comment: comments_count 2 to 3 (+1).',
    );
    expect(steps['records-exist'].evidence).toBe('public.comments has 1 comment: 1 of 2 posts.');
    expect(steps['counts-match'].evidence).toBe('In all 2 posts comments_count is the number of comments.');
    // Each query runs as it is shown.
    for (const { query } of Object.values(steps)) if (query) await own.sql.unsafe(query);
    expect(await own.sql.unsafe(steps['counts-match'].query ?? '')).toEqual([]);
  });

  test('fail one by one', async () => {
    await own.sql
      .unsafe(
        'ALTER TABLE comments DISABLE TRIGGER count_comment; UPDATE posts SET comments_count = 7 WHERE id = 2',
      )
      .simple();
    const steps = await walk();
    expect(statuses(steps)).toEqual({
      ...passed,
      'trigger-enabled': 'failed',
      'use-increments': 'failed',
      'second-use-increments': 'failed',
      'counts-match': 'failed',
    });
    expect(steps['trigger-enabled'].evidence).toContain(
      'The trigger count_comment is disabled: nothing is counted by it.',
    );
    expect(steps['counts-match'].evidence).toBe(
      'In 1 of 2 posts comments_count is not the number of comments (1 too high, 0 too low; 1 accurate): "Spring" has 7 and should have 0.',
    );
    const [row] = await own.sql.unsafe(steps['counts-match'].query ?? '');
    expect(row).toMatchObject({ id: '2', comments_count: 7, truth: '0' });
  });

  test('a removal that is not subtracted fails the second, if something is there that removes', async () => {
    await own.sql
      .unsafe(
        'DROP TRIGGER count_comment ON comments; CREATE TRIGGER count_comment AFTER INSERT OR UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment()',
      )
      .simple();
    const seen = 'Removing one comment changed comments_count of "Hello" by 0, not by -1: 3 to 3.';
    const told = await walk();
    expect(statuses(told)).toEqual(passed);
    expect(told['use-increments'].evidence).toContain(`${seen} It can happen: `);
    await own.sql.unsafe(
      "CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM public.comments WHERE deleted_at < now()'",
    );
    const steps = await walk();
    expect(statuses(steps)).toEqual({ ...passed, 'use-increments': 'failed' });
    expect(steps['use-increments'].evidence).toContain(seen);
  });

  test('an empty table of records fails, and so does one without rows', async () => {
    await own.sql`DELETE FROM comments`;
    expect(statuses(await walk())).toEqual({ ...passed, 'records-exist': 'failed' });
    await own.sql`DELETE FROM posts`;
    const steps = await walk();
    expect(steps['use-increments']).toMatchObject({
      status: 'failed',
      evidence: 'There are no posts, so no post can get a record.',
    });
  });

  test('errors in a log count that are about the counter', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'counter-log-'));
    const appLog = join(directory, 'app.log');
    const line = (level: string, text: string) => `${new Date().toISOString()} ${level} ${text}\n`;
    await writeFile(
      appLog,
      line('INFO', 'ready') + line('ERROR', 'mail failed') + line('ERROR', 'insert into comments failed'),
    );
    const failed = await walk(commentsCounter, { appLog });
    await writeFile(appLog, line('INFO', 'ready'));
    const right = await walk(commentsCounter, { appLog });
    await rm(directory, { recursive: true });
    expect(failed['no-log-errors']).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('2 errors, 1 of them about comments'),
      hint: 'Start with those about comments: each may be a lost comment.',
    });
    expect(right['no-log-errors'].status).toBe('passed');
  });

  test('nothing is simulated that a guard refuses', async () => {
    const steps = await walk(commentsCounter, { readOnly: true });
    expect(statuses(steps)).toEqual({
      ...passed,
      'use-increments': 'skipped',
      'second-use-increments': 'skipped',
    });
  });
});

test('a second record that a unique index rightly refuses is skipped, and a sum is told as one', async () => {
  await make(`
    CREATE TABLE shops (id integer PRIMARY KEY, taken numeric NOT NULL DEFAULT 0);
    CREATE TABLE sales (shop_id integer UNIQUE REFERENCES shops, amount numeric NOT NULL);
    CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE shops SET taken = taken - OLD.amount WHERE TG_OP <> 'INSERT' AND id = OLD.shop_id;
      UPDATE shops SET taken = taken + NEW.amount WHERE TG_OP <> 'DELETE' AND id = NEW.shop_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER add_up AFTER INSERT OR UPDATE OR DELETE ON sales FOR EACH ROW EXECUTE FUNCTION add_up();
    INSERT INTO shops VALUES (1), (2), (3);
    INSERT INTO sales VALUES (1, 12.5)`);
  const counter = {
    ...defined({
      row: { table: 'shops', count: 'taken' },
      record: { table: 'sales', reference: ['shop_id'], amount: 'amount' },
    }),
    nouns: { row: ['shop', 'shops'], record: ['sale', 'sales'] },
  } satisfies CounterDefinition;
  const steps = await walk(counter);
  expect(statuses(steps)).toEqual({ ...passed, 'second-use-increments': 'skipped' });
  expect(steps['records-exist'].evidence).toBe('The sum of amount in public.sales is 12.5.');
  expect(steps['counts-match'].evidence).toBe('In all 3 shops taken is the sum of amount.');
});
