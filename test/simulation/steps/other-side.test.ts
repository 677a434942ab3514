import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { defined } from '../../helpers/definitions.ts';
import { openStage, type Stage, told } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const follows = (reference: string): CounterDefinition => ({
  ...defined({
    row: { table: 'accounts', label: 'name', count: 'followers' },
    record: { table: 'follows', reference: [reference] },
  }),
  nouns: { row: ['account', 'accounts'], record: ['follow', 'follows'] },
  writers: [{ kind: 'trigger', name: 'count_follow', events: ['insert', 'update', 'delete'] }],
});

const tables = (rule: string, rest = '') => `
  CREATE TABLE accounts (id integer PRIMARY KEY, name text, followers integer NOT NULL DEFAULT 0);
  CREATE TABLE follows (follower integer NOT NULL REFERENCES accounts, followee integer NOT NULL REFERENCES accounts, ${rule});
  CREATE FUNCTION count_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE accounts SET followers = followers - 1 WHERE TG_OP <> 'INSERT' AND id = OLD.followee;
    UPDATE accounts SET followers = followers + 1 WHERE TG_OP <> 'DELETE' AND id = NEW.followee;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_follow AFTER INSERT OR UPDATE OR DELETE ON follows FOR EACH ROW EXECUTE FUNCTION count_follow();
  INSERT INTO accounts SELECT i, 'account ' || i FROM generate_series(1, 6) i;
  ${rest}`;
const nobodyOneself = 'CHECK (follower <> followee)';
const refused = `
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.follower = NEW.followee THEN RAISE EXCEPTION 'nobody follows themselves'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON follows FOR EACH ROW EXECUTE FUNCTION refuse();`;

describe('an account that may not follow itself is followed by others', () => {
  test.each([
    ['a CHECK and a key of both', `PRIMARY KEY (follower, followee), ${nobodyOneself}`, ''],
    ['a CHECK alone', nobodyOneself, ''],
    ['a trigger that raises', 'PRIMARY KEY (followee, follower)', refused],
  ])('%s, with no record yet', async (_, rule, rest) => {
    await stage.make(tables(rule, rest));
    const simulation = await stage.simulate(follows('followee'));
    expect(told(simulation)).toMatchObject({
      add: 'right',
      'add-again': 'right',
      remove: 'right',
      move: 'right',
    });
    expect(simulation.failures).toEqual([]);
  });

  test('where the only record is of an account that nobody follows', async () => {
    await stage.make(
      tables(
        nobodyOneself,
        'INSERT INTO follows VALUES (1, 2); UPDATE accounts SET followers = 9 WHERE id = 1',
      ),
    );
    const simulation = await stage.simulate(follows('followee'), { row: '1' });
    expect(told(simulation)).toMatchObject({
      add: 'right',
      'add-again': 'right',
      remove: 'right',
      move: 'right',
    });
  });

  test('where most follow each other already', async () => {
    await stage.make(
      tables(
        `PRIMARY KEY (follower, followee), ${nobodyOneself}`,
        'INSERT INTO follows SELECT a, b FROM generate_series(1, 6) a, generate_series(1, 6) b WHERE b - a BETWEEN 1 AND 3',
      ),
    );
    const simulation = await stage.simulate(follows('followee'));
    expect(told(simulation)).toMatchObject({
      add: 'right',
      'add-again': 'right',
      remove: 'right',
      move: 'right',
    });
    expect(simulation.failures).toEqual([]);
  });
});

const right = { add: 'right', 'add-again': 'right', remove: 'right', move: 'right' };
const keep = (table: string, row: string, count: string, matches: (side: string) => string) => `
  CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE ${row} r SET ${count} = ${count} - 1 WHERE TG_OP <> 'INSERT' AND ${matches('OLD')};
    UPDATE ${row} r SET ${count} = ${count} + 1 WHERE TG_OP <> 'DELETE' AND ${matches('NEW')};
    RETURN NULL;
  END $$;
  CREATE TRIGGER keep AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION keep();`;
const writers = [{ kind: 'trigger', name: 'keep', events: ['insert', 'update', 'delete'] }] as const;

