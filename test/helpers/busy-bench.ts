import { join } from 'node:path';
import postgres from 'postgres';
import { expect } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { createRandom, type Random } from '../../source/demo/data/random.ts';
import { listReceipts } from '../../source/repair/receipts/list-receipts.ts';
import type { Receipt } from '../../source/repair/receipts/receipt.ts';
import { resolveReceipts } from '../../source/repair/run/resolve-receipts.ts';
import { migration, runFile } from '../psql/files.ts';
import { connectTo } from './connect.ts';
import { insertPresets } from './database.ts';
import { type NamedTraffic, type NamedUses, startNamedTraffic } from './named-traffic.ts';
import { stateDirectory } from './repair.ts';
import { type EmbeddedServer, startEmbedded } from './server.ts';
import { waitFor } from './wait.ts';

const presets = 40;
const clients = 4;

/** The start of a round of kills or stops. */
export interface Round {
  /** Records of each preset; more than 5,000 of all are deleted in batches, fewer by TRUNCATE. */
  each: number;
  /** Whether the server itself prevents duplicate records. */
  keyed: boolean;
}

/** A separate server with writing clients, on which repairs are killed, and what must always hold there. */
export class BusyBench {
  readonly server: EmbeddedServer;
  readonly sql: postgres.Sql;
  readonly database: Database;
  readonly random: Random;
  readonly seed: number;
  /** `XDG_STATE_HOME` of this round, and the state directory in it. */
  home = '';
  directory = '';
  #drifts = new Map<string, number>();
  #traffic: NamedTraffic | null = null;

  private constructor(server: EmbeddedServer) {
    this.server = server;
    this.sql = postgres(server.url, { max: 3, onnotice: () => {}, backoff: () => 0.1 });
    this.database = connectTo(server.url);
    this.seed = Date.now() % 2 ** 32;
    this.random = createRandom(this.seed);
  }

  static async open(): Promise<BusyBench> {
    const server = await startEmbedded();
    await runFile(server.url, 'demo-schema.sql');
    await runFile(server.url, migration);
    const bench = new BusyBench(server);
    // Slow enough for every stage of a batch to be hit; the clients are not slowed down.
    await bench.sql
      .unsafe(
        `CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF current_setting('application_name') <> 'traffic' THEN PERFORM pg_sleep(0.005); END IF; RETURN NULL; END $$;
         CREATE TRIGGER hold_up AFTER UPDATE OF usage_count ON presets FOR EACH STATEMENT EXECUTE FUNCTION hold_up();
         ALTER TABLE presets DISABLE TRIGGER hold_up;
         CREATE INDEX ON preset_usage (id)`,
      )
      .simple();
    return bench;
  }

  async close(): Promise<void> {
    await this.#traffic?.stop();
    await this.database.close();
    await this.sql.end({ timeout: 1 });
    await this.server.stop();
  }

  /** Fills the tables again, with counts that are wrong by different numbers, and starts the clients. */
  async begin({ each, keyed }: Round): Promise<void> {
    const { sql } = this;
    this.home = stateDirectory();
    this.directory = join(this.home, 'preset-usage-console');
    await sql`ALTER TABLE presets DISABLE TRIGGER hold_up`;
    await sql`DROP TABLE IF EXISTS records_before`;
    await sql`TRUNCATE presets, preset_usage CASCADE`;
    await sql`ALTER TABLE preset_usage DROP CONSTRAINT IF EXISTS preset_usage_pkey`;
    if (keyed) await sql`ALTER TABLE preset_usage ADD PRIMARY KEY (id)`;
    const ids = await insertPresets(
      sql,
      Array.from({ length: presets }, (_, place) => `Preset ${place}`),
    );
    await sql`INSERT INTO preset_usage (preset_id, usage_type, usage_data)
      SELECT p, 'history', jsonb_build_object('n', n) FROM unnest(${ids}::uuid[]) p, generate_series(1, ${each}) n`;
    const drifts = ids.map(() => this.random.pick([-5, -2, 1, 3, 9]));
    await sql`UPDATE presets SET usage_count = usage_count + by FROM unnest(${ids}::uuid[], ${drifts}::int[]) AS d(of, by) WHERE id = of`;
    await sql`CREATE TABLE records_before AS SELECT * FROM preset_usage`;
    await sql`ALTER TABLE presets ENABLE TRIGGER hold_up`;
    this.#drifts = await this.#readDrifts();
    const traffic = startNamedTraffic(this.server.url, ids, clients);
    this.#traffic = traffic;
    await this.soon(() => traffic.made() > clients * 2, 'traffic');
  }

