import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { Predicate } from '../../../source/counter/definition/predicate.ts';
import { defined } from '../../helpers/definitions.ts';
import { openStage, type Stage, told } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const comments = (where: Predicate): CounterDefinition => ({
  ...defined({
    row: { table: 'posts', label: 'title', count: 'comments' },
    record: { table: 'comments', reference: ['post_id'], where },
  }),
  nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] },
  writers: [{ kind: 'trigger', name: 'count_comment', events: ['insert', 'update', 'delete'] }],
});

/** Posts that are counted anew, without a trigger if `fires` is null. */
const tables = (columns: string, condition: string, fires: string, before = '') => `${before}
  CREATE TABLE posts (id integer PRIMARY KEY, title text, comments integer NOT NULL DEFAULT 0);
  CREATE TABLE comments (id bigserial PRIMARY KEY, post_id integer NOT NULL REFERENCES posts, ${columns});
  CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$ BEGIN
    UPDATE posts p SET comments = (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND ${condition})
     WHERE (TG_OP <> 'INSERT' AND p.id = OLD.post_id) OR (TG_OP <> 'DELETE' AND p.id = NEW.post_id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_comment AFTER ${fires} ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
  INSERT INTO posts VALUES (1, 'Hello'), (2, 'Spring');`;

const every = 'INSERT OR UPDATE OR DELETE';
const steps = ['add', 'add-again', 'remove', 'change-out', 'change-in', 'add-out', 'remove-out', 'move'];
const allRight = Object.fromEntries(steps.map(step => [step, 'right']));

const live: Predicate = { kind: 'is', column: 'is_live', value: true };
const is = (column: string, value: string): Predicate => ({ kind: 'compare', column, operator: '=', value });
const ofAMark = 'deleted_at timestamptz, is_live boolean GENERATED ALWAYS AS (deleted_at IS NULL) STORED';
const ofACase = `closed_at timestamptz, state text GENERATED ALWAYS AS (CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END) STORED`;

interface Case {
  name: string;
  columns: string;
  where: Predicate;
  condition: string;
  before?: string;
}

const cases: Case[] = [
  { name: 'a mark of deletion', columns: ofAMark, where: live, condition: 'c.is_live' },
  { name: 'a CASE', columns: ofACase, where: is('state', 'open'), condition: `c.state = 'open'` },
  {
    name: 'a threshold',
    columns: 'score integer NOT NULL DEFAULT 0, shown boolean GENERATED ALWAYS AS (score >= 40) STORED',
    where: is('shown', 'true'),
    condition: 'c.shown',
  },
  {
    name: 'the text of a column of its own type',
    columns:
      "mood mood NOT NULL, tone text GENERATED ALWAYS AS (CASE mood WHEN 'angry' THEN 'bad' ELSE 'good' END) STORED",
    where: { kind: 'not', of: is('tone', 'bad') },
    condition: `c.tone <> 'bad'`,
    before: `CREATE TYPE mood AS ENUM ('angry', 'calm', 'glad');`,
  },
  {
    name: 'two columns, beside one that is written',
    columns: `published_at timestamptz, hidden boolean NOT NULL DEFAULT true, kind varchar(12) NOT NULL,
      visible boolean GENERATED ALWAYS AS (published_at IS NOT NULL AND NOT hidden) STORED`,
    where: { kind: 'and', of: [is('visible', 'true'), is('kind', 'comment')] },
    condition: `c.visible AND c.kind = 'comment'`,
  },
  {
    name: "a function of the application's, which finds others by its path",
    columns: `status text NOT NULL, shown boolean GENERATED ALWAYS AS (is_shown(status)) STORED`,
    where: is('shown', 'true'),
    condition: 'c.shown',
    before: `CREATE FUNCTION folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
      CREATE FUNCTION is_shown(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN folded($1) <> 'simulated'; END $$;`,
  },
  {
    name: 'an expression that fails with most values',
    columns: `code text DEFAULT '7', due boolean GENERATED ALWAYS AS (coalesce(code::integer, 0) > 5) STORED`,
    where: is('due', 'true'),
    condition: 'c.due',
  },
];

