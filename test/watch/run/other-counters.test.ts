import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { readCronRuns } from '../../../source/watch/read-cron-runs.ts';
import { Watch } from '../../../source/watch/run/watch.ts';
import type { Focus, WatchEvent } from '../../../source/watch/watch-event.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { quickCases } from '../../helpers/quick-cases.ts';
import { waitFor } from '../../helpers/wait.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer);
      CREATE TABLE comments (id serial, post_id integer, deleted_at timestamptz, created_at timestamptz DEFAULT now());
      INSERT INTO posts VALUES (1, 'Hello', 2), (2, 'Spring', 0);
      INSERT INTO comments (post_id, deleted_at) VALUES (1, NULL), (1, NULL), (2, now());
      CREATE TABLE sellers (id integer PRIMARY KEY, name text, revenue numeric);
      CREATE TABLE sales (seller_id integer, amount numeric, status text, sold_at timestamptz DEFAULT now());
      INSERT INTO sellers VALUES (1, 'Ada', 12.34), (2, 'Large', 9007199254740993.0001);
      INSERT INTO sales VALUES (1, 12.34, 'paid'), (1, 99.9, 'open'), (2, 9007199254740993.0001, 'paid');
      CREATE TABLE threads (forum text, no integer, PRIMARY KEY (forum, no));
      CREATE TABLE thread_stats (forum text, no integer, replies bigint, UNIQUE (forum, no));
      CREATE TABLE replies (forum text, thread integer, at timestamptz DEFAULT now());
      INSERT INTO threads VALUES ('b, c', 1), ('a', 2);
      INSERT INTO thread_stats VALUES ('b, c', 1, 1);
      INSERT INTO replies VALUES ('b, c', 1);`)
    .simple();
});
afterAll(() => own.drop());

const comments = defined({
  row: { table: 'posts', label: 'title', count: 'comments_count' },
  record: {
    table: 'comments',
    reference: ['post_id'],
    time: 'created_at',
    where: { kind: 'null', column: 'deleted_at' },
  },
});
const revenue = defined({
  row: { table: 'sellers', label: 'name', count: 'revenue' },
  record: {
    table: 'sales',
    reference: ['seller_id'],
    amount: 'amount',
    time: 'sold_at',
    where: { kind: 'compare', column: 'status', operator: '=', value: 'paid' },
  },
});
const replies = defined({
  row: { table: 'threads', key: ['forum', 'no'], count: 'replies' },
  via: { table: 'thread_stats', row: ['forum', 'no'] },
  record: { table: 'replies', reference: ['forum', 'thread'], time: 'at' },
});

let database: Database;
let watch: Watch | undefined;
let drifts = 0;
beforeEach(() => {
  database = connectTo(own.url);
});
afterEach(async () => {
  watch?.stop();
  watch = undefined;
  await database.close();
});

/** Watches `counter` and hands its events out in the order they came. */
function watching(counter: CounterDefinition, id: string) {
  const events: WatchEvent[] = [];
  drifts = 0;
  let wake = () => {};
  const focus: Focus = { ids: [id], detail: { id, days: 3 }, answers: true, schemaReport: true };
  watch = new Watch(database, {
    counter,
    interval: 20,
    firstRows: 10,
    focus: () => focus,
    onEvent(event) {
      events.push(event);
      if (event.type === 'drift') drifts += 1;
      wake();
    },
  });
  return async <T extends WatchEvent['type']>(
    type: T,
    which: (event: Extract<WatchEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<WatchEvent, { type: T }>> => {
    for (;;) {
      const event = events.shift();
      if (!event) await new Promise<void>(resolve => (wake = resolve));
      else if (event.type === 'failure' || event.type === 'audit-failure') throw event.error;
      else if (event.type === type && which(event as never)) return event as never;
    }
  };
}

describe('a watch of another counter', () => {
  test.each([
    {
      name: 'with a condition',
      counter: comments,
      id: '1',
      was: { name: 'Hello', usageCount: 2, records: 2 },
      right: `INSERT INTO comments (post_id) VALUES (1); UPDATE posts SET comments_count = comments_count + 1 WHERE id = 1`,
      wrong: `UPDATE comments SET deleted_at = now() WHERE id = (SELECT min(id) FROM comments WHERE post_id = 1)`,
      kind: 'not-counted',
      by: [0, -1],
    },
    {
      name: 'that adds up amounts beyond what a JavaScript number holds',
      counter: revenue,
      id: '2',
      was: {
        name: 'Large',
        exact: '9007199254740993.0001',
        exactRecords: '9007199254740993.0001',
        exactDrift: '0.0000',
      },
      right: `INSERT INTO sales VALUES (2, 0.01, 'paid'), (2, 5, 'open'); UPDATE sellers SET revenue = revenue + 0.01 WHERE id = 2`,
      wrong: `INSERT INTO sales VALUES (2, 0.0001, 'paid')`,
      kind: 'not-counted',
      by: [0, 0.0001],
    },
    {
      name: 'whose count stands in another table, by a key of two columns',
      counter: replies,
      id: '["b, c", "1"]',
      was: { name: 'b, c, 1', usageCount: 1, records: 1 },
      right: `INSERT INTO replies VALUES ('b, c', 1); UPDATE thread_stats SET replies = replies + 1`,
      wrong: `UPDATE thread_stats SET replies = replies + 5`,
      kind: 'count-without-record',
      by: [5, 0],
    },
  ])('$name sees what goes out of step between two ticks, and nothing else', async given => {
    const { counter, id, was, right, wrong, kind, by } = given;
    const next = watching(counter, id);
    await next('audit-done');
    const tick = await next('tick', ({ newest, schemaReport }) => newest !== null && schemaReport !== null);
    expect(tick.counters).toMatchObject([{ id, ...was }]);
    expect(tick.trigger).toBeNull();
    expect(tick.newest?.value?.newest?.name).toEqual(expect.any(String));
    expect(tick.detail?.value.latest.length).toBeGreaterThan(0);
    await own.sql.unsafe(right).simple();
    const counted = await next(
      'tick',
      ({ counters: [first] }) =>
        first?.usageCount !== tick.counters[0]?.usageCount || first?.exact !== tick.counters[0]?.exact,
    );
    expect(counted.counters).toMatchObject([{ id }]);
    await own.sql.unsafe(wrong);
    const { events } = await next('drift');
    expect(events).toHaveLength(1);
    const [{ preset, change }] = events as [(typeof events)[number]];
    expect(preset).toEqual({ id, name: was.name });
    expect({ kind: change.kind, by: [change.countBy, change.recordsBy] }).toEqual({ kind, by });
  });

  test('names the job of pg_cron that wrote', async () => {
    await own.sql
      .unsafe(`
        CREATE SCHEMA cron;
        CREATE TABLE cron.job (jobid bigint, schedule text, command text, database text, username text, jobname text);
        CREATE TABLE cron.job_run_details (jobid bigint, runid bigserial PRIMARY KEY, job_pid integer, database text, status text, start_time timestamptz, end_time timestamptz);
        INSERT INTO cron.job (jobid, jobname) VALUES (7, 'nightly recount'), (8, 'another');
        INSERT INTO cron.job_run_details (jobid, job_pid, database, status, start_time, end_time) VALUES (8, pg_backend_pid(), current_database(), 'succeeded', now() - interval '2 days', now() - interval '1 day')`)
      .simple();
    const next = watching(comments, '1');
    await next('audit-done');
    const before = (await next('tick')).counters[0]?.usageCount;
    const write = `UPDATE posts SET comments_count = comments_count + 1 WHERE id = 1;
      INSERT INTO cron.job_run_details (jobid, job_pid, database, status, start_time, end_time) VALUES (7, pg_backend_pid(), current_database(), 'running', now(), NULL)`;
    await own.sql.unsafe(write).simple();
    const { events } = await next('drift');
    const pid = events[0]?.writers.seen[0]?.pids[0];
    expect(events[0]?.remarks).toEqual([`Session ${pid} ran the job nightly recount of pg_cron.`]);
    // Ticks go on while the runs cannot be read.
    const locking = await own.sql.reserve();
    await locking.unsafe('BEGIN; LOCK TABLE cron.job_run_details').simple();
    await own.sql.unsafe('UPDATE posts SET comments_count = comments_count - 1 WHERE id = 1');
    await next('tick', ({ counters: [first] }) => first?.usageCount === before);
    for (let more = 0; more < 3; more += 1) await next('tick');
    await locking.unsafe('COMMIT');
    locking.release();
    // On a slow machine it may have come among the ticks, without the job.
    await waitFor(async () => drifts === 2, 'the event');
  });

  quickCases('it is running', 'it ended long ago').each([
    ['it is running', `'running', now(), NULL`, true],
    ['it has just ended', `'succeeded', now(), now()`, true],
    ['it ended long ago', `'succeeded', now() - interval '2 days', now() - interval '1 day'`, false],
    ['a crash cut it off', `'failed', now(), NULL`, false],
    [
      'it ran before the server started',
      `'running', pg_postmaster_start_time() - interval '1 s', NULL`,
      false,
    ],
  ])('a job of pg_cron is named if %s: %s is %s', async (_, run, isNamed) => {
    const insert = (pid: string, more = '') =>
      own.sql.unsafe(
        `INSERT INTO cron.job_run_details (jobid, job_pid, database, status, start_time, end_time) SELECT 8, ${pid}, current_database(), ${run} ${more}`,
      );
    await insert('-1');
    const found = () => database.read(reader => readCronRuns(reader, [-1]));
    expect(await found()).toEqual(isNamed ? [{ pid: -1, job: 'another' }] : []);
    // Only the latest runs are read.
    await insert('-2', 'FROM generate_series(1, 1000)');
    expect(await found()).toEqual([]);
  });

  test('tells what keeps it, and again when that has changed', needsFullScale(), async () => {
    await own.sql
      .unsafe(`
        CREATE FUNCTION count_reply() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE thread_stats SET replies = replies + 1 WHERE forum = NEW.forum AND no = NEW.thread;
          RETURN NULL;
        END $$;
        CREATE TRIGGER count_reply AFTER INSERT ON replies FOR EACH ROW EXECUTE FUNCTION count_reply();
        CREATE TRIGGER watched AFTER INSERT ON thread_stats FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();`)
      .simple();
    const next = watching(replies, '["b, c", "1"]');
    const { trigger } = await next('trigger');
    expect(trigger.triggers).toMatchObject([{ name: 'count_reply', enabled: 'origin' }]);
    expect(trigger.events).toMatchObject([
      { event: 'insert', handled: true },
      { event: 'delete', handled: false },
      { event: 'move', handled: false },
      { event: 'truncate', handled: false },
    ]);
    expect(trigger.others).toMatchObject([{ name: 'watched', table: 'public.thread_stats' }]);
    expect(trigger.writers.map(({ name }) => name)).toContain('count_reply');
    // Ticks do not tell it, so that an older reading never replaces a newer one.
    expect((await next('tick')).trigger).toBeNull();
    await own.sql`ALTER TABLE replies DISABLE TRIGGER count_reply`;
    const changed = await next('trigger', event => event.trigger.triggers[0]?.enabled === 'disabled');
    expect(changed.trigger).toMatchObject({ healthy: false, track: null });
  });
});
