import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { defined } from '../../helpers/definitions.ts';
import { openStage, type Stage, told } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const allRight = { add: 'right', 'add-again': 'right', remove: 'right', move: 'right' };

function counter(count: string, amount: string | null): CounterDefinition {
  return {
    ...defined({
      row: { table: 'posts', count },
      record: { table: 'votes', reference: ['post_id'], amount },
    }),
    writers: [{ kind: 'trigger', name: 'v', events: ['insert', 'update', 'delete'] }],
  };
}

/** Posts with a number of votes and a score, of votes with this value; `refuse` is said to a vote without one. */
const tables = (value: string, refuse = '') => `
  ${value.startsWith('vote') ? 'CREATE DOMAIN vote AS smallint CHECK (VALUE IN (-1, 1));' : ''}
  CREATE TABLE posts (id integer PRIMARY KEY, votes integer NOT NULL DEFAULT 0, score integer NOT NULL DEFAULT 0);
  CREATE TABLE votes (id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES posts, value ${value});
  CREATE FUNCTION v() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN UPDATE posts SET votes = votes - 1, score = score - OLD.value WHERE id = OLD.post_id; END IF;
    IF TG_OP <> 'DELETE' THEN UPDATE posts SET votes = votes + 1, score = score + NEW.value WHERE id = NEW.post_id; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER v AFTER INSERT OR UPDATE OR DELETE ON votes FOR EACH ROW EXECUTE FUNCTION v();
  ${refuse}
  INSERT INTO posts VALUES (1), (2), (3);`;

const deferred = `
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.value IS NULL THEN RAISE EXCEPTION 'a vote needs a value'; END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON votes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();`;

describe('a first try that is stored and then refused', () => {
  test.each([
    ['by the trigger that keeps another count', 'smallint', ''],
    ['at the end of the transaction', 'smallint DEFAULT NULL', deferred],
  ])('%s, is no second record', async (_, value, refuse) => {
    await stage.make(`${tables(value, refuse)} INSERT INTO votes (post_id, value) VALUES (1, 2), (2, 3);`);
    const simulation = await stage.simulate(counter('votes', null));
    expect(told(simulation)).toEqual(allRight);
    expect(simulation.verdict).toBe('confirmed');
  });
});

describe('an amount that may not be raised by 1', () => {
  test.each([
    ['becomes that of another record', 'smallint NOT NULL CHECK (value IN (-1, 1, 5))', '(1, 1), (2, 5)'],
    ['is negated', 'smallint NOT NULL CHECK (abs(value) = 2)', '(1, 2), (2, 2)'],
    ['is negated by a domain', 'vote NOT NULL', '(1, 1)'],
    ['becomes what its check names', 'integer NOT NULL CHECK (value = ANY (ARRAY[3, 7]))', '(1, 3)'],
  ])('%s', async (_, value, votes) => {
    await stage.make(`${tables(value)} INSERT INTO votes (post_id, value) VALUES ${votes};`);
    const simulation = await stage.simulate(counter('score', 'value'));
    expect(told(simulation)).toEqual({ ...allRight, 'change-amount': 'right' });
    expect(simulation.verdict).toBe('confirmed');
  });

  test('or become another, cannot change', async () => {
    await stage.make(
      `${tables('smallint NOT NULL CHECK (value = 1)')} INSERT INTO votes (post_id, value) VALUES (1, 1);`,
    );
    const simulation = await stage.simulate(counter('score', 'value'));
    expect(told(simulation)).toEqual({ ...allRight, 'change-amount': 'not-possible' });
    expect(simulation.verdict).toBe('confirmed');
  });

  test('is not known to be right where the check of another table refused it', async () => {
    const limit = 'ALTER TABLE posts ALTER score TYPE numeric, ADD CHECK (score < 1.8);';
    await stage.make(
      `${tables('numeric NOT NULL CHECK (value > 0)', limit)} INSERT INTO votes (post_id, value) VALUES (1, 0.5);`,
    );
    const simulation = await stage.simulate(counter('score', 'value'), { row: '1' });
    expect(told(simulation)).toEqual({ ...allRight, 'change-amount': 'not-simulated' });
    expect(simulation.failures).toMatchObject([{ step: 'change-amount', code: '23514' }]);
  });

  test('is not known to be right where something else refused it', async () => {
    const refuse = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE OF value ON votes FOR EACH ROW EXECUTE FUNCTION refuse();`;
    await stage.make(
      `${tables('smallint NOT NULL', refuse)} INSERT INTO votes (post_id, value) VALUES (1, 1);`,
    );
    const simulation = await stage.simulate(counter('score', 'value'));
    expect(told(simulation)).toEqual({ ...allRight, 'change-amount': 'not-simulated' });
    expect(simulation.verdict).toBe('not-proved');
  });
});
