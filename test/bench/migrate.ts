import postgres from 'postgres';
import { planCounterMigration, readCounterPlan } from '../../source/migration/defined/read-counter-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { defined } from '../helpers/definitions.ts';
import { prefix } from './database.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

const rounds = 5;
const single = 200;
const many = 20_000;
const posts = 2_000;

const tables = `
  CREATE TABLE posts (id integer PRIMARY KEY, comments_count integer NOT NULL DEFAULT 0);
  CREATE TABLE comments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id integer NOT NULL);
  INSERT INTO posts SELECT generate_series(1, ${posts});`;

// As one would type it, with the same protection as ours.
const rowTrigger = `
  CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  BEGIN
    IF TG_OP <> 'INSERT' THEN UPDATE public.posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id; END IF;
    IF TG_OP <> 'DELETE' THEN UPDATE public.posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_comment AFTER INSERT OR DELETE OR UPDATE OF post_id ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();`;

const events: readonly (readonly [string, string])[] = [
  ['insert', `INSERT INTO comments (post_id) SELECT 1 + n % ${posts} FROM generate_series(1, $1::integer) n`],
  [
    'move',
    `UPDATE comments SET post_id = 1 + post_id % ${posts} WHERE id IN (SELECT id FROM comments ORDER BY id LIMIT $1::integer)`,
  ],
  ['delete', 'DELETE FROM comments WHERE id IN (SELECT id FROM comments ORDER BY id LIMIT $1::integer)'],
];

/** Measures the triggers that migrate installs for a counter against a row trigger, in turn, one record at a time and many at once. */
export async function benchMigrate(server: string, say: (line: string) => void): Promise<Figure[]> {
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const names = ['ours', 'rows'].map(arm => `${prefix}migrate_${arm}_${process.pid}`);
  const arms: postgres.Sql[] = [];
  try {
    for (const [place, name] of names.entries()) {
      await admin`CREATE DATABASE ${admin(name)}`;
      const url = new URL(server);
      url.pathname = `/${name}`;
      const sql = postgres(url.href, { max: 1, onnotice: () => {} });
      arms.push(sql);
      await sql.unsafe(tables).simple();
      if (place === 0) await install(url.href);
      else await sql.unsafe(rowTrigger).simple();
    }
    const figures: Figure[] = [];
    for (const count of [1, many]) {
      for (const [event, statement] of events) {
        say(`${event}, ${count} at once`);
        figures.push(await compare(arms, event, statement, count));
      }
    }
    return figures;
  } finally {
    for (const sql of arms) await sql.end({ timeout: 1 });
    for (const name of names) await admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`;
    await admin.end();
  }
}

async function install(url: string): Promise<void> {
  const database = connectTo(url);
  const definition = defined({
    row: { table: 'posts', count: 'comments_count' },
    record: { table: 'comments', reference: ['post_id'] },
  });
  const plan = await planCounterMigration(database, {
    definition,
    readOnly: false,
    dryRun: false,
    applicationStopped: true,
  });
  const timeouts = { timeout: 30, lockTimeout: 2 };
  const reread = (reader: Parameters<typeof readCounterPlan>[0]) =>
    readCounterPlan(reader, database, definition);
  await runMigration(database, plan, timeouts, async () => {}, undefined, reread);
  await database.close();
}

async function compare(
  arms: readonly postgres.Sql[],
  event: string,
  statement: string,
  count: number,
): Promise<Figure> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const taken: number[] = [];
    for (const sql of arms) {
      // So that there are records to move and delete, each time as many.
      await sql
        .unsafe(
          `TRUNCATE comments; INSERT INTO comments (post_id) SELECT 1 + n % ${posts} FROM generate_series(1, ${many}) n`,
        )
        .simple();
      const times = count === 1 ? single : 1;
      const start = performance.now();
      for (let turn = 0; turn < times; turn += 1) await sql.unsafe(statement, [count], { prepare: true });
      taken.push(performance.now() - start);
    }
    ratios.push((taken[0] ?? 0) / (taken[1] ?? 1));
  }
  return {
    name: `${event} of ${count === 1 ? 'one record' : `${count} records at once`}, triggers of migrate against a row trigger`,
    value: median(ratios),
    unit: 'x',
  };
}
