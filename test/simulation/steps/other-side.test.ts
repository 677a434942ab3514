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
