import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounter } from '../../source/counter/audit/audit-counter.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import type { Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import { shortDiagnosis } from '../../source/diagnosis/format-diagnosis.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { defined } from '../helpers/definitions.ts';

let own: TestDatabase;
let database: Database;

// Twenty threads with a key of two columns, each with 12 replies; their number is kept in the row and beside it, and so is a sum.
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql
    .unsafe(`
      CREATE TABLE threads (forum integer, no integer, replies integer DEFAULT 0, PRIMARY KEY (forum, no));
      CREATE TABLE topics (id integer PRIMARY KEY, taken numeric DEFAULT 0);
      CREATE TABLE topic_stats (topic integer PRIMARY KEY, replies integer DEFAULT 0);
      CREATE TABLE replies (id serial PRIMARY KEY, forum integer, thread integer, topic integer, price numeric, created_at timestamptz NOT NULL);
      CREATE FUNCTION count_thread() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE threads SET replies = coalesce(replies, 0) + 1 WHERE forum = NEW.forum AND no = NEW.thread;
        RETURN NULL;
      END $$;
      CREATE FUNCTION count_topic() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE topic_stats SET replies = coalesce(replies, 0) + 1 WHERE topic = NEW.topic;
        UPDATE topics SET taken = coalesce(taken, 0) + coalesce(NEW.price, 0) WHERE id = NEW.topic;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_thread AFTER INSERT ON replies FOR EACH ROW EXECUTE FUNCTION count_thread();
      CREATE TRIGGER count_topic AFTER INSERT ON replies FOR EACH ROW EXECUTE FUNCTION count_topic();
      INSERT INTO threads SELECT n % 2, n FROM generate_series(1, 20) n;
      INSERT INTO topics SELECT n FROM generate_series(1, 20) n;
      INSERT INTO topic_stats SELECT n FROM generate_series(1, 20) n;
      INSERT INTO replies (forum, thread, topic, price, created_at)
        SELECT p % 2, p, p, 2.5, now() - day * interval '1 day' - p * interval '1 hour' FROM generate_series(1, 20) p, generate_series(1, 12) day`)
    .simple();
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const record = { table: 'replies', time: 'created_at' };
const byKeys = defined({
  row: { table: 'threads', key: ['forum', 'no'], count: 'replies' },
  record: { ...record, reference: ['forum', 'thread'] },
});
const beside = defined({
  row: { table: 'topics', count: 'replies' },
  via: { table: 'topic_stats', row: ['topic'] },
  record: { ...record, reference: ['topic'] },
});
const sum = defined({
  row: { table: 'topics', count: 'taken' },
  record: { ...record, reference: ['topic'], amount: 'price' },
});

async function causesOf(counter: CounterDefinition): Promise<Map<string, Diagnosis>> {
  const signal = new AbortController().signal;
  const { tables, mismatches, totals, orphans } = await auditCounter(database, counter, {
    signal,
    onProgress() {},
  });
  return diagnose(database, tables, mismatches, { signal, allRecords: totals.records + (orphans ?? 0) });
}

const codes = (causes: Map<string, Diagnosis>) => [
  ...new Set([...causes.values()].map(({ code, certainty }) => `${code} (${certainty})`)),
];

/** Replies of the last hours that no trigger counts, each stored by itself: all in one transaction would be an import. */
async function replyUncounted(): Promise<void> {
  await own.sql`ALTER TABLE replies DISABLE TRIGGER USER`;
  for (let n = 0; n < 24; n += 1) {
    const to = 1 + (n % 6);
    await own.sql`INSERT INTO replies (forum, thread, topic, price, created_at)
      VALUES (${to % 2}, ${to}, ${to}, 2.5, now() - interval '6 hours' + ${n} * interval '3 minutes')`;
  }
}

test.each<[string, CounterDefinition, string, string]>([
  ['keys of several columns', byKeys, 'count_thread', '["1", "1"]'],
  ['a count in another table', beside, 'count_topic', '1'],
])('%s: a trigger that is disabled, and later on again', async (_, counter, trigger, id) => {
  await replyUncounted();
  const off = await causesOf(counter);
  expect(off.size).toBe(6);
  expect(codes(off)).toEqual(['trigger-gap (certain)']);
  expect(off.get(id)?.evidence.join(' ')).toMatch(
    new RegExp(`The count lacks 4 of its 16 records.* The trigger ${trigger} is disabled`),
  );
  await own.sql`ALTER TABLE replies ENABLE TRIGGER USER`;
  const again = await causesOf(counter);
  expect(codes(again)).toEqual(['trigger-gap (likely)']);
  expect([...again.values()].flatMap(({ evidence }) => evidence).join(' ')).not.toContain('is disabled');
  await own.sql`DELETE FROM replies WHERE created_at > now() - interval '12 hours'`;
  expect(await causesOf(counter)).toEqual(new Map());
});

test('a row that the table with the count lacks is no NULL', async () => {
  await own.sql`DELETE FROM topic_stats WHERE topic = 3`;
  await own.sql`UPDATE topic_stats SET replies = NULL WHERE topic = 4`;
  const causes = await causesOf(beside);
  expect(causes.get('3')).toMatchObject({
    code: 'unknown',
    evidence: [expect.stringContaining('has no row for it, but the row has 12 records')],
  });
  expect(causes.get('4')).toMatchObject({ code: 'null-count', certainty: 'certain' });
  await own.sql`INSERT INTO topic_stats VALUES (3, 12)`;
  await own.sql`UPDATE topic_stats SET replies = 12 WHERE topic = 4`;
});

test('of a sum only what the sums show is said', async () => {
  await own.sql`UPDATE topics SET taken = CASE WHEN id <= 4 THEN 60 WHEN id = 5 THEN NULL ELSE 30 END`;
  expect(codes(await causesOf(sum)).sort()).toEqual(['double-counted (likely)', 'null-count (certain)']);
  await own.sql`UPDATE topics SET taken = CASE id WHEN 1 THEN 31.25 WHEN 2 THEN 7 WHEN 3 THEN 60 ELSE 30 END`;
  const causes = await causesOf(sum);
  expect([1, 2, 3].map(id => causes.get(String(id))?.code)).toEqual(['unknown', 'unknown', 'double-counted']);
  expect(causes.get('3')?.certainty).toBe('possible');
  expect(causes.get('1')?.evidence).toEqual([
    'The count is 1.25 too high. Its records were not compared one by one, because many of them may add up to that.',
  ]);
  await own.sql`ALTER TABLE replies DISABLE TRIGGER count_topic`;
  expect((await causesOf(sum)).get('2')?.evidence[1]).toContain('The trigger count_topic is disabled');
  await own.sql`ALTER TABLE replies ENABLE TRIGGER count_topic`;
});

test('a record that is still counted is not one that is left out', () => {
  const given = { code: 'records-excluded', certainty: 'likely' } as const;
  expect(shortDiagnosis(given)).toBe('records left out');
  expect(shortDiagnosis({ ...given, isStillCounted: true })).toBe('records still counted');
  expect(shortDiagnosis({ ...given, certainty: 'possible', isStillCounted: true })).toHaveLength(22);
});
