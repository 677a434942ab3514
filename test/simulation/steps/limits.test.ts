import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { requireConfirmation } from '../../../source/simulation/read-plan.ts';
import { defined } from '../../helpers/definitions.ts';
import { openStage, type Stage, told } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const likes: CounterDefinition = {
  ...defined({
    row: { table: 'posts', label: 'title', count: 'likes' },
    record: { table: 'likes', reference: ['post_id'], user: 'user_id' },
  }),
  nouns: { row: ['post', 'posts'], record: ['like', 'likes'] },
  writers: [{ kind: 'trigger', name: 'count_like', events: ['insert', 'update', 'delete'] }],
};

const tables = (unique: string) => `
  CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
  CREATE TABLE posts (id integer PRIMARY KEY, title text, likes integer NOT NULL DEFAULT 0);
  CREATE TABLE likes (post_id integer REFERENCES posts ON DELETE CASCADE, user_id uuid REFERENCES users, emoji text NOT NULL DEFAULT 'heart', ${unique});
  CREATE FUNCTION count_like() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE posts SET likes = likes - 1 WHERE TG_OP <> 'INSERT' AND id = OLD.post_id;
    UPDATE posts SET likes = likes + 1 WHERE TG_OP <> 'DELETE' AND id = NEW.post_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_like AFTER INSERT OR UPDATE OR DELETE ON likes FOR EACH ROW EXECUTE FUNCTION count_like();
  INSERT INTO posts VALUES (1, 'Hello'), (2, 'Spring');
  INSERT INTO users (name) VALUES ('Ada'), ('Ben'), ('Cleo'), ('Dan');`;

const allRight = { add: 'right', 'add-again': 'right', remove: 'right', move: 'right' };
const oneIsAll = { add: 'right', 'add-again': 'not-possible', remove: 'right', move: 'right' };
const likeBy = (post: number, ...names: string[]) =>
  stage.own
    .sql`INSERT INTO likes (post_id, user_id) SELECT ${post}, id FROM users WHERE name = ANY (${names})`;

describe('where a user may like a post once,', () => {
  beforeEach(() => stage.make(tables('PRIMARY KEY (post_id, user_id)')));

  test('each record is of another user, who has not liked it yet', async () => {
    await likeBy(1, 'Ada', 'Cleo');
    const simulation = await stage.simulate(likes);
    expect(told(simulation)).toEqual(allRight);
    expect(simulation.row.name).toBe('Hello');
    expect(simulation).toMatchObject({ verdict: 'confirmed', failures: [] });
    const [user] = await stage.own.sql`SELECT name FROM users WHERE id = ${simulation.asUser}`;
    expect(['Ben', 'Dan']).toContain(user?.name);
  });

  test('the second is not possible for the last user, and that is no fault', async () => {
    await likeBy(1, 'Ada', 'Ben', 'Cleo');
    const simulation = await stage.simulate(likes, { row: 'Hello' });
    expect(told(simulation)).toEqual(oneIsAll);
    expect(simulation).toMatchObject({ verdict: 'confirmed', confirmed: true });
    expect(simulation.findings).toEqual([
      {
        code: 'add-again-not-possible',
        severity: 'info',
        message:
          'Adding another like is not possible here. The unique index likes_pkey allows only one like with the same post_id, user_id.',
        hint: 'That is no fault of the counter.',
      },
    ]);
  });

  test('another row is taken if all users like the first', async () => {
    await likeBy(1, 'Ada', 'Ben', 'Cleo', 'Dan');
    const simulation = await stage.simulate(likes);
    expect(simulation.row.name).toBe('Spring');
    // None of them could like the other post too.
    const { move: _, ...others } = allRight;
    expect(told(simulation)).toEqual(others);
    const named = await stage.simulate(likes, { row: 'Hello' });
    expect(named).toMatchObject({ verdict: 'not-proved', confirmed: false });
    expect(named.steps).toMatchObject([
      {
        status: 'not-simulated',
        reason: 'The unique index likes_pkey allows no more likes here: every post_id, user_id is taken.',
      },
    ]);
  });

  test('the user who was asked for is taken, once', async () => {
    const [ben] = await stage.own.sql`SELECT id FROM users WHERE name = 'Ben'`;
    const simulation = await stage.simulate(likes, { asUser: ben?.id });
    expect(simulation.asUser).toBe(ben?.id);
    expect(told(simulation)).toEqual(oneIsAll);
    await expect(stage.simulate(likes, { asUser: 'Ben' })).rejects.toMatchObject({ exitCode: 2 });
  });

  test('without users to read, those of other records are taken', async () => {
    await stage.own.sql`ALTER TABLE likes DROP CONSTRAINT likes_user_id_fkey`;
    await likeBy(2, 'Ada', 'Ben');
    await likeBy(1, 'Cleo');
    expect(told(await stage.simulate(likes, { row: 'Hello' }))).toEqual({ ...allRight });
  });
});