  /** Waits for what this process notices by itself, while others work. */
  soon(question: () => boolean, what: string): Promise<void> {
    return waitFor(async () => question(), what);
  }

  /** Stops the server, and waits until it answers again. */
  async restart(signal: 'SIGQUIT' | 'SIGINT' | 'SIGKILL'): Promise<void> {
    await this.server.kill(signal);
    // A killed server leaves processes behind, and no other starts while they exist.
    const start = () =>
      this.server.start().then(
        () => true,
        () => false,
      );
    await waitFor(start, 'the server to start');
    const answers = () =>
      this.sql`SELECT 1`.then(
        () => true,
        () => false,
      );
    await waitFor(answers, 'the server to answer');
  }

  /** All receipts of this round, with each batch's outcome according to the server. */
  async receipts(): Promise<Receipt[]> {
    const { receipts, damaged } = await listReceipts(this.directory);
    expect(damaged).toEqual([]);
    const found = await this.database.read(reader => inspectDatabase(reader, this.database, 'public'));
    return resolveReceipts(this.database, found, receipts, false);
  }

  /** Checks that the receipts have every batch's outcome, and that the drift of each preset matches them. */
  async expectTruth(): Promise<void> {
    const expected = new Map(this.#drifts);
    for (const { batches } of await this.receipts()) {
      for (const { outcome, changes, records } of batches) {
        expect(outcome).toMatch(/^(committed|aborted)$/);
        const deleted = changes.reduce((sum, { deletes }) => sum + Math.max(0, deletes), 0);
        expect(records?.count ?? 0).toBe(deleted);
        if (outcome !== 'committed') continue;
        for (const { id, delta, deletes } of changes) {
          expected.set(id ?? '', (expected.get(id ?? '') ?? Number.NaN) + Number(delta) + deletes);
        }
      }
    }
    expect(await this.#readDrifts()).toEqual(expected);
  }

  /** Ends a round in which everything was undone: every record exists once, and every count drifts as before. */
  async end(): Promise<NamedUses> {
    const uses = await this.#traffic?.stop();
    this.#traffic = null;
    if (!uses) throw new Error('a round that has not begun');
    expect(await this.#readDrifts()).toEqual(this.#drifts);
    const [row] = await this.sql<{ lost: number; more: number; doubled: number }[]>`
      SELECT (SELECT count(*)::int FROM (TABLE records_before EXCEPT TABLE preset_usage) x) AS lost,
             (SELECT count(*)::int FROM preset_usage WHERE usage_type <> 'traffic')
               - (SELECT count(*)::int FROM records_before) AS more,
             (SELECT count(*) - count(DISTINCT id) FROM preset_usage)::int AS doubled`;
    expect(row).toEqual({ lost: 0, more: 0, doubled: 0 });
    const rows = await this.sql<{ id: string }[]>`SELECT id FROM preset_usage WHERE usage_type = 'traffic'`;
    const there = new Set(rows.map(({ id }) => id));
    expect([...uses.made].filter(id => !there.has(id))).toEqual([]);
    expect([...there].filter(id => !uses.made.has(id) && !uses.unsure.has(id))).toEqual([]);
    return uses;
  }

  async #readDrifts(): Promise<Map<string, number>> {
    const rows = await this.sql<{ id: string; drift: number }[]>`
      SELECT p.id, (coalesce(p.usage_count, 0) - (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id))::int AS drift
        FROM presets p ORDER BY p.id`;
    return new Map(rows.map(({ id, drift }) => [id, drift]));
  }
}
