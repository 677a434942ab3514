import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import type { Counter } from '../../source/counter/counter.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import type { Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from './connect.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { day, start, World, type WorldOptions } from './world.ts';

/** One use that the application is going to make. */
export interface PlannedUse {
  /** The place of its preset. */
  preset: number;
  /** 0 at the start of the history, 1 at its end. */
  moment: number;
  at: number;
  type: string;
  user: number;
}

/** How uses are counted in addition to the trigger. */
export interface ByHand {
  /** How much is added by hand to each use that `which` picks. */
  adds: number;
  /** In the transaction of the record, or in a separate one. */
  together: boolean;
  which?: (use: PlannedUse) => boolean;
}

/** A database that an application uses for some months, and the ways in which its counts go wrong. */
export class Application {
  readonly own: TestDatabase;
  readonly database: Database;
  /** One connection, so that its statistics are complete as soon as it reports them. */
  readonly #sql: postgres.Sql;
  #migration = '';
  uses: PlannedUse[] = [];
  presets: string[] = [];
  users: string[] = [];
  world!: World;

  private constructor(own: TestDatabase) {
    this.own = own;
    this.database = connectTo(own.url);
    this.#sql = postgres(own.url, { max: 1, onnotice: () => {} });
  }

  static async open(): Promise<Application> {
    const application = new Application(await createDatabase());
    const file = new URL('../../sql/20250930000001_fix_usage_tracking.sql', import.meta.url);
    application.#migration = await readFile(file, 'utf8');
    await application.own
      .sql`CREATE UNLOGGED TABLE planned (n int, preset_id uuid, user_id uuid, type text, at timestamptz, adds int, together boolean)`;
    return application;
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.#sql.end();
    await this.own.drop();
  }

  /** Empties everything, and plans a history that follows from the seed alone. */
  async begin(options: WorldOptions): Promise<void> {
    const sql = this.#sql;
    this.uses = [];
    this.world = new World(options, ({ preset, moment, record }) =>
      this.uses.push({
        preset: Number(preset.id.slice(7)),
        moment,
        at: record.at,
        type: record.type,
        user: record.user - 1,
      }),
    );
    await sql.unsafe('TRUNCATE presets, preset_usage, users').simple();
    await this.script('DROP TRIGGER IF EXISTS second ON preset_usage');
    await this.repairTrigger();
    this.users = await this.#insert('users (email, created_at)', 12, n => `('user ${n}', '2025-01-01')`);
    this.presets = await this.#insert(
      'presets (name, created_at)',
      this.world.presets.length,
      n => `('preset ${n}', to_timestamp(${this.world.presets[n]!.createdAt / 1000}))`,
    );
    await sql`SELECT pg_stat_reset()`;
  }

  async #insert(target: string, many: number, row: (n: number) => string): Promise<string[]> {
    const rows = Array.from({ length: many }, (_, n) => row(n)).join(', ');
    const made = await this.#sql.unsafe(`INSERT INTO ${target} VALUES ${rows} RETURNING id`);
    return made.map(({ id }) => id as string);
  }

  /** Runs SQL of several statements as a superuser. */
  async script(text: string): Promise<void> {
    await this.#sql.unsafe(text).simple();
  }

  async repairTrigger(): Promise<void> {
    await this.script(this.#migration);
  }

  /** Makes the uses from one moment to another, each in a separate transaction, in the order of their times. */
  async use(from: number, to: number, byHand?: ByHand): Promise<void> {
    await this.play(
      this.uses.filter(({ moment }) => moment >= from && moment < to),
      byHand,
    );
  }

  async play(uses: readonly PlannedUse[], byHand?: ByHand): Promise<void> {
    const sql = this.#sql;
    if (uses.length === 0) return;
    const rows = uses.map((use, n) => ({
      n,
      preset_id: this.presets[use.preset]!,
      user_id: this.users[use.user]!,
      type: use.type,
      at: new Date(use.at),
      adds: byHand && (byHand.which?.(use) ?? true) ? byHand.adds : 0,
      together: byHand?.together ?? true,
    }));
    await sql`TRUNCATE planned`;
    for (let done = 0; done < rows.length; done += 2000) {
      await sql`INSERT INTO planned ${sql(rows.slice(done, done + 2000))}`;
    }
    await this.script(`DO $$
      DECLARE p planned; last int := (SELECT max(n) FROM planned);
      BEGIN
        FOR i IN 0 .. last LOOP
          SELECT * INTO p FROM planned WHERE n = i;
          INSERT INTO preset_usage (preset_id, user_id, usage_type, created_at) VALUES (p.preset_id, p.user_id, p.type, p.at);
          IF NOT p.together THEN COMMIT; END IF;
          IF p.adds > 0 THEN UPDATE presets SET usage_count = usage_count + p.adds WHERE id = p.preset_id; END IF;
          COMMIT;
        END LOOP;
      END $$`);
  }

  /** The time of a moment, in milliseconds since 1970. */
  at(moment: number): number {
    return start + moment * this.world.days * day;
  }

  /** Uses one preset from several connections at once, `each` times from each; `steps` is what a client does for a use. */
  async race(
    preset: number,
    moment: number,
    steps: (sql: postgres.Sql, id: string, at: Date) => Promise<unknown>,
    { clients = 4, each = 6 } = {},
  ): Promise<void> {
    const begin = performance.now();
    const racers = postgres(this.own.url, { max: clients, onnotice: () => {} });
    const id = this.presets[preset]!;
    const run = async () => {
      for (let use = 0; use < each; use += 1) {
        await steps(racers, id, new Date(this.at(moment) + performance.now() - begin));
      }
    };
    await Promise.all(Array.from({ length: clients }, run));
    await racers.end();
  }

  /** The console's diagnosis. */
  async diagnose(): Promise<{ mismatches: Counter[]; diagnoses: Map<string, Diagnosis> }> {
    // By default a server reports its statistics a second later.
    await this.#sql`SELECT pg_stat_force_next_flush()`;
    await this.#sql`SELECT 1`;
    const tables = await this.database.read(reader => readTables(reader, 'public'));
    const mismatches: Counter[] = [];
    const { totals, orphans } = await auditCounters(this.database, tables, {
      scope: 'mismatched',
      onPage: page => mismatches.push(...page.counters),
    });
    const diagnoses = await diagnose(this.database, tables, mismatches, {
      allRecords: totals.records + orphans,
    });
    return { mismatches, diagnoses };
  }
}