describe('a comment is changed out of a condition on a column that is generated from', () => {
  test.each(cases)('$name', async ({ columns, where, condition, before }) => {
    await stage.make(tables(columns, condition, every, before));
    if (columns.includes('code')) await stage.own.sql`INSERT INTO comments (post_id) VALUES (2)`;
    const simulation = await stage.simulate(comments(where));
    expect(told(simulation)).toEqual(allRight);
    expect(simulation).toMatchObject({ verdict: 'confirmed', failures: [] });
  });

  test('a mark, virtually', async context => {
    const [server] = await stage.own.sql`SHOW server_version_num`;
    if (Number(server?.server_version_num) < 180000) context.skip();
    await stage.make(tables(ofAMark.replace('STORED', 'VIRTUAL'), 'c.is_live', every));
    expect(told(await stage.simulate(comments(live)))).toEqual(allRight);
    await stage.make(tables(ofACase.replace('STORED', 'VIRTUAL'), `c.state = 'open'`, every));
    expect(told(await stage.simulate(comments(is('state', 'open'))))).toEqual(allRight);
  });
});

test.each([
  [ofAMark, live, 'c.is_live'],
  [ofACase, is('state', 'open'), `c.state = 'open'`],
] as const)('a trigger that misses such a change is found out: %s', async (columns, where, condition) => {
  await stage.make(tables(columns, condition, 'INSERT OR DELETE OR UPDATE OF post_id'));
  const simulation = await stage.simulate(comments(where));
  expect(told(simulation)).toMatchObject({ add: 'right', 'change-out': '0 for -1', 'change-in': '0 for 1' });
  expect(simulation.findings.map(({ code }) => code)).toContain('change-out-miscounted');
});

test('what cannot be found out is said, and nothing else is kept from being simulated', async () => {
  await stage.make(
    tables(
      `code text DEFAULT '7', due boolean GENERATED ALWAYS AS (coalesce(code::integer, 0) > 5) STORED`,
      'c.due',
      every,
    ),
  );
  const simulation = await stage.simulate(comments(is('due', 'true')));
  expect(told(simulation)).toEqual({
    add: 'right',
    'add-again': 'right',
    remove: 'right',
    'change-out': 'not-simulated',
    'change-in': 'not-simulated',
    move: 'right',
  });
});

describe('an amount that is generated', () => {
  const lines: CounterDefinition = {
    ...defined({
      row: { table: 'orders', count: 'total' },
      record: { table: 'lines', reference: ['order_id'], amount: 'price' },
    }),
    writers: [{ kind: 'trigger', name: 'add_up', events: ['insert', 'update', 'delete'] }],
  };
  const orders = (columns: string) => `
    CREATE TABLE orders (id integer PRIMARY KEY, total numeric NOT NULL DEFAULT 0);
    CREATE TABLE lines (id bigserial PRIMARY KEY, order_id integer NOT NULL REFERENCES orders, ${columns});
    CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE orders o SET total = (SELECT coalesce(sum(price), 0) FROM lines WHERE order_id = o.id);
      RETURN NULL;
    END $$;
    CREATE TRIGGER add_up AFTER INSERT OR UPDATE OR DELETE ON lines FOR EACH STATEMENT EXECUTE FUNCTION add_up();
    INSERT INTO orders VALUES (1), (2);`;

  test('is raised by what it is computed from', async () => {
    await stage.make(
      orders(
        `unit numeric NOT NULL DEFAULT 0, pieces integer NOT NULL DEFAULT 0, price numeric GENERATED ALWAYS AS (unit * pieces) STORED`,
      ),
    );
    const simulation = await stage.simulate(lines);
    expect(told(simulation)).toMatchObject({ add: 'right', 'change-amount': 'right', move: 'right' });
    await stage.own.sql`INSERT INTO lines (order_id, unit, pieces) VALUES (1, 2.5, 4)`;
    const { steps } = await stage.simulate(lines);
    expect(steps.find(({ step }) => step === 'add')?.counted[0]?.expected).toBe('10.0');
    expect(steps.find(({ step }) => step === 'change-amount')?.counted[0]?.expected).toBe('4.0');
  });

  test('from a text alone is not raised, and that is said', async () => {
    await stage.make(orders(`size text NOT NULL, price numeric GENERATED ALWAYS AS (length(size)) STORED`));
    const simulation = await stage.simulate(lines);
    expect(told(simulation)).toMatchObject({ add: 'right', 'change-amount': 'not-simulated', move: 'right' });
    expect(simulation.findings.map(({ message }) => message)).toContain(
      'Raising price of one record was not simulated. The server computes price from nothing that can be raised.',
    );
  });
});

test('no name in an expression leads to a trap', async () => {
  const trapped = await openStage({ trapped: true });
  try {
    const columns = `status text NOT NULL DEFAULT '', shown boolean GENERATED ALWAYS AS (length(status) >= 4 AND lower(status) <> 'draft') STORED`;
    await trapped.make(tables(columns, 'c.shown', every));
    expect(told(await trapped.simulate(comments(is('shown', 'true'))))).toEqual(allRight);
  } finally {
    await trapped.close();
  }
});
