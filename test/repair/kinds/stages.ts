import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { defined } from '../../helpers/definitions.ts';
import { shopCounters, shopTables } from '../../helpers/shops.ts';

/** Tables with counters that a trigger keeps right, and what an application and its mistakes do to them. */
export interface Stage {
  name: string;
  tables: string;
  /** Each with the query for `id`, `count` and `truth` of its rows. */
  counters: { definition: CounterDefinition; truth: string }[];
  /** What correct code does; `n` decides to what. */
  uses: ((n: number) => string)[];
  /** What makes counts wrong. */
  mistakes: ((n: number) => string)[];
}

const any = (table: string, n: number) =>
  `(SELECT id FROM ${table} ORDER BY id OFFSET ${n} % greatest(1, (SELECT count(*) FROM ${table})) LIMIT 1)`;
const shop = (n: number) => 1 + (n % 5);
const ofShop = (count: string) => `SELECT id, ${count} FROM shops s ORDER BY id`;
const [sales, taken, apart] = shopCounters as [CounterDefinition, CounterDefinition, CounterDefinition];
const approved = '(SELECT count(*) FROM sales r WHERE r.shop_id = s.id AND approved)';

const shops: Stage = {
  name: 'a count, a sum and a count in another table, under one condition',
  tables: `${shopTables} DELETE FROM shops WHERE id > 5; DELETE FROM sales WHERE id > 60 OR shop_id > 5; DELETE FROM shop_stats WHERE shop_id > 5`,
  counters: [
    { definition: sales, truth: ofShop(`sales AS count, ${approved} AS truth`) },
    {
      definition: taken,
      truth: ofShop(
        `taken AS count, (SELECT coalesce(sum(price), 0) FROM sales r WHERE r.shop_id = s.id AND approved) AS truth`,
      ),
    },
    {
      definition: apart,
      truth: ofShop(`(SELECT t.sales FROM shop_stats t WHERE shop_id = s.id) AS count, ${approved} AS truth`),
    },
  ],
  uses: [
    n => `INSERT INTO sales (shop_id, approved, price) VALUES (${shop(n)}, ${n % 3 > 0}, ${n} / 7.0)`,
    n => `DELETE FROM sales WHERE id = ${any('sales', n)}`,
    n => `UPDATE sales SET shop_id = ${shop(n)} WHERE id = ${any('sales', n + 1)}`,
    n => `UPDATE sales SET approved = NOT approved WHERE id = ${any('sales', n)}`,
    n => `UPDATE sales SET price = ${n % 2 === 0 ? 'NULL' : `${n} / 3.0`} WHERE id = ${any('sales', n)}`,
  ],
  mistakes: [
    n => `UPDATE shops SET sales = sales + ${(n % 7) - 3} WHERE id = ${shop(n)}`,
    n => `UPDATE shops SET taken = taken - ${n} / 9.0 WHERE id = ${shop(n)}`,
    n => `UPDATE shop_stats SET sales = sales + ${n % 3} WHERE shop_id = ${shop(n)}`,
    n => `DELETE FROM shop_stats WHERE shop_id = ${shop(n)}`,
  ],
};

const forum: Stage = {
  name: 'a key of two columns, replies of the same table, and a count of everything',
  tables: `
    CREATE TABLE threads (forum integer, no integer, posts integer, PRIMARY KEY (forum, no));
    CREATE TABLE posts (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, forum integer, thread integer, parent integer, kind text, replies integer NOT NULL DEFAULT 0);
    CREATE TABLE site (single boolean PRIMARY KEY DEFAULT true, posts bigint NOT NULL DEFAULT 0);
    CREATE FUNCTION count_post(p posts, by integer) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF p.kind = 'post' THEN UPDATE threads SET posts = coalesce(posts, 0) + by WHERE (forum, no) = (p.forum, p.thread); END IF;
      UPDATE posts SET replies = replies + by WHERE id = p.parent;
      UPDATE site SET posts = posts + by;
    END $$;
    CREATE FUNCTION count_posts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN PERFORM count_post(OLD, -1); END IF;
      IF TG_OP <> 'DELETE' THEN PERFORM count_post(NEW, 1); END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER count_posts AFTER INSERT OR DELETE OR UPDATE OF forum, thread, parent, kind ON posts FOR EACH ROW EXECUTE FUNCTION count_posts();
    INSERT INTO site DEFAULT VALUES;
    INSERT INTO threads SELECT f, n FROM generate_series(1, 2) f, generate_series(1, 2) n;
    INSERT INTO posts (forum, thread, parent, kind) SELECT 1 + n % 2, 1 + n / 2 % 2, nullif(n / 3, 0), CASE WHEN n % 4 = 0 THEN 'note' ELSE 'post' END FROM generate_series(1, 20) n`,
  counters: [
    {
      definition: defined({
        row: { table: 'threads', key: ['forum', 'no'], count: 'posts' },
        record: {
          table: 'posts',
          reference: ['forum', 'thread'],
          where: { kind: 'compare', column: 'kind', operator: '=', value: 'post' },
        },
      }),
      truth: `SELECT json_build_array(forum::text, no::text)::text AS id, posts AS count, (SELECT count(*) FROM posts p WHERE (p.forum, p.thread) = (t.forum, t.no) AND kind = 'post') AS truth FROM threads t ORDER BY 1`,
    },
    {
      definition: defined({
        row: { table: 'posts', count: 'replies' },
        record: { table: 'posts', reference: ['parent'] },
      }),
      truth: `SELECT id, replies AS count, (SELECT count(*) FROM posts r WHERE r.parent = p.id) AS truth FROM posts p ORDER BY id`,
    },
    {
      definition: defined({
        row: { table: 'site', key: [], count: 'posts' },
        record: { table: 'posts', reference: [] },
      }),
      truth: `SELECT '[]' AS id, posts AS count, (SELECT count(*) FROM posts) AS truth FROM site`,
    },
  ],
  uses: [
    n =>
      `INSERT INTO posts (forum, thread, parent, kind) VALUES (${1 + (n % 2)}, ${1 + (n % 3)}, ${any('posts', n)}, '${n % 4 === 0 ? 'note' : 'post'}')`,
    n => `DELETE FROM posts WHERE id = ${any('posts', n)}`,
    n => `UPDATE posts SET forum = 3 - forum, thread = ${1 + (n % 2)} WHERE id = ${any('posts', n)}`,
    n =>
      `UPDATE posts SET kind = CASE kind WHEN 'post' THEN 'note' ELSE 'post' END WHERE id = ${any('posts', n)}`,
    n => `UPDATE posts SET parent = ${any('posts', 3 * n)} WHERE id = ${any('posts', n)}`,
  ],
  mistakes: [
    n => `UPDATE threads SET posts = posts + ${(n % 5) - 2} WHERE no = ${1 + (n % 2)}`,
    n => `UPDATE posts SET replies = replies + ${n % 3} WHERE id = ${any('posts', n)}`,
    n => `UPDATE site SET posts = posts - ${n % 4}`,
  ],
};

export const stages: readonly Stage[] = [shops, forum];