test.each([
  ['of some rows', `CREATE UNIQUE INDEX once ON likes (post_id, user_id) WHERE emoji = 'heart'`],
  ['with a constant of the server', 'CREATE UNIQUE INDEX once ON likes (post_id, user_id, emoji)'],
  ['on an expression', 'CREATE UNIQUE INDEX once ON likes (post_id, lower(emoji))'],
])('a unique index %s is told apart from a fault', async (_, index) => {
  await stage.make(`${tables("note text DEFAULT ''")} ${index}`);
  const simulation = await stage.simulate(likes);
  expect(told(simulation)).toEqual(allRight);
});

test('one record a row is all that a unique reference allows', async () => {
  await stage.make(tables('UNIQUE (post_id)'));
  const simulation = await stage.simulate(likes);
  expect(told(simulation)).toEqual(oneIsAll);
  expect(simulation.verdict).toBe('confirmed');
});

describe('as a role', () => {
  const role = `liker_${process.pid}`;
  beforeAll(() => stage.own.sql.unsafe(`CREATE ROLE ${role}`));
  afterAll(() => stage.own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple());
  beforeEach(async () => {
    await stage.make(`${tables('id bigserial PRIMARY KEY')}
      GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT, INSERT ON likes TO ${role}; GRANT USAGE ON likes_id_seq TO ${role};
      GRANT SELECT, UPDATE ON posts TO ${role}`);
  });
  const as = () => stage.simulate(likes, { asRole: role });

  test('what it may not do is not possible, and no fault', async () => {
    const simulation = await as();
    expect(told(simulation)).toEqual(allRight);
    expect(simulation.asRole && told(simulation.asRole)).toEqual({
      ...allRight,
      remove: 'not-possible',
      move: 'not-possible',
    });
    expect(simulation).toMatchObject({ verdict: 'confirmed', asRole: { role, confirmed: true } });
  });

  test('a policy that keeps the trigger from counting is found out', async () => {
    await stage.own.sql
      .unsafe(
        `ALTER TABLE posts ENABLE ROW LEVEL SECURITY; CREATE POLICY seen ON posts FOR SELECT USING (true)`,
      )
      .simple();
    const simulation = await as();
    expect(told(simulation)).toEqual(allRight);
    expect(simulation.asRole && told(simulation.asRole)).toMatchObject({
      add: '0 for 1',
      'add-again': '0 for 1',
    });
    expect(simulation).toMatchObject({ verdict: 'not-confirmed', confirmed: false });
    expect(simulation.findings.map(({ code, severity }) => [code, severity])).toContainEqual([
      'role-differs',
      'error',
    ]);
  });

  test('a record that it may not see afterwards is counted all the same', async () => {
    await stage.own.sql
      .unsafe(
        `ALTER TABLE likes ENABLE ROW LEVEL SECURITY; CREATE POLICY made ON likes FOR INSERT WITH CHECK (true)`,
      )
      .simple();
    expect((await as()).asRole).toMatchObject({ confirmed: true });
  });

  test('one that may add nothing is not confirmed', async () => {
    await stage.own.sql.unsafe(`REVOKE INSERT ON likes FROM ${role}`);
    const simulation = await as();
    expect(simulation.asRole).toMatchObject({
      confirmed: false,
      failures: [{ step: 'add', code: '42501' }, { step: 'add-again' }],
    });
    expect(simulation.verdict).toBe('not-confirmed');
  });
});

test('what waits for the commit is no obstacle', async () => {
  await stage.make(`${tables('id bigserial')}
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('likes', 'x'); RETURN NULL; END $$;
    CREATE TRIGGER tell AFTER DELETE ON likes FOR EACH ROW EXECUTE FUNCTION tell()`);
  const plan = await stage.plan(likes);
  expect(plan.reach).toEqual([]);
  expect(() => requireConfirmation(plan, null)).not.toThrow();
});

test('what a rollback cannot undo is asked about first', async () => {
  await stage.make(`${tables('id bigserial')}
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN COPY users TO PROGRAM 'cat'; RETURN NULL; END $$;
    CREATE TRIGGER tell AFTER DELETE ON likes FOR EACH ROW EXECUTE FUNCTION tell()`);
  const plan = await stage.plan(likes);
  expect(plan.reach).toMatchObject([{ function: 'public.tell()' }]);
  expect(() => requireConfirmation(plan, null)).toThrow(
    'Changes of likes run what no rollback can undo: public.tell()',
  );
  await expect(stage.simulate(likes, { readOnly: true })).rejects.toMatchObject({
    code: 'read-only',
    exitCode: 4,
  });
});
