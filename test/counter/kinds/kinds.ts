import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { Predicate } from '../../../source/counter/definition/predicate.ts';
import { defined } from '../../helpers/definitions.ts';
import { withInfiniteNumerics } from '../../helpers/server-version.ts';

/** A kind of counter: tables with mistakes, its definition, and the query that a person would type for the truth. */
export interface Kind {
  name: string;
  sql: string;
  definition: CounterDefinition;
  /** Of every row: `id`, the `count` and the `truth` as numeric. */
  truth: string;
  /** Records whose row is gone, not those that refer to none. */
  orphans: number;
}

const notDeleted: Predicate = { kind: 'null', column: 'deleted_at' };
const is = (column: string, value: string): Predicate => ({ kind: 'compare', column, operator: '=', value });

export const kinds: readonly Kind[] = [
  {
    name: 'records that are only marked as deleted',
    sql: `
      CREATE TABLE posts (id bigint PRIMARY KEY, title text, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id bigint GENERATED ALWAYS AS IDENTITY, post_id bigint, deleted_at timestamptz, created_at timestamptz DEFAULT now());
      INSERT INTO posts VALUES (1, 'right', 2), (2, 'counts the deleted', 3), (3, 'none', 0), (4, 'low', 0);
      INSERT INTO comments (post_id, deleted_at) VALUES (1, NULL), (1, NULL), (1, now()), (2, NULL), (2, now()), (2, now()), (4, NULL), (9, NULL), (9, now()), (NULL, NULL)`,
    definition: defined({
      row: { table: 'posts', label: 'title', count: 'comments_count' },
      record: { table: 'comments', reference: ['post_id'], time: 'created_at', where: notDeleted },
    }),
    truth: `SELECT id, comments_count AS count, (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND deleted_at IS NULL) AS truth FROM posts p`,
    orphans: 1,
  },
  {
    name: 'a sum of a nullable numeric, beyond what a JavaScript number holds',
    sql: `
      CREATE TABLE sellers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, revenue numeric(30, 4));
      CREATE TABLE sales (seller_id uuid, amount numeric(30, 4));
      INSERT INTO sellers (name, revenue) VALUES ('right', 12.3400), ('a cent off', 0.3001), ('null', NULL), ('none', NULL),
        ('large and right', 9007199254740993.0001), ('large and wrong', 9007199254740993.0002), ('zeros', 0.00);
      INSERT INTO sales SELECT id, a FROM sellers, (VALUES ('right', 10.04), ('right', 2.3), ('right', NULL), ('a cent off', 0.1), ('a cent off', 0.2), ('null', 5),
        ('large and right', 9007199254740992), ('large and right', 1.0001), ('large and wrong', 9007199254740993.0001), ('zeros', NULL)) v (n, a) WHERE n = name;
      INSERT INTO sales VALUES (gen_random_uuid(), 3), (NULL, NULL)`,
    definition: defined({
      row: { table: 'sellers', label: 'name', count: 'revenue' },
      record: { table: 'sales', reference: ['seller_id'], amount: 'amount' },
    }),
    truth: `SELECT id, revenue AS count, (SELECT coalesce(sum(amount), 0) FROM sales s WHERE s.seller_id = p.id) AS truth FROM sellers p`,
    orphans: 1,
  },
  {
    name: 'a sum of integers, of which one condition applies',
    sql: `
      CREATE TYPE state AS ENUM ('open', 'paid', 'refunded');
      CREATE TABLE shops (id integer PRIMARY KEY, name text, taken bigint);
      CREATE TABLE orders (shop integer, cents integer, status state NOT NULL, paid_at timestamptz);
      INSERT INTO shops VALUES (1, 'right', 300), (2, 'open too', 500), (3, 'nothing', 0), (4, 'negative', -50);
      INSERT INTO orders VALUES (1, 100, 'paid'), (1, 200, 'paid'), (1, 900, 'refunded'), (2, 200, 'paid'), (2, 300, 'open'), (4, -50, 'paid')`,
    definition: defined({
      row: { table: 'shops', label: 'name', count: 'taken' },
      record: {
        table: 'orders',
        reference: ['shop'],
        amount: 'cents',
        time: 'paid_at',
        where: { kind: 'in', column: 'status', values: ['paid'] },
      },
    }),
    truth: `SELECT id, taken AS count, (SELECT coalesce(sum(cents), 0) FROM orders o WHERE o.shop = p.id AND status = 'paid') AS truth FROM shops p`,
    orphans: 0,
  },
  {
    name: 'a sum of amounts of which some are not a number',
    sql: withInfiniteNumerics(`
      CREATE TABLE accounts (id integer PRIMARY KEY, balance numeric);
      CREATE TABLE bookings (account_id integer, amount numeric);
      INSERT INTO accounts VALUES (1, 3), (2, 5), (3, 'NaN'), (4, 'NaN'), (5, 4), (6, NULL), (7, 'Infinity'), (8, 9), (9, 'NaN');
      INSERT INTO bookings VALUES (7, 'Infinity'), (8, '-Infinity'), (9, '-Infinity'), (1, 1), (1, 2), (2, 5), (2, 'NaN'), (3, 'NaN'), (4, 7), (5, 3), (6, 'NaN')`),
    definition: defined({
      row: { table: 'accounts', count: 'balance' },
      record: { table: 'bookings', reference: ['account_id'], amount: 'amount' },
    }),
    truth: `SELECT id, balance AS count, (SELECT coalesce(sum(amount), 0) FROM bookings b WHERE b.account_id = a.id) AS truth FROM accounts a`,
    orphans: 0,
  },
  {
    name: 'a sum kept in double precision',
    sql: `
      CREATE TABLE wallets (id integer PRIMARY KEY, balance double precision);
      CREATE TABLE entries (wallet_id integer, amount numeric);
      INSERT INTO wallets VALUES (1, 0.1::float8 + 0.2::float8), (2, 'NaN'), (3, 'Infinity'), (4, 7.5), (5, NULL);
      INSERT INTO entries VALUES (1, 0.1), (1, 0.2), (2, 1), (3, 1), (4, 7)`,
    definition: defined({
      row: { table: 'wallets', count: 'balance' },
      record: { table: 'entries', reference: ['wallet_id'], amount: 'amount' },
    }),
    truth: `SELECT id, balance AS count, (SELECT coalesce(sum(amount), 0) FROM entries e WHERE e.wallet_id = p.id) AS truth FROM wallets p`,
    orphans: 0,
  },
  {
    name: 'replies, which are rows of the same table',
    sql: `
      CREATE TABLE comments (id integer PRIMARY KEY, body text, parent_id integer REFERENCES comments, replies_count integer);
      INSERT INTO comments VALUES (1, 'right', NULL, 2), (2, 'a', 1, 0), (3, 'b', 1, 1), (4, 'c', 2, NULL)`,
    definition: defined({
      row: { table: 'comments', label: 'body', count: 'replies_count' },
      record: { table: 'comments', reference: ['parent_id'] },
    }),
    truth: `SELECT id, replies_count AS count, (SELECT count(*) FROM comments c WHERE c.parent_id = p.id) AS truth FROM comments p`,
    orphans: 0,
  },
  {
    name: 'likes of anything, told apart by a type',
    sql: `
      CREATE TABLE posts (id integer PRIMARY KEY, title text, likes smallint);
      CREATE TABLE likes (target_type varchar(4), target_id integer, spam boolean, kind char(5) DEFAULT 'heart');
      INSERT INTO posts VALUES (1, 'right', 2), (2, 'counts photos', 2), (3, 'counts spam', 1);
      INSERT INTO likes VALUES ('post', 1, false), ('post', 1, NULL), ('post', 1, true), ('img', 1, false), ('post', 2, false), ('img', 2, false), ('post', 3, true);
      INSERT INTO likes VALUES ('post', 3, false, 'smile')`,
    definition: defined({
      row: { table: 'posts', label: 'title', count: 'likes' },
      record: {
        table: 'likes',
        reference: ['target_id'],
        where: {
          kind: 'and',
          of: [
            is('target_type', 'post'),
            { kind: 'not', of: is('target_type', 'posts') },
            { kind: 'not', of: { kind: 'is', column: 'spam', value: true } },
            is('kind', 'heart'),
          ],
        },
      },
    }),
    truth: `SELECT id, likes AS count, (SELECT count(*) FROM likes l WHERE target_id = p.id AND target_type = 'post' AND spam IS NOT TRUE AND kind = 'heart') AS truth FROM posts p`,
    orphans: 0,
  },
  {
    name: 'a key of several columns, of types that differ from those that refer to them',
    sql: `
      CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
      CREATE TABLE threads (forum citext, no numeric, "re:" text, posts integer, PRIMARY KEY (no, forum));
      CREATE TABLE posts (forum citext, thread numeric, body text);
      INSERT INTO threads VALUES ('A', 1, 'right', 2), ('a b', 1.0, 'high', 2), ('"', 2, 'none', 0), ('A', 2, 'low', NULL);
      INSERT INTO posts VALUES ('a', 1.00, ''), ('A', 1, ''), ('A B', 1, ''), ('A', 2, ''), ('A', NULL, ''), ('gone', 1, '')`,
    definition: defined({
      row: { table: 'threads', key: ['forum', 'no'], label: 're:', count: 'posts' },
      record: { table: 'posts', reference: ['forum', 'thread'] },
    }),
    truth: `SELECT json_build_array(forum::text, no::text)::text AS id, posts AS count, (SELECT count(*) FROM posts r WHERE r.forum = p.forum AND r.thread = p.no) AS truth FROM threads p`,
    orphans: 1,
  },
  {
    name: 'a count in another table, with rows that are missing',
    sql: `
      CREATE TABLE posts (id integer PRIMARY KEY, title text, count text);
      CREATE TABLE post_stats (post integer UNIQUE REFERENCES posts, comments bigint, title text);
      CREATE TABLE comments (post_id integer, id integer);
      INSERT INTO posts VALUES (1, 'right'), (2, 'missing and none'), (3, 'missing and wrong'), (4, 'high');
      INSERT INTO post_stats VALUES (1, 2), (4, 4);
      INSERT INTO comments VALUES (1), (1), (3), (4), (7)`,
    definition: defined({
      row: { table: 'posts', label: 'title', count: 'comments' },
      via: { table: 'post_stats', row: ['post'] },
      record: { table: 'comments', reference: ['post_id'] },
    }),
    truth: `SELECT p.id, s.comments AS count, (SELECT count(*) FROM comments c WHERE c.post_id = p.id) AS truth FROM posts p LEFT JOIN post_stats s ON s.post = p.id`,
    orphans: 1,
  },
  {
    name: 'a count in another table, of rows with several columns in their key',
    sql: `
      CREATE TABLE members (team integer, person integer, PRIMARY KEY (team, person));
      CREATE TABLE scores (t integer, p integer, points numeric, PRIMARY KEY (p, t));
      CREATE TABLE goals (team integer, person integer, worth numeric);
      INSERT INTO members VALUES (1, 1), (1, 2), (2, 1);
      INSERT INTO scores VALUES (1, 1, 3.5), (2, 1, 1);
      INSERT INTO goals VALUES (1, 1, 3), (1, 1, 0.5), (1, 2, 1), (2, 1, 0.9)`,
    definition: defined({
      row: { table: 'members', key: ['team', 'person'], count: 'points' },
      via: { table: 'scores', row: ['t', 'p'] },
      record: { table: 'goals', reference: ['team', 'person'], amount: 'worth' },
    }),
    truth: `SELECT json_build_array(team::text, person::text)::text AS id, points AS count, (SELECT coalesce(sum(worth), 0) FROM goals g WHERE (g.team, g.person) = (m.team, m.person)) AS truth FROM members m LEFT JOIN scores s ON (s.t, s.p) = (m.team, m.person)`,
    orphans: 0,
  },
  {
    name: 'records of records, through the table between',
    sql: `
      CREATE TABLE forums (id integer PRIMARY KEY, name text, posts_count integer);
      CREATE TABLE topics (id integer PRIMARY KEY, forum_id integer, time text);
      CREATE TABLE posts (topic_id integer, forum_id text, created_at timestamptz, hidden boolean);
      INSERT INTO forums VALUES (1, 'right', 3), (2, 'high', 9), (3, 'none', 0);
      INSERT INTO topics VALUES (10, 1), (11, 1), (12, 2), (13, NULL);
      INSERT INTO posts VALUES (10), (10), (11), (12), (13), (99), (NULL);
      INSERT INTO posts VALUES (10, NULL, now(), true), (99, NULL, now(), true)`,
    definition: defined({
      row: { table: 'forums', label: 'name', count: 'posts_count' },
      record: {
        table: 'posts',
        reference: ['topic_id'],
        through: { schema: 'public', table: 'topics', key: ['id'], reference: ['forum_id'] },
        time: 'created_at',
        where: { kind: 'not', of: { kind: 'is', column: 'hidden', value: true } },
      },
    }),
    truth: `SELECT id, posts_count AS count, (SELECT count(*) FROM posts r JOIN topics t ON t.id = r.topic_id WHERE t.forum_id = f.id AND hidden IS NOT TRUE) AS truth FROM forums f`,
    orphans: 3,
  },
  {
    name: 'through a table between, with keys of several columns',
    sql: `
      CREATE TABLE boards (org integer, no integer, done integer, PRIMARY KEY (org, no));
      CREATE TABLE lists (board integer, org integer, id integer, UNIQUE (id, org));
      CREATE TABLE cards (org integer, list integer);
      INSERT INTO boards VALUES (1, 1, 2), (1, 2, 2), (2, 1, 0);
      INSERT INTO lists VALUES (1, 1, 5), (2, 1, 6), (1, 2, 5);
      INSERT INTO cards VALUES (1, 5), (1, 5), (1, 6), (2, 5), (2, 6)`,
    definition: defined({
      row: { table: 'boards', key: ['org', 'no'], count: 'done' },
      record: {
        table: 'cards',
        reference: ['org', 'list'],
        through: { schema: 'public', table: 'lists', key: ['org', 'id'], reference: ['org', 'board'] },
      },
    }),
    truth: `SELECT json_build_array(org::text, no::text)::text AS id, done AS count, (SELECT count(*) FROM cards c JOIN lists l ON (l.org, l.id) = (c.org, c.list) WHERE (l.org, l.board) = (b.org, b.no)) AS truth FROM boards b`,
    orphans: 1,
  },
  {
    name: 'everything there is, in a table of one row',
    sql: `
      CREATE TABLE site_stats (single boolean PRIMARY KEY DEFAULT true, users bigint);
      CREATE TABLE users (id integer, active boolean);
      INSERT INTO site_stats (users) VALUES (3);
      INSERT INTO users VALUES (1, true), (2, true), (3, false), (4, NULL)`,
    definition: defined({
      row: { table: 'site_stats', key: [], count: 'users' },
      record: { table: 'users', reference: [], where: { kind: 'is', column: 'active', value: true } },
    }),
    truth: `SELECT '[]' AS id, users AS count, (SELECT count(*) FROM users WHERE active) AS truth FROM site_stats`,
    orphans: 0,
  },
  {
    name: 'conditions on types that compare in their own way',
    sql: `
      CREATE SCHEMA ext;
      CREATE EXTENSION citext SCHEMA ext;
      CREATE DOMAIN level AS text CHECK (VALUE IN ('low', 'high'));
      CREATE TABLE rooms (id text PRIMARY KEY, urgent integer);
      CREATE TABLE tickets (room_id text, tag ext.citext, grade level, stars numeric(3, 1), votes smallint, opened timestamptz, seen date);
      INSERT INTO rooms VALUES ('a', 1), ('b', 5), ('c', NULL);
      INSERT INTO tickets VALUES ('a', 'URGENT', 'high', 3.6, 7, '2026-01-02', NULL), ('a', 'urgent', 'low', 9, 9, '2026-01-02', NULL), ('a', 'other', 'high', 9, 9, '2026-01-02', NULL),
        ('b', 'Urgent', 'high', 3.5, 9, '2026-01-02', NULL), ('b', 'urgent', 'high', 3.6, 6, '2025-01-02', NULL), ('b', 'urgent', 'high', 4, 6, '2026-05-02', '2026-05-03'), ('b', 'zebra', 'high', 4, 7, '2026-05-02', NULL)`,
    definition: defined({
      row: { table: 'rooms', count: 'urgent' },
      record: {
        table: 'tickets',
        reference: ['room_id'],
        where: {
          kind: 'and',
          of: [
            { kind: 'in', column: 'tag', values: ['uRGENT', 'pressing', 'Zebra'] },
            { kind: 'compare', column: 'tag', operator: '<', value: 'YAK' },
            { kind: 'compare', column: 'grade', operator: '<>', value: 'low' },
            { kind: 'compare', column: 'stars', operator: '>', value: '3.55' },
            { kind: 'compare', column: 'votes', operator: '<', value: '100000' },
            { kind: 'compare', column: 'votes', operator: '>=', value: '5.5' },
            { kind: 'compare', column: 'opened', operator: '>=', value: '2026-01-01' },
            { kind: 'null', column: 'seen' },
          ],
        },
      },
    }),
    truth: `SELECT id, urgent AS count, (SELECT count(*) FROM tickets t WHERE t.room_id = p.id AND lower(tag::text) = 'urgent' AND grade = 'high' AND stars > 3.55 AND votes >= 6 AND opened >= '2026-01-01' AND seen IS NULL) AS truth FROM rooms p`,
    orphans: 0,
  },
  {
    name: 'names that need quotes, and one that is a word of the console',
    sql: `
      CREATE TABLE "Order" ("Id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "label" text, "row_key" integer, "lineItems" integer);
      CREATE TABLE "Line Item" ("orderId" uuid, "Qty" bigint, "r" text, "count" text, "It's" text);
      INSERT INTO "Order" ("label", "lineItems") VALUES ('right', 5), ('wrong', 1);
      INSERT INTO "Line Item" SELECT "Id", 2, 'r', 'c', 'it''s \\' FROM "Order";
      INSERT INTO "Line Item" SELECT "Id", 3, 'r', 'c', 'it''s \\' FROM "Order";
      INSERT INTO "Line Item" SELECT "Id", 9, 'r', 'c', 'no' FROM "Order"`,
    definition: defined({
      id: 'public."Order"."lineItems"',
      row: { table: 'Order', key: ['Id'], label: 'label', count: 'lineItems' },
      record: { table: 'Line Item', reference: ['orderId'], amount: 'Qty', where: is("It's", "it's \\") },
    }),
    truth: `SELECT "Id" AS id, "lineItems" AS count, (SELECT sum("Qty") FROM "Line Item" l WHERE l."orderId" = p."Id" AND "It's" = 'it''s \\') AS truth FROM "Order" p`,
    orphans: 0,
  },
];
