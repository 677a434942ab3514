import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { Predicate } from '../../../source/counter/definition/predicate.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';
import { needsVersion } from '../../helpers/server-version.ts';
import { told } from './judged.ts';

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

const live: Predicate = { kind: 'is', column: 'is_live', value: true };
const open: Predicate = { kind: 'compare', column: 'state', operator: '=', value: 'open' };
const mark = 'deleted_at timestamptz, is_live boolean GENERATED ALWAYS AS (deleted_at IS NULL) STORED';
const two = `${mark.replace('(deleted_at IS NULL)', '(deleted_at IS NULL AND NOT hidden)')}, hidden boolean NOT NULL DEFAULT false`;
const phase = `closed_at timestamptz, state text GENERATED ALWAYS AS (CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END) STORED`;
const unread = `body text, is_live boolean GENERATED ALWAYS AS (length(btrim(body)) > 3) STORED`;

/** The health where a trigger adds and subtracts what meets `meets`, and an update fires it as `updates` says. */
async function healthWith(
  columns: string,
  where: Predicate,
  meets: (side: string) => string,
  updates: string,
) {
  await own.sql
    .unsafe(
      `
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id integer PRIMARY KEY, post_id integer REFERENCES posts ON DELETE CASCADE, ${columns});
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
        IF TG_OP <> 'INSERT' AND ${meets('OLD')} THEN UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id; END IF;
        IF TG_OP <> 'DELETE' AND ${meets('NEW')} THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF;
        RETURN NULL; END $$;
      CREATE TRIGGER keep AFTER INSERT OR DELETE OR ${updates} ON comments FOR EACH ROW EXECUTE FUNCTION keep();
      CREATE FUNCTION hide() RETURNS void LANGUAGE sql AS 'UPDATE comments SET deleted_at = now()';`.replace(
        columns.includes('deleted_at') ? '' : /CREATE FUNCTION hide.*/,
        '',
      ),
    )
    .simple();
  const definition = defined({
    row: { table: 'posts', count: 'comments_count' },
    record: { table: 'comments', reference: ['post_id'], where },
  });
  return (await readCounterHealth(database, definition)).health;
}

const kept = /condition \+1 or -1/;
const missed = /condition no|condition wrong/;

describe('a condition on a generated column', () => {
  test.each([
    ['is followed by UPDATE', mark, live, (side: string) => `${side}.is_live`, 'UPDATE', kept],
    [
      'by UPDATE OF itself',
      mark,
      live,
      (side: string) => `${side}.is_live`,
      'UPDATE OF post_id, is_live',
      kept,
    ],
    [
      'by UPDATE OF what it is computed from',
      mark,
      live,
      (side: string) => `${side}.is_live`,
      'UPDATE OF post_id, deleted_at',
      kept,
    ],
    [
      'by a body that compares that',
      mark,
      live,
      (side: string) => `${side}.deleted_at IS NULL`,
      'UPDATE OF post_id, is_live',
      kept,
    ],
    [
      'by CASE',
      phase,
      open,
      (side: string) => `${side}.state = 'open'`,
      'UPDATE OF closed_at, post_id',
      kept,
    ],
    [
      'by a body that compares what CASE does',
      phase,
      open,
      (side: string) => `${side}.closed_at IS NULL`,
      'UPDATE',
      kept,
    ],
    [
      'of two columns by UPDATE OF both',
      two,
      live,
      (side: string) => `${side}.is_live`,
      'UPDATE OF deleted_at, hidden, post_id',
      kept,
    ],
    [
      'by an expression that is not read, and UPDATE OF its column',
      unread,
      live,
      (side: string) => `${side}.is_live`,
      'UPDATE OF body, post_id',
      kept,
    ],
    [
      'is missed by UPDATE OF anything else',
      mark,
      live,
      (side: string) => `${side}.is_live`,
      'UPDATE OF post_id',
      missed,
    ],
    [
      'of two columns by UPDATE OF one',
      two,
      live,
      (side: string) => `${side}.is_live`,
      'UPDATE OF deleted_at, post_id',
      missed,
    ],
    [
      'by a body that compares one of two columns',
      two,
      live,
      (side: string) => `${side}.deleted_at IS NULL`,
      'UPDATE',
      missed,
    ],
    [
      'by a body that turns CASE around',
      phase,
      open,
      (side: string) => `${side}.closed_at IS NOT NULL`,
      'UPDATE',
      missed,
    ],
  ] as const)('%s', async (_, columns, where, meets, updates, expected) => {
    const health = await healthWith(columns, where, meets, updates);
    expect(told(health)).toMatch(expected);
    expect(health.healthy).toBe(expected === kept);
  });

  test('happens by what it is computed from', async () => {
    const { events } = await healthWith(mark, live, side => `${side}.is_live`, 'UPDATE OF post_id');
    expect(events.find(({ event }) => event === 'condition')?.by).toEqual([
      'deleted_at marks records that are deleted',
      'public.hide() updates deleted_at',
    ]);
  });

  test('that is not read is not taken for a fault of a body that compares something else', async () => {
    const health = await healthWith(unread, live, side => `length(${side}.body) > 3`, 'UPDATE');
    expect(health.findings.map(({ code }) => code)).not.toContain('condition-not-counted');
    expect(told(health)).toMatch(/condition \?/);
  });

  test('is NULL in a trigger if it is virtual', needsVersion(18), async () => {
    const virtual = mark.replace('STORED', 'VIRTUAL');
    expect(told(await healthWith(virtual, live, side => `${side}.deleted_at IS NULL`, 'UPDATE'))).toMatch(
      kept,
    );
    const health = await healthWith(virtual, live, side => `${side}.is_live`, 'UPDATE');
    expect(told(health)).toMatch(/insert no/);
    expect(health.findings).toContainEqual({
      code: 'virtual-column',
      severity: 'error',
      message: 'The trigger keep reads is_live, which is virtual: in a trigger it has no value.',
      hint: 'Read deleted_at there, or make is_live STORED.',
      triggers: ['keep'],
    });
  });
});

