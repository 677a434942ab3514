import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { findCounters } from '../../../source/counters/run.ts';
import { leftUncounted } from '../../../source/migration/defined/counter-plan.ts';
import { planCounterMigration } from '../../../source/migration/defined/read-counter-plan.ts';
import { readCounterHealth } from '../../../source/trigger/defined/read-health.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { install } from './every-kind.ts';

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

/** Makes the tables, and answers the counter that is found in them. */
async function counterIn(ddl: string) {
  await own.sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${ddl}`).simple();
  const [definition] = (await findCounters(database, 'public')).counters;
  if (!definition) throw new Error('No counter was found.');
  return definition;
}

const trigger = (name: string, fires: string, body: string) => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN ${body} RETURN NULL; END $$;
  CREATE TRIGGER ${name} AFTER ${fires} ON sales FOR EACH ROW EXECUTE FUNCTION ${name}();`;

const shops = `
  CREATE TABLE shops (tenant text, code text, PRIMARY KEY (tenant, code));
  CREATE TABLE shop_stats (tenant text, code text, revenue numeric NOT NULL DEFAULT 0, PRIMARY KEY (tenant, code), FOREIGN KEY (tenant, code) REFERENCES shops);
  CREATE TABLE sales (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text, code text, amount numeric NOT NULL, status text NOT NULL DEFAULT 'open',
    FOREIGN KEY (tenant, code) REFERENCES shops);
  INSERT INTO shops SELECT 't1', 'c' || n FROM generate_series(1, 3) n;`;

const revenue = `INSERT INTO shop_stats (tenant, code, revenue) VALUES (NEW.tenant, NEW.code, NEW.amount)
  ON CONFLICT (tenant, code) DO UPDATE SET revenue = shop_stats.revenue + EXCLUDED.revenue;`;

test('a trigger that counts wrongly does not show that deleted records stay counted', async () => {
  const definition = await counterIn(
    shops + trigger('s', 'INSERT OR UPDATE', `IF NEW.status = 'paid' THEN ${revenue} END IF;`),
  );
  expect(definition.onDelete).toBe('subtracts');
  const { plan } = await install(database, definition);
  expect(plan.deletes).toBe(
    'Deleted sales are subtracted, which nothing does today: set onDelete in counters.json if they should stay counted.',
  );
  await own.sql.unsafe(`INSERT INTO sales (tenant, code, amount, status)
    SELECT 't1', 'c' || (n % 3 + 1), n, CASE WHEN n % 2 = 0 THEN 'paid' ELSE 'open' END FROM generate_series(1, 30) n`);
  await own.sql`DELETE FROM sales WHERE id % 5 = 0`;
  expect(
    await own.sql`SELECT code FROM shop_stats c WHERE revenue <> (SELECT coalesce(sum(amount), 0) FROM sales s WHERE s.code = c.code AND status = 'paid')`,
  ).toHaveLength(0);
  const [again = definition] = (await findCounters(database, 'public')).counters;
  expect(again.source.evidence.join()).not.toContain('FOUND');
  const codes = (await readCounterHealth(database, again)).health.findings.map(({ code }) => code);
  expect(codes).not.toContain('count-row-missing');
  expect(codes).not.toContain('other-writer');
});

const plays = `
  CREATE TABLE songs (id integer PRIMARY KEY, sales_count integer NOT NULL DEFAULT 0);
  CREATE TABLE sales (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, song_id integer NOT NULL REFERENCES songs, sold_at timestamptz);
  INSERT INTO songs VALUES (1), (2);`;
const add = (by: number) => `UPDATE songs SET sales_count = sales_count + ${by} WHERE id = NEW.song_id;`;

test('two triggers that only add, and count twice, are no proof either', async () => {
  const definition = await counterIn(
    plays + trigger('one', 'INSERT', add(1)) + trigger('two', 'INSERT', add(1)),
  );
  expect(definition.onDelete).toBe('keeps');
  const plan = await planCounterMigration(database, {
    definition,
    readOnly: false,
    dryRun: true,
    applicationStopped: false,
  });
  expect(plan.definition.onDelete).toBe('subtracts');
  expect(plan.differs).toContain('the trigger keep_songs_sales_count_delete on public.sales');
  expect(plan.deletes).toContain('Deleted sales are subtracted, which nothing does today');
  const { result } = await install(database, definition);
  expect(result.left).toEqual([]);
  const { health } = await readCounterHealth(
    database,
    (await findCounters(database, 'public')).counters[0] ?? definition,
  );
  expect(health.events.find(({ event }) => event === 'delete')).toMatchObject({ handled: true });
});

test('a plan whose definition keeps deleted records says so', async () => {
  const found = await counterIn(plays + trigger('one', 'INSERT', add(1)) + trigger('two', 'INSERT', add(1)));
  const definition = { ...found, source: { kind: 'config' as const, evidence: [] } };
  const plan = await planCounterMigration(database, {
    definition,
    readOnly: false,
    dryRun: true,
    applicationStopped: false,
  });
  expect(plan.deletes).toBe('Deleted sales stay counted, as onDelete of this counter says.');
  expect(plan.differs.join()).not.toContain('_delete');
});

test('what is installed where deleted records stay counted leaves them counted, and is read so', async () => {
  const definition = await counterIn(
    `${plays.replace('REFERENCES songs', 'REFERENCES songs ON UPDATE CASCADE')} ${trigger('one', 'INSERT', add(1))}
     INSERT INTO sales (song_id) VALUES (1), (1), (2)`,
  );
  const isLeft = async () => {
    expect(await own.sql`SELECT id, sales_count FROM songs ORDER BY id`).toEqual([
      { id: 1, sales_count: 2 },
      { id: 2, sales_count: 1 },
    ]);
    const { counters } = await findCounters(database, 'public');
    expect(counters).toMatchObject([{ onDelete: 'keeps', confidence: 'certain' }]);
    return readCounterHealth(database, counters[0] ?? definition);
  };
  const { result } = await install(database, definition);
  expect(result.findings.filter(({ code }) => code === 'function-unread')).toEqual([]);
  await own.sql`TRUNCATE sales`;
  const { health } = await isLeft();
  expect(health.events.map(({ event, handled }) => [event, handled])).toEqual([
    ['insert', true],
    ['delete', false],
    ['move', true],
    ['truncate', false],
  ]);
  expect((await install(database, definition)).plan.statements).toEqual([]);

  // What earlier versions installed.
  const [{ source = '' } = {}] = await own.sql<{ source: string }[]>`
    SELECT pg_get_functiondef('keep_songs_sales_count'::regproc) AS source`;
  await own.sql
    .unsafe(
      `${source.replace('IF TG_OP', "IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN UPDATE public.songs t SET sales_count = 0 WHERE t.sales_count OPERATOR(pg_catalog.<>) 0; ELSIF TG_OP")};
       CREATE TRIGGER keep_songs_sales_count_truncate AFTER TRUNCATE ON sales FOR EACH STATEMENT EXECUTE FUNCTION keep_songs_sales_count()`,
    )
    .simple();
  expect((await isLeft()).health.findings).toContainEqual(
    expect.objectContaining({
      code: 'truncate-counted',
      severity: 'warning',
      triggers: ['keep_songs_sales_count_truncate'],
    }),
  );
  const { plan } = await install(database, definition);
  expect(plan.differs).toContain(
    'the trigger keep_songs_sales_count_truncate on public.sales, which an earlier run installed, is dropped',
  );
  await own.sql`TRUNCATE sales`;
  await isLeft();

  const config = { ...definition, source: { kind: 'config' as const, evidence: [] } };
  await install(database, { ...config, onDelete: 'subtracts' });
  await install(database, config);
  await own.sql`INSERT INTO sales (song_id) VALUES (1), (2)`;
  await own.sql`DELETE FROM sales WHERE song_id = 1`;
  await own.sql`TRUNCATE sales`;
  expect(await own.sql`SELECT sales_count FROM songs ORDER BY id`).toEqual([
    { sales_count: 3 },
    { sales_count: 2 },
  ]);
});

test('what a table between leaves uncounted is said, and what to do', async () => {
  const definition = await counterIn(`
    CREATE TABLE albums (id integer PRIMARY KEY, play_count integer NOT NULL DEFAULT 0);
    CREATE TABLE tracks (id integer PRIMARY KEY, album_id integer NOT NULL REFERENCES albums);
    CREATE TABLE plays (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, track_id integer NOT NULL REFERENCES tracks ON DELETE CASCADE);
    INSERT INTO albums VALUES (1); INSERT INTO tracks VALUES (1, 1);
    CREATE FUNCTION p() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN
      UPDATE public.albums a SET play_count = a.play_count + 1 FROM public.tracks t WHERE t.id = NEW.track_id AND a.id = t.album_id; RETURN NULL; END $$;
    CREATE TRIGGER p AFTER INSERT ON plays FOR EACH ROW EXECUTE FUNCTION p(); GRANT INSERT ON plays TO PUBLIC;`);
  const plan = await planCounterMigration(database, {
    definition,
    readOnly: false,
    dryRun: true,
    applicationStopped: false,
  });
  const left = leftUncounted(plan.health, definition).join(' ');
  expect(plan.statements).toEqual([]);
  expect(left).toContain('Not counted: a play is deleted.');
  expect(left).toContain(
    'Nothing changes the counts when a row of tracks moves to another album or is deleted.',
  );
  expect(left).toContain('Migrate adds nothing beside p. To count that too, write counters.json');
});