describe('with keys of several columns', () => {
  const perTenant: CounterDefinition = {
    ...defined({
      row: { table: 'accounts', key: ['tenant', 'id'], label: 'name', count: 'followers' },
      record: { table: 'follows', reference: ['tenant', 'followee'] },
    }),
    writers: [...writers],
  };
  // The numbers of accounts are the same in each tenant.
  const accounts = (rule: string, rest = '') => `
    CREATE TABLE accounts (tenant integer, id integer, name text, followers integer NOT NULL DEFAULT 0, PRIMARY KEY (tenant, id));
    CREATE TABLE follows (tenant integer NOT NULL, follower integer NOT NULL, followee integer NOT NULL,
      FOREIGN KEY (tenant, follower) REFERENCES accounts, FOREIGN KEY (tenant, followee) REFERENCES accounts, ${rule});
    ${keep('follows', 'accounts', 'followers', side => `r.tenant = ${side}.tenant AND r.id = ${side}.followee`)}
    INSERT INTO accounts SELECT t, i, t || '/' || i FROM (VALUES (1, 1), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (2, 9)) AS a (t, i);
    ${rest}`;

  test.each([
    ['a CHECK and a key of all', `PRIMARY KEY (tenant, follower, followee), ${nobodyOneself}`, ''],
    ['a CHECK alone', nobodyOneself, ''],
    ['a trigger that raises', 'PRIMARY KEY (tenant, followee, follower)', refused],
    [
      'a row of another tenant that is followed',
      `UNIQUE (tenant, follower, followee), ${nobodyOneself}`,
      'INSERT INTO accounts VALUES (2, 5); INSERT INTO follows VALUES (2, 9, 3)',
    ],
    [
      'the newest record of another tenant',
      nobodyOneself,
      "UPDATE accounts SET followers = 7 WHERE id = 1; INSERT INTO follows VALUES (2, 9, 3); DELETE FROM accounts WHERE name = '1/4'",
    ],
  ])('nobody follows themselves or another tenant: %s', async (_, rule, rest) => {
    await stage.make(accounts(rule, rest));
    const simulation = await stage.simulate(perTenant);
    expect(told(simulation)).toMatchObject(right);
    expect(simulation.failures).toEqual([]);
  });

  test('no comment answers itself, or one of another forum', async () => {
    await stage.make(`
      CREATE TABLE comments (forum text, no integer, parent integer, quotes integer NOT NULL, replies integer NOT NULL DEFAULT 0, PRIMARY KEY (forum, no),
        FOREIGN KEY (forum, parent) REFERENCES comments, FOREIGN KEY (forum, quotes) REFERENCES comments, CHECK (quotes <> parent AND no <> parent));
      ${keep('comments', 'comments', 'replies', side => `r.forum = ${side}.forum AND r.no = ${side}.parent`)}
      INSERT INTO comments (forum, no, quotes) VALUES ('a', 1, 1), ('a', 2, 1), ('a', 3, 2), ('b', 1, 1), ('b', 5, 5)`);
    const replies: CounterDefinition = {
      ...defined({
        row: { table: 'comments', key: ['forum', 'no'], count: 'replies' },
        record: { table: 'comments', reference: ['forum', 'parent'] },
      }),
      writers: [...writers],
    };
    const simulation = await stage.simulate(replies);
    expect(told(simulation)).toMatchObject(right);
    expect(simulation.failures).toEqual([]);
  });

  test('a record that names something else of its row is moved where that is too', async () => {
    await stage.make(`
      CREATE TABLE boards (org integer, no integer, cards integer NOT NULL DEFAULT 0, PRIMARY KEY (org, no));
      CREATE TABLE members (org integer, person integer, PRIMARY KEY (org, person));
      CREATE TABLE cards (id bigserial PRIMARY KEY, org integer NOT NULL, board integer NOT NULL, owner integer NOT NULL,
        FOREIGN KEY (org, board) REFERENCES boards, FOREIGN KEY (org, owner) REFERENCES members);
      ${keep('cards', 'boards', 'cards', side => `r.org = ${side}.org AND r.no = ${side}.board`)}
      INSERT INTO boards VALUES (1, 1, 9), (2, 1, 8), (2, 2, 7), (1, 7, 0);
      INSERT INTO members VALUES (1, 11), (2, 22)`);
    const cards: CounterDefinition = {
      ...defined({
        row: { table: 'boards', key: ['org', 'no'], count: 'cards' },
        record: { table: 'cards', reference: ['org', 'board'] },
      }),
      writers: [...writers],
    };
    const simulation = await stage.simulate(cards);
    expect(told(simulation)).toMatchObject(right);
    expect(simulation.steps.at(-1)?.counted.map(({ row }) => row.id)).toEqual(['["1", "1"]', '["1", "7"]']);
  });
});