test.each([
  ['CASE kind WHEN 2 THEN 1 WHEN 3 THEN -1 ELSE 0 END', 'amount the difference', []],
  ['1', 'amount ?', ['change-not-played']],
])(
  'an amount that is %s, where the key has the column that it is computed from',
  async (expression, amount, codes) => {
    await own.sql
      .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE posts (id integer PRIMARY KEY, score integer NOT NULL DEFAULT 0);
      CREATE TABLE votes (post_id integer NOT NULL REFERENCES posts ON DELETE CASCADE, user_id integer, kind integer,
        value integer GENERATED ALWAYS AS (${expression}) STORED, PRIMARY KEY (post_id, user_id, kind));
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN UPDATE posts SET score = score - OLD.value WHERE id = OLD.post_id; END IF;
        IF TG_OP <> 'DELETE' THEN UPDATE posts SET score = score + NEW.value WHERE id = NEW.post_id; END IF;
        RETURN NULL; END $$;
      CREATE TRIGGER keep AFTER INSERT OR UPDATE OR DELETE ON votes FOR EACH ROW EXECUTE FUNCTION keep();`)
      .simple();
    const score = defined({
      row: { table: 'posts', count: 'score' },
      record: { table: 'votes', reference: ['post_id'], amount: 'value' },
    });
    const { health } = await readCounterHealth(database, score);
    expect(told(health)).toContain(`move moved, ${amount},`);
    expect(health.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code)).toEqual(
      codes,
    );
  },
);

test.each<[string, string | undefined]>([
  ['qty * price', undefined],
  ['-(qty + 1)::numeric / price', undefined],
  ['coalesce(tip, 0)', undefined],
  ['CASE WHEN tip IS NULL THEN qty ELSE price END', undefined],
  ['qty * tip', 'warning'],
  ['CASE WHEN qty > 1 THEN price END', 'warning'],
  ['nullif(qty, 1)', 'warning'],
])('whether a sum may become NULL by an amount that is %s', async (expression, severity) => {
  await own.sql
    .unsafe(`
      DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      CREATE TABLE orders (id integer PRIMARY KEY, total numeric NOT NULL DEFAULT 0);
      CREATE TABLE lines (id integer PRIMARY KEY, order_id integer REFERENCES orders, qty integer NOT NULL, price numeric NOT NULL, tip numeric,
        amount numeric GENERATED ALWAYS AS (${expression}) STORED);
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE orders SET total = total + NEW.amount WHERE id = NEW.order_id; RETURN NULL; END $$;
      CREATE TRIGGER keep AFTER INSERT ON lines FOR EACH ROW EXECUTE FUNCTION keep();`)
    .simple();
  const sum = defined({
    row: { table: 'orders', count: 'total' },
    record: { table: 'lines', reference: ['order_id'], amount: 'amount' },
  });
  const { findings } = (await readCounterHealth(database, sum)).health;
  expect(findings.find(({ code }) => code === 'amount-null')?.severity).toBe(severity);
});
