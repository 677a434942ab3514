import { afterAll, beforeAll, expect, test } from 'vitest';
import { kinds } from '../../counter/kinds/kinds.ts';
import { defined } from '../../helpers/definitions.ts';
import { keptByTrigger, recount } from './recount.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ trapped: true });
});
afterAll(() => stage.close());

// Together they have every operator and function that the statements need.
const few = [
  'a sum kept in double precision',
  'conditions on types that compare in their own way',
  'a count in another table, of rows with several columns in their key',
  'through a table between, with keys of several columns',
];

test.each(kinds.filter(({ name }) => few.includes(name)))('among traps: $name', async kind => {
  const { table } = kind.definition.record;
  // A check that calls a function makes everything that touches the table run by the path of the role.
  await stage.make(`${kind.sql}; ${recount(kind)};
    CREATE FUNCTION fine() RETURNS boolean LANGUAGE sql AS 'SELECT true';
    ALTER TABLE "${table}" ADD COLUMN shelf integer NOT NULL DEFAULT 1 CHECK (fine()), ADD COLUMN spot uuid, ADD UNIQUE (shelf, spot)`);
  const { inspected } = await stage.plan(kind.definition);
  expect(inspected.tables.path).toBe('own');
  expect(await stage.simulate(keptByTrigger(kind.definition))).toMatchObject({ verdict: 'confirmed' });
});

test('among traps: likes that a user can give once, of a post with a time', async () => {
  await stage.make(`
    CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
    CREATE TABLE posts (id integer PRIMARY KEY, title text, likes integer NOT NULL DEFAULT 0, liked_at timestamptz);
    CREATE FUNCTION fine() RETURNS boolean LANGUAGE sql AS 'SELECT true';
    CREATE TABLE likes (post_id integer REFERENCES posts, user_id uuid REFERENCES users CHECK (fine()), PRIMARY KEY (post_id, user_id));
    INSERT INTO users SELECT FROM generate_series(1, 4);
    INSERT INTO posts VALUES (1, 'Hello', 1), (2, 'Spring', 0);
    INSERT INTO likes SELECT 1, id FROM users LIMIT 1;
    CREATE FUNCTION count_like() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$ BEGIN
      UPDATE posts SET likes = likes - 1 WHERE TG_OP <> 'INSERT' AND id = OLD.post_id;
      UPDATE posts SET likes = likes + 1, liked_at = now() WHERE TG_OP <> 'DELETE' AND id = NEW.post_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER count_like AFTER INSERT OR UPDATE OR DELETE ON likes FOR EACH ROW EXECUTE FUNCTION count_like()`);
  const counter = defined({
    row: { table: 'posts', label: 'title', count: 'likes', touched: 'liked_at' },
    record: { table: 'likes', reference: ['post_id'], user: 'user_id' },
  });
  const simulation = await stage.simulate(counter, { row: 'Hello' });
  expect(simulation).toMatchObject({
    verdict: 'confirmed',
    steps: [{ touched: true }, {}, {}, { step: 'move' }],
  });
});
