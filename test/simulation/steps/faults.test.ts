import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commentsCounter, commentsTables, commentsTrigger, statements } from './comments.ts';
import { openStage, type Stage, told } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const { add } = statements;
const allRight = {
  add: 'right',
  'add-again': 'right',
  remove: 'right',
  'change-out': 'right',
  'change-in': 'right',
  'add-out': 'right',
  'remove-out': 'right',
  move: 'right',
};

// What trigger only warns of, because the application may never do it: such a step alone is no fault.
describe('a trigger that', () => {
  test.each<[string, Parameters<typeof commentsTrigger>[0], Record<string, string>, string[]]>([
    ['counts right', {}, {}, []],
    [
      'ignores updates',
      { when: 'AFTER INSERT OR DELETE' },
      { 'change-out': '0 for -1', 'change-in': '0 for 1', move: '0 for -1, 0 for 1' },
      ['move'],
    ],
    ['counts what is deleted already', { insert: add('NEW', '+ 1') }, { 'add-out': '1 for 0' }, ['add-out']],
    ['subtracts what is deleted already', { delete: add('OLD', '- 1') }, { 'remove-out': '-1 for 0' }, []],
    [
      'never moves',
      {
        update:
          'IF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN UPDATE posts SET comments_count = comments_count - 1 WHERE id = NEW.post_id; ELSIF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF;',
      },
      { move: '0 for -1, 0 for 1' },
      ['move'],
    ],
    [
      'counts twice',
      { insert: add('NEW', '+ 2') },
      { add: '2 for 1', 'add-again': '2 for 1', 'add-out': '2 for 0' },
      [],
    ],
    [
      'stays at 1',
      {
        insert:
          'UPDATE posts SET comments_count = least(comments_count + 1, 1) WHERE id = NEW.post_id AND NEW.deleted_at IS NULL;',
      },
      { 'add-again': '0 for 1' },
      [],
    ],
  ])('%s', async (_, faults, wrong, tolerated) => {
    await stage.make(commentsTables + commentsTrigger(faults));
    const simulation = await stage.simulate(commentsCounter);
    expect(told(simulation)).toEqual({ ...allRight, ...wrong });
    const faulty = Object.keys(wrong).filter(step => !tolerated.includes(step));
    expect(simulation.verdict).toBe(faulty.length === 0 ? 'confirmed' : 'not-confirmed');
    const toldAs = (wanted: string) =>
      simulation.findings.flatMap(({ code, severity }) =>
        severity === wanted && code.endsWith('-miscounted') ? [code.replace('-miscounted', '')] : [],
      );
    expect(new Set(toldAs('error'))).toEqual(new Set(faulty));
    expect(new Set(toldAs('warning'))).toEqual(new Set(tolerated));
  });
});

test('a finding says what was done and what came of it', async () => {
  await stage.make(commentsTables + commentsTrigger({ when: 'AFTER INSERT OR DELETE' }));
  const { findings } = await stage.simulate(commentsCounter);
  expect(findings.map(({ message }) => message)).toEqual([
    'Changing one comment so that it no longer counts changed comments_count of "Hello" by 0, not by -1: 1 to 1.',
    'Changing one comment so that it counts again changed comments_count of "Hello" by 0, not by +1: 1 to 1.',
    'Moving one comment to another post changed comments_count of "Hello" by 0, not by -1: 1 to 1.',
    'Moving one comment to another post changed comments_count of "Spring" by 0, not by +1: 0 to 0.',
    'Numbers were taken from public.comments_id_seq, and a rollback does not return them.',
  ]);
});

describe('what was not seen is no pass:', () => {
  test('a trigger that changes what is stored', async () => {
    await stage.make(`${commentsTables}${commentsTrigger()}
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.deleted_at := now(); RETURN NEW; END $$;
      CREATE TRIGGER hold BEFORE INSERT ON comments FOR EACH ROW EXECUTE FUNCTION hold()`);
    const simulation = await stage.simulate(commentsCounter);
    expect(told(simulation)).toMatchObject({ add: 'not-simulated', 'add-again': 'not-simulated' });
    expect(simulation.steps[0]?.reason).toBe(
      'What was stored does not count by the definition: a trigger or a default may have changed it.',
    );
    expect(simulation.verdict).toBe('not-proved');
  });

  test('a trigger that swallows a record, or keeps it', async () => {
    await stage.make(`${commentsTables}${commentsTrigger()}
      CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER keep BEFORE DELETE ON comments FOR EACH ROW EXECUTE FUNCTION nothing()`);
    const kept = await stage.simulate(commentsCounter);
    expect(told(kept)).toMatchObject({ add: 'right', remove: 'not-simulated', move: 'right' });
    expect(kept.verdict).toBe('not-proved');
    await stage.own
      .sql`CREATE TRIGGER swallow BEFORE INSERT ON comments FOR EACH ROW EXECUTE FUNCTION nothing()`;
    const swallowed = await stage.simulate(commentsCounter);
    expect(swallowed.steps.map(({ status }) => status)).toEqual(Array(8).fill('not-simulated'));
  });

  test('a check that refuses every value that can be made up, with the words of the server', async () => {
    await stage.make(`${commentsTables}${commentsTrigger()}
      ALTER TABLE comments ADD CONSTRAINT signed CHECK (body LIKE '%~')`);
    const simulation = await stage.simulate(commentsCounter);
    expect(simulation.steps[0]).toMatchObject({
      step: 'add',
      status: 'not-simulated',
      reason: expect.stringMatching(/violates check constraint "signed" \(SQLSTATE 23514\)/),
    });
    expect(simulation.failures[0]).toMatchObject({ step: 'add', code: '23514', constraint: 'signed' });
    expect(simulation.verdict).toBe('not-proved');
    // A record that is there shows which values are allowed.
    await stage.own
      .sql`INSERT INTO comments (post_id, author_id, body, slug) SELECT 2, id, 'Yes~', 'yes' FROM users LIMIT 1`;
    expect(told(await stage.simulate(commentsCounter))).toEqual(allRight);
  });

  test('a condition that nothing meets', async () => {
    await stage.make(commentsTables + commentsTrigger());
    const never = {
      kind: 'and',
      of: [
        { kind: 'null', column: 'slug' },
        { kind: 'null', column: 'deleted_at' },
      ],
    } as const;
    const simulation = await stage.simulate({
      ...commentsCounter,
      record: { ...commentsCounter.record, where: never },
    });
    expect(simulation.steps).toMatchObject([
      {
        step: 'add',
        status: 'not-simulated',
        reason: 'No values were found that meet the condition of this counter.',
      },
    ]);
    expect(simulation.verdict).toBe('not-proved');
  });
});

