import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { EventName } from '../../../source/trigger/defined/events.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { defined } from '../../helpers/definitions.ts';

/** Tables with what keeps their count, and statements that make each event happen. */
interface Schema {
  name: string;
  sql: string;
  definition: CounterDefinition;
  /** Rows whose count is wrong: none at first. */
  wrong: string;
  events: Partial<Record<EventName, readonly string[]>>;
  /** Codes of errors and warnings. */
  codes: readonly string[];
}

const onComments = (body: string, on = 'INSERT OR UPDATE OR DELETE', name = 'keep', table = 'comments') => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN ${body} RETURN NULL; END $$;
  CREATE TRIGGER ${name} AFTER ${on} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}();`;
const posts = `
  CREATE TABLE authors (id integer PRIMARY KEY);
  CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0);
  CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer REFERENCES posts ON DELETE CASCADE,
    author_id integer REFERENCES authors ON DELETE CASCADE, deleted_at timestamptz, status text DEFAULT 'new');
  INSERT INTO authors VALUES (1), (2); INSERT INTO posts VALUES (1), (2);`;
const some = `INSERT INTO comments (post_id, author_id) VALUES (1, 1), (1, 2), (2, 1);
  INSERT INTO comments (post_id, author_id, deleted_at) VALUES (1, 1, NULL); UPDATE comments SET deleted_at = now() WHERE id = 4;`;
const up = 'UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;';
const down = 'UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;';
const count = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'] },
});
const undeleted = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'], where: { kind: 'null', column: 'deleted_at' } },
});
const wrongIn = (where = 'true') =>
  `SELECT p.id FROM posts p WHERE comments_count IS DISTINCT FROM (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND ${where})`;
const plainEvents = {
  insert: [
    'INSERT INTO comments (post_id) VALUES (1)',
    'INSERT INTO comments (post_id) VALUES (1), (1), (2), (NULL)',
  ],
  delete: ['DELETE FROM comments WHERE id = 1', 'DELETE FROM authors'],
  move: [
    'UPDATE comments SET post_id = 2 WHERE id = 1',
    'UPDATE comments SET post_id = NULL WHERE id = 1',
    'UPDATE comments SET post_id = 3 - post_id',
  ],
  truncate: ['TRUNCATE comments'],
};

const schemas: readonly Schema[] = [
  {
    name: 'inserts and deletes',
    sql: posts + onComments(`IF TG_OP = 'INSERT' THEN ${up} ELSE ${down} END IF;`, 'INSERT OR DELETE') + some,
    definition: count,
    wrong: wrongIn(),
    events: plainEvents,
    codes: ['move-not-counted'],
  },
  {
    name: 'inserts alone, with authors that take their comments along',
    sql: posts + onComments(up, 'INSERT') + some,
    definition: count,
    wrong: wrongIn(),
    events: plainEvents,
    codes: ['delete-not-counted', 'move-not-counted'],
  },
  {
    name: 'a soft delete, after which a delete subtracts again',
    sql:
      posts +
      onComments(`
        IF TG_OP = 'INSERT' THEN ${up} ELSIF TG_OP = 'DELETE' THEN ${down}
        ELSIF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ${down}
        ELSIF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN ${up} END IF;`) +
      some,
    definition: undeleted,
    wrong: wrongIn('deleted_at IS NULL'),
    events: {
      delete: ['DELETE FROM comments WHERE id = 4'],
      move: plainEvents.move,
      condition: [
        'UPDATE comments SET deleted_at = now() WHERE id = 1',
        'UPDATE comments SET deleted_at = NULL',
      ],
      truncate: plainEvents.truncate,
    },
    codes: ['condition-lacking', 'condition-lacking', 'move-not-counted'],
  },
  {
    name: 'statements with transition tables',
    sql: `${posts}
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
        IF TG_OP IN ('UPDATE', 'DELETE') THEN
          UPDATE posts SET comments_count = comments_count - n FROM (SELECT post_id, count(*) n FROM was WHERE deleted_at IS NULL GROUP BY 1) d WHERE id = post_id;
        END IF;
        IF TG_OP IN ('UPDATE', 'INSERT') THEN
          UPDATE posts SET comments_count = comments_count + n FROM (SELECT post_id, count(*) n FROM now WHERE deleted_at IS NULL GROUP BY 1) d WHERE id = post_id;
        END IF;
        IF TG_OP = 'TRUNCATE' THEN UPDATE posts SET comments_count = 0 WHERE comments_count <> 0; END IF;
        RETURN NULL; END $$;
      CREATE TRIGGER i AFTER INSERT ON comments REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION keep();
      CREATE TRIGGER u AFTER UPDATE ON comments REFERENCING OLD TABLE AS was NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION keep();
      CREATE TRIGGER d AFTER DELETE ON comments REFERENCING OLD TABLE AS was FOR EACH STATEMENT EXECUTE FUNCTION keep();
      CREATE TRIGGER t AFTER TRUNCATE ON comments FOR EACH STATEMENT EXECUTE FUNCTION keep();
      ${some}`,
    definition: undeleted,
    wrong: wrongIn('deleted_at IS NULL'),
    events: {
      ...plainEvents,
      condition: ['UPDATE comments SET deleted_at = now()', 'UPDATE comments SET deleted_at = NULL'],
    },
    codes: [],
  },
  {
    name: 'one for a statement, whatever it inserts',
    sql: `${posts}
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
        UPDATE posts SET comments_count = comments_count + 1 FROM now WHERE posts.id = now.post_id; RETURN NULL; END $$;
      CREATE TRIGGER i AFTER INSERT ON comments REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION keep();
      INSERT INTO comments (post_id, author_id) VALUES (1, 1); INSERT INTO comments (post_id, author_id) VALUES (1, 1);`,
    definition: count,
    wrong: wrongIn(),
    events: plainEvents,
    codes: ['delete-not-counted', 'counts-once-per-statement', 'move-not-counted'],
  },
  {
    name: 'counted anew, by the new record where there is one',
    sql:
      posts +
      onComments(
        'UPDATE posts SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = posts.id) WHERE id = coalesce(NEW.post_id, OLD.post_id);',
      ) +
      some,
    definition: count,
    wrong: wrongIn(),
    events: plainEvents,
    codes: ['move-half-counted', 'recount-overlaps'],
  },
  {
    name: 'counted anew before the record is stored',
    sql: `${posts}
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
        UPDATE posts SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = NEW.post_id) WHERE id = NEW.post_id; RETURN NEW; END $$;
      CREATE TRIGGER keep BEFORE INSERT ON comments FOR EACH ROW EXECUTE FUNCTION keep();`,
    definition: count,
    wrong: wrongIn(),
    events: { insert: plainEvents.insert },
    codes: ['trigger-before', 'delete-not-counted', 'move-not-counted', 'recount-overlaps'],
  },
  {
    name: 'likes of anything, told apart by a type',
    sql: `
      CREATE TABLE posts (id integer PRIMARY KEY, likes integer DEFAULT 0);
      CREATE TABLE likes (id integer GENERATED ALWAYS AS IDENTITY, target_type text NOT NULL, target_id integer NOT NULL);
      INSERT INTO posts VALUES (1), (2);
      ${onComments(
        `IF TG_OP = 'INSERT' AND NEW.target_type = 'post' THEN UPDATE posts SET likes = coalesce(likes, 0) + 1 WHERE id = NEW.target_id;
         ELSIF TG_OP = 'DELETE' THEN IF OLD.target_type = 'post' THEN UPDATE posts SET likes = likes - 1 WHERE id = OLD.target_id; END IF; END IF;`,
        'INSERT OR DELETE',
        'keep',
        'likes',
      )}
      INSERT INTO likes (target_type, target_id) VALUES ('post', 1), ('post', 1), ('photo', 1);`,
    definition: defined({
      row: { table: 'posts', count: 'likes' },
      record: {
        table: 'likes',
        reference: ['target_id'],
        where: { kind: 'compare', column: 'target_type', operator: '=', value: 'post' },
      },
    }),
    wrong: `SELECT id FROM posts p WHERE likes IS DISTINCT FROM (SELECT count(*) FROM likes WHERE target_id = p.id AND target_type = 'post')`,
    events: {
      insert: ["INSERT INTO likes (target_type, target_id) VALUES ('post', 2), ('photo', 2)"],
      delete: ['DELETE FROM likes'],
      move: ['UPDATE likes SET target_id = 2'],
      condition: ["UPDATE likes SET target_type = 'post'"],
      truncate: ['TRUNCATE likes'],
    },
    codes: ['move-not-counted', 'condition-not-counted'],
  },
  {
    name: 'a sum that a NULL spoils',
    sql: `
      CREATE TABLE sellers (id integer PRIMARY KEY, revenue numeric DEFAULT 0);
      CREATE TABLE sales (id integer GENERATED ALWAYS AS IDENTITY, seller integer, amount numeric);
      INSERT INTO sellers VALUES (1), (2);
      ${onComments('UPDATE sellers SET revenue = revenue + NEW.amount WHERE id = NEW.seller;', 'INSERT', 'added', 'sales')}
      ${onComments(
        'UPDATE sellers SET revenue = revenue + coalesce(NEW.amount, 0) - coalesce(OLD.amount, 0) WHERE id = NEW.seller;',
        'UPDATE OF amount',
        'changed',
        'sales',
      )}
      INSERT INTO sales (seller, amount) VALUES (1, 2.5), (1, 1);`,
    definition: defined({
      row: { table: 'sellers', count: 'revenue' },
      record: { table: 'sales', reference: ['seller'], amount: 'amount' },
    }),
    wrong: `SELECT id FROM sellers s WHERE revenue IS DISTINCT FROM (SELECT coalesce(sum(amount), 0) FROM sales WHERE seller = s.id)`,
    events: {
      insert: ['INSERT INTO sales (seller) VALUES (1)'],
      delete: ['DELETE FROM sales'],
      move: ['UPDATE sales SET seller = 2'],
      amount: ['UPDATE sales SET amount = amount * 2', 'UPDATE sales SET amount = NULL WHERE id = 1'],
      truncate: ['TRUNCATE sales'],
    },
    codes: ['amount-null', 'delete-not-counted', 'move-not-counted'],
  },
  {
    name: 'a count in another table, whose rows come with the first record',
    sql: `
      CREATE TABLE posts (id integer PRIMARY KEY);
      CREATE TABLE post_stats (post_id integer PRIMARY KEY REFERENCES posts, comments integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id integer GENERATED ALWAYS AS IDENTITY, post_id integer NOT NULL REFERENCES posts);
      INSERT INTO posts VALUES (1), (2);
      ${onComments(
        `IF TG_OP <> 'DELETE' THEN INSERT INTO post_stats VALUES (NEW.post_id, 1) ON CONFLICT (post_id) DO UPDATE SET comments = post_stats.comments + 1; END IF;
         IF TG_OP <> 'INSERT' THEN UPDATE post_stats SET comments = comments - 1 WHERE post_id = OLD.post_id; END IF;`,
      )}
      INSERT INTO comments (post_id) VALUES (1), (1);`,
    definition: defined({
      row: { table: 'posts', count: 'comments' },
      via: { table: 'post_stats', row: ['post_id'] },
      record: { table: 'comments', reference: ['post_id'] },
    }),
    wrong: `SELECT p.id FROM posts p LEFT JOIN post_stats s ON s.post_id = p.id WHERE coalesce(comments, 0) <> (SELECT count(*) FROM comments c WHERE c.post_id = p.id)`,
    events: {
      insert: ['INSERT INTO comments (post_id) VALUES (2), (2), (1)'],
      delete: ['DELETE FROM comments'],
      move: ['UPDATE comments SET post_id = 2'],
      truncate: ['TRUNCATE comments'],
    },
    codes: [],
  },
  {
    name: 'a key of several columns, of which a move changes one',
    sql: `
      CREATE TABLE stock (shop integer, product integer, moves integer NOT NULL DEFAULT 0, PRIMARY KEY (shop, product));
      CREATE TABLE moves (id integer GENERATED ALWAYS AS IDENTITY, shop integer NOT NULL, product integer NOT NULL);
      INSERT INTO stock VALUES (1, 1), (1, 2), (2, 1);
      ${onComments(
        `IF TG_OP = 'UPDATE' AND NEW.shop = OLD.shop THEN RETURN NULL; END IF;
         IF TG_OP <> 'DELETE' THEN UPDATE stock SET moves = moves + 1 WHERE shop = NEW.shop AND product = NEW.product; END IF;
         IF TG_OP <> 'INSERT' THEN UPDATE stock SET moves = moves - 1 WHERE shop = OLD.shop AND product = OLD.product; END IF;`,
        'INSERT OR UPDATE OR DELETE',
        'keep',
        'moves',
      )}
      INSERT INTO moves (shop, product) VALUES (1, 1), (1, 1);`,
    definition: defined({
      row: { table: 'stock', key: ['shop', 'product'], count: 'moves' },
      record: { table: 'moves', reference: ['shop', 'product'] },
    }),
    wrong: `SELECT 1 FROM stock s WHERE moves <> (SELECT count(*) FROM moves m WHERE (m.shop, m.product) = (s.shop, s.product))`,
    events: {
      insert: ['INSERT INTO moves (shop, product) VALUES (1, 2)'],
      delete: ['DELETE FROM moves'],
      move: ['UPDATE moves SET product = 2'],
      truncate: ['TRUNCATE moves'],
    },
    codes: ['move-half-counted'],
  },
  {
    name: 'replies, counted in the table that they are in',
    sql: `
      CREATE TABLE notes (id integer PRIMARY KEY, parent integer REFERENCES notes ON DELETE CASCADE, replies integer NOT NULL DEFAULT 0);
      ${onComments(
        `IF TG_OP <> 'INSERT' THEN UPDATE notes SET replies = replies - 1 WHERE id = OLD.parent; END IF;
         IF TG_OP <> 'DELETE' THEN UPDATE notes SET replies = replies + 1 WHERE id = NEW.parent; END IF;`,
        'INSERT OR DELETE OR UPDATE OF parent',
        'keep',
        'notes',
      )}
      INSERT INTO notes VALUES (1, NULL), (2, NULL), (3, 1), (4, 1), (5, 3);`,
    definition: defined({
      row: { table: 'notes', count: 'replies' },
      record: { table: 'notes', reference: ['parent'] },
    }),
    wrong: 'SELECT id FROM notes n WHERE replies <> (SELECT count(*) FROM notes r WHERE r.parent = n.id)',
    events: {
      insert: ['INSERT INTO notes VALUES (6, 5)'],
      delete: ['DELETE FROM notes WHERE id = 4', 'DELETE FROM notes WHERE id = 1'],
      move: ['UPDATE notes SET parent = 2 WHERE id = 3'],
    },
    codes: [],
  },
  {
    name: 'everything there is, by a disabled trigger and one for an event',
    sql: `
      CREATE TABLE totals (users integer NOT NULL DEFAULT 0);
      CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY);
      INSERT INTO totals DEFAULT VALUES;
      ${onComments('UPDATE totals SET users = users + 1;', 'INSERT', 'added', 'users')}
      ${onComments('UPDATE totals SET users = users - 1;', 'DELETE', 'taken', 'users')}
      INSERT INTO users DEFAULT VALUES; ALTER TABLE users DISABLE TRIGGER taken;`,
    definition: defined({
      row: { table: 'totals', key: [], count: 'users' },
      record: { table: 'users', reference: [] },
    }),
    wrong: 'SELECT FROM totals WHERE users <> (SELECT count(*) FROM users)',
    events: {
      insert: ['INSERT INTO users DEFAULT VALUES'],
      delete: ['DELETE FROM users'],
      truncate: ['TRUNCATE users'],
    },
    codes: ['trigger-disabled'],
  },
];

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

test.each(schemas)(
  'what is said of $name is what happens',
  async ({ sql, definition, wrong, events, codes }) => {
    await own.sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`).simple();
    expect(await own.sql.unsafe(wrong)).toHaveLength(0);
    const happens: Record<string, boolean> = {};
    for (const [event, statements] of Object.entries(events)) {
      const results: boolean[] = [];
      for (const statement of statements) {
        await own.sql
          .begin(async transaction => {
            await transaction.unsafe(statement);
            results.push((await transaction.unsafe(wrong)).length === 0);
            throw new Undone();
          })
          .catch((error: unknown) => {
            if (!(error instanceof Undone)) throw error;
          });
      }
      happens[event] = results.every(Boolean);
    }
    const { health } = await readCounterHealth(database, definition);
    const said = Object.fromEntries(
      health.events.filter(({ event }) => event in events).map(({ event, handled }) => [event, handled]),
    );
    expect(said).toEqual(happens);
    const serious = health.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
    expect(serious).toEqual(codes);
  },
);

class Undone extends Error {}
