import postgres from 'postgres';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounter } from '../../source/counter/audit/audit-counter.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { findCounters } from '../../source/counters/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { prefix } from './database.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

const rounds = 5;
const posts = 10_000;
// Of each kind.
const records = 100_000;

/** A counter of posts: the SQL that what it counts is made with, and the query that one would type to check it. */
interface Kind {
  column: string;
  make: string;
  typed: string;
}

const counted = (table: string, column: string, where = '', what = 'count(r.post_id)') =>
  `SELECT p.id, p.title, p.${column}, ${what} AS records FROM public.posts p LEFT JOIN public.${table} r ON r.post_id = p.id${where} GROUP BY p.id`;

/** A row trigger that adds 1, or NEW.amount, as one finds it. */
const trigger = (table: string, column: string, { when = '', by = '1' } = {}) => `
  CREATE FUNCTION count_${column}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    ${when ? `IF NEW.${when} THEN` : ''} UPDATE posts SET ${column} = ${column} + ${by} WHERE id = NEW.post_id; ${when ? 'END IF;' : ''}
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_${column} AFTER INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION count_${column}();`;

const table = (name: string, columns = '') =>
  `CREATE TABLE ${name} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer NOT NULL REFERENCES posts${columns}); CREATE INDEX ON ${name} (post_id);`;

const plain = (name: string): Kind => ({
  column: `${name}_count`,
  make: `${table(name)} ${trigger(name, `${name}_count`)}`,
  typed: counted(name, `${name}_count`),
});

const kinds: readonly Kind[] = [
  ...['likes', 'shares', 'bookmarks', 'views', 'reports', 'answers'].map(plain),
  {
    column: 'comments_count',
    make: `${table('comments', ', deleted_at timestamptz')} ${trigger('comments', 'comments_count', { when: 'deleted_at IS NULL' })}`,
    typed: counted('comments', 'comments_count', ' AND r.deleted_at IS NULL'),
  },
  {
    column: 'reviews_count',
    make: `${table('reviews', ", status text NOT NULL DEFAULT 'approved'")} ${trigger('reviews', 'reviews_count', { when: "status = 'approved'" })}`,
    typed: counted('reviews', 'reviews_count', " AND r.status = 'approved'"),
  },
  {
    column: 'revenue',
    make: `${table('sales', ', amount numeric NOT NULL DEFAULT 2.5')} ${trigger('sales', 'revenue', { by: 'NEW.amount' })}`,
    typed: counted('sales', 'revenue', '', 'coalesce(sum(r.amount), 0)'),
  },
  {
    column: 'tips',
    make: `${table('gifts', ', amount integer NOT NULL DEFAULT 3')} ${trigger('gifts', 'tips', { by: 'NEW.amount' })}`,
    typed: counted('gifts', 'tips', '', 'coalesce(sum(r.amount), 0)'),
  },
];

const tables = [
  'likes',
  'shares',
  'bookmarks',
  'views',
  'reports',
  'answers',
  'comments',
  'reviews',
  'sales',
  'gifts',
];

/** Measures the audit of ten counters against the ten queries that one would type, in turn. */
export async function benchTenCounters(server: string, say: (line: string) => void): Promise<Figure[]> {
  const name = `${prefix}ten_${process.pid}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const url = new URL(server);
  url.pathname = `/${name}`;
  try {
    await admin`CREATE DATABASE ${admin(name)}`;
    say(`filling ten tables of ${records} records`);
    await fill(url.href);
    const database = connectTo(url.href);
    try {
      const { counters } = await findCounters(database, 'public');
      if (counters.length !== kinds.length)
        throw new Error(`${counters.length} of ${kinds.length} counters were found.`);
      say(`ten counters, ${rounds} rounds`);
      return figuresOf(await measure(database, counters));
    } finally {
      await database.close();
    }
  } finally {
    await admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`;
    await admin.end();
  }
}

async function fill(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const columns = kinds.map(({ column }) => `${column} numeric NOT NULL DEFAULT 0`).join(', ');
    await sql
      .unsafe(`CREATE TABLE posts (id integer PRIMARY KEY, title text, ${columns});
        INSERT INTO posts (id, title) SELECT n, 'post ' || n FROM generate_series(1, ${posts}) n;
        ${kinds.map(({ make }) => make).join('\n')}
        SET session_replication_role = replica;
        ${tables.map(each => `INSERT INTO ${each} (post_id) SELECT 1 + (n * 7919) % ${posts} FROM generate_series(1, ${records}) n;`).join('\n')}
        UPDATE comments SET deleted_at = now() WHERE id % 10 = 0;
        ${kinds.map(({ column, typed }) => `UPDATE posts SET ${column} = t.records FROM (${typed}) t WHERE t.id = posts.id;`).join('\n')}
        UPDATE posts SET likes_count = likes_count + 1 WHERE id % 1000 = 0;`)
      .simple();
    await sql`VACUUM ANALYZE`;
  } finally {
    await sql.end();
  }
}

async function measure(database: Database, counters: readonly CounterDefinition[]) {
  const options = { signal: new AbortController().signal, onProgress() {} };
  const ways = {
    async typed() {
      for (const { typed } of kinds) await database.read(reader => reader.rows(typed));
    },
    async audit() {
      for (const counter of counters) await auditCounter(database, counter, options);
    },
  };
  const times = { typed: [] as number[], audit: [] as number[] };
  // The first round warms caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const way of ['typed', 'audit'] as const) {
      const start = performance.now();
      await ways[way]();
      if (round > 0) times[way].push(performance.now() - start);
    }
  }
  return { typed: median(times.typed), audit: median(times.audit) };
}

function figuresOf({ typed, audit }: { typed: number; audit: number }): Figure[] {
  return [
    { name: 'the ten queries one would type', value: typed, unit: 'ms' },
    { name: 'audit of ten counters', value: audit, unit: 'ms' },
    {
      name: 'audit of ten counters against the ten queries',
      value: typed / audit,
      unit: 'times faster',
      target: 'at least 1',
      met: typed >= audit,
    },
  ];
}