test('a table of one row has none to move a record to, and says so', async () => {
  await stage.make(`${commentsTables}${commentsTrigger()} DELETE FROM posts WHERE title = 'Spring'`);
  const simulation = await stage.simulate(commentsCounter);
  const { move: _, ...others } = allRight;
  expect(told(simulation)).toEqual(others);
  expect(simulation.findings.map(({ code }) => code)).toContain('no-other-row');
  expect(simulation.verdict).toBe('confirmed');
});

test('records that stay when they are deleted are not removed', async () => {
  await stage.make(commentsTables + commentsTrigger());
  const simulation = await stage.simulate({ ...commentsCounter, onDelete: 'keeps' });
  expect(Object.keys(told(simulation))).toEqual(['add', 'add-again', 'change-out', 'change-in', 'move']);
});

test('a time that a new record should set is looked at too', async () => {
  await stage.make(
    `${commentsTables}${commentsTrigger()} ALTER TABLE posts ADD COLUMN touched_at timestamptz`,
  );
  const counter = { ...commentsCounter, row: { ...commentsCounter.row, touched: 'touched_at' } };
  const simulation = await stage.simulate(counter);
  expect(simulation.findings).toContainEqual(
    expect.objectContaining({ code: 'time-not-moved', severity: 'error' }),
  );
});

describe('the row', () => {
  test('is found by its id or its name, and an unknown one is an error', async () => {
    await stage.make(commentsTables + commentsTrigger());
    expect((await stage.simulate(commentsCounter, { row: 'Spring' })).row).toEqual({
      id: '2',
      name: 'Spring',
    });
    expect((await stage.simulate(commentsCounter, { row: '2' })).row).toEqual({ id: '2', name: 'Spring' });
    await expect(stage.simulate(commentsCounter, { row: 'Autumn' })).rejects.toMatchObject({
      code: 'no-such-row',
      message: 'No post has the id or name "Autumn".',
      exitCode: 3,
    });
    await stage.own.sql`UPDATE posts SET title = 'Spring'`;
    await expect(stage.simulate(commentsCounter, { row: 'Spring' })).rejects.toMatchObject({
      code: 'ambiguous-row',
      message: 'Several posts are named "Spring".',
      hint: 'Give the id of one of them: 1, 2.',
      exitCode: 2,
    });
    await stage.own.sql`UPDATE posts SET title = '2' WHERE id = 1`;
    expect((await stage.simulate(commentsCounter, { row: '2' })).row).toEqual({ id: '2', name: 'Spring' });
  });

  test('of several columns is a JSON array', async () => {
    const counter = {
      ...commentsCounter,
      id: 'public.threads.posts',
      row: { ...commentsCounter.row, table: 'threads', key: ['forum', 'no'], label: null, count: 'posts' },
      record: { ...commentsCounter.record, table: 'posts', reference: ['f', 't'], where: null, user: null },
    };
    await stage.make(`
      CREATE TABLE threads (forum text, no integer, posts integer DEFAULT 0, PRIMARY KEY (forum, no));
      CREATE TABLE posts (f text, t integer, FOREIGN KEY (f, t) REFERENCES threads);
      INSERT INTO threads VALUES ('a "b"', 1), ('a "b"', 2), ('c', 1);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE threads SET posts = (SELECT count(*) FROM posts WHERE (f, t) = (forum, no)); RETURN NULL; END $$;
      CREATE TRIGGER count_comment AFTER INSERT OR UPDATE OR DELETE ON posts EXECUTE FUNCTION count_comment()`);
    const simulation = await stage.simulate(counter, { row: '["a \\"b\\"", 2]' });
    expect(JSON.parse(simulation.row.id)).toEqual(['a "b"', '2']);
    expect(told(simulation)).toEqual({ add: 'right', 'add-again': 'right', remove: 'right', move: 'right' });
    await expect(stage.simulate(counter, { row: '["c"]' })).rejects.toMatchObject({ code: 'no-such-row' });
    await stage.own.sql.unsafe(
      `ALTER TABLE threads ADD title text; UPDATE threads SET title = '["c", 1]' WHERE no = 2`,
    );
    const named = { ...counter, row: { ...counter.row, label: 'title' } };
    expect(JSON.parse((await stage.simulate(named, { row: '["c", 1]' })).row.id)).toEqual(['c', '1']);
  });
});
