import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import postgres from 'postgres';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import type { Counter } from '../../source/counter/counter.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import type { Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from './connect.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { flushStatistics } from './server-version.ts';
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

/** What the tables have besides what the demo schema gives them. */
export type Shape = 'plain' | 'untimed' | 'partitioned' | 'marked' | 'daily';

/** A row trigger that adds one for each record, without a time. */
const untimed = `
  CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id; RETURN NULL; END $$;
  DROP TRIGGER IF EXISTS trigger_auto_increment_preset_usage_count ON preset_usage;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage
    FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();
  ALTER TABLE preset_usage DROP COLUMN created_at`;

const months = Array.from({ length: 8 }, (_, month) => {
  const first = (offset: number) => new Date(Date.UTC(2025, 10 + month + offset, 1)).toISOString();
  return `CREATE TABLE preset_usage_${month} PARTITION OF preset_usage FOR VALUES FROM ('${first(0)}') TO ('${first(1)}')`;
});

const shapes: Record<Shape, string> = {
  plain: '',
  untimed,
  // Each month is a partition of its own, from November 2025 on.
  partitioned: `
    ALTER TABLE preset_usage RENAME TO whole;
    CREATE TABLE preset_usage (LIKE whole INCLUDING DEFAULTS) PARTITION BY RANGE (created_at);
    DROP TABLE whole;
    ALTER TABLE preset_usage ADD FOREIGN KEY (preset_id) REFERENCES presets ON DELETE CASCADE,
      ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
    CREATE INDEX ON preset_usage (preset_id, created_at DESC);
    ${months.join(';\n')};
    CREATE TABLE preset_usage_later PARTITION OF preset_usage DEFAULT`,
  marked: `ALTER TABLE preset_usage ADD COLUMN deleted_at timestamptz, ADD COLUMN is_test boolean NOT NULL DEFAULT false,
    ADD COLUMN status text NOT NULL DEFAULT 'done'`,
  daily: `ALTER TABLE preset_usage ADD COLUMN slot integer, ADD UNIQUE (preset_id, slot)`,
};

/** A database that an application uses for some months, and the ways in which its counts go wrong. */
export class Application {
  readonly own: TestDatabase;
  readonly database: Database;
  /** One connection, so that its statistics are complete as soon as it reports them. */
  readonly #sql: postgres.Sql;
  #part = { from: 0, to: 1 };
  #schema = '';
  #migration = '';
  shape: Shape = 'plain';
  uses: PlannedUse[] = [];
  presets: string[] = [];
  users: string[] = [];
  world!: World;

  private constructor(own: TestDatabase) {
    this.own = own;
    this.database = connectTo(own.url);
    this.#sql = postgres(own.url, { max: 1, onnotice: () => {} });
  }

  /** Opens an application with a database on `server`, a superuser's URL; by default that of the tests. */
  static async open(server?: string): Promise<Application> {
    const application = new Application(await createDatabase('template1', server));
    const read = (file: string) => readFile(new URL(`../../sql/${file}`, import.meta.url), 'utf8');
    application.#schema = await read('demo-schema.sql');
    application.#migration = await read('20250930000001_fix_usage_tracking.sql');
    await application.script(`ALTER DATABASE ${application.own.name} SET synchronous_commit = off`);
    await application.script(`SET client_min_messages = error; SET synchronous_commit = off; CREATE SCHEMA plan;
      CREATE UNLOGGED TABLE plan.uses (n int, preset_id uuid, user_id uuid, type text, at timestamptz, adds int, together boolean)`);
    return application;
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.#sql.end();
    await this.own.drop();
  }

  /** Makes new, empty tables, and plans a history that follows from the seed alone. */
  async begin(options: WorldOptions & { shape?: Shape }): Promise<void> {
    this.uses = [];
    this.shape = options.shape ?? 'plain';
    this.world = new World(options, ({ preset, moment, record }) =>
      this.uses.push({
        preset: Number(preset.id.slice(7)),
        moment,
        at: record.at,
        type: record.type,
        user: record.user - 1,
      }),
    );
    await this.script('DROP SCHEMA IF EXISTS cron CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await this.script(this.#schema);
    await this.script(this.shape === 'untimed' ? '' : shapes[this.shape]);
    await this.script(this.#migration);
    if (this.shape === 'untimed') {
      await this.script('DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage');
      await this.script(untimed);
    }
    this.users = await this.#insert('users (email, created_at)', 12, n => `('user ${n}', '2025-01-01')`);
    this.presets = await this.#insert(
      'presets (name, created_at)',
      this.world.presets.length,
      n => `('preset ${n}', to_timestamp(${this.world.presets[n]!.createdAt / 1000}))`,
    );
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
      at: new Date(use.at).toISOString(),
      adds: byHand && (byHand.which?.(use) ?? true) ? byHand.adds : 0,
      together: byHand?.together ?? true,
    }));
    await sql`TRUNCATE plan.uses`;
    await sql`INSERT INTO plan.uses SELECT * FROM json_populate_recordset(NULL::plan.uses, ${JSON.stringify(rows)}::text::json)`;
    const timed = this.shape !== 'untimed';
    await this.script(`DO $$
      DECLARE p plan.uses;
      BEGIN
        FOR p IN SELECT u.* FROM plan.uses u JOIN presets ON presets.id = u.preset_id JOIN users ON users.id = u.user_id ORDER BY n LOOP
          INSERT INTO preset_usage (preset_id, user_id, usage_type${timed ? ', created_at' : ''})
            VALUES (p.preset_id, p.user_id, p.type${timed ? ', p.at' : ''});
          IF NOT p.together THEN COMMIT; END IF;
          IF p.adds > 0 THEN UPDATE presets SET usage_count = usage_count + p.adds WHERE id = p.preset_id; END IF;
          COMMIT;
        END LOOP;
      END $$`);
  }

  /** The time of a moment, in milliseconds since 1970. */
  at(moment: number): number {
    const { from, to } = this.#part;
    return start + (from + moment * (to - from)) * this.world.days * day;
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

  /** Runs `step` with the part of the history from one moment to another, which are 0 and 1 for it. */
  async within<T>(from: number, to: number, step: () => Promise<T>): Promise<T> {
    const all = this.uses;
    this.uses = all
      .filter(({ moment }) => moment >= from && moment < to)
      .map(use => ({ ...use, moment: (use.moment - from) / (to - from) }));
    this.#part = { from, to };
    try {
      return await step();
    } finally {
      this.uses = all;
      this.#part = { from: 0, to: 1 };
    }
  }

  /** Sets the server's statistics of this database back to 0. */
  async forgetStatistics(): Promise<void> {
    await this.flush();
    await this.#sql`SELECT pg_stat_reset()`;
  }

  /** Waits until the server's statistics hold what this has done. */
  flush(): Promise<void> {
    return flushStatistics(this.#sql);
  }

  /** Uses presets as quickly as one client can, until `stop`; `stop` answers how many uses that were. */
  traffic(): { stop(): Promise<number> } {
    let going = true;
    let made = 0;
    const client = postgres(this.own.url, { max: 1, onnotice: () => {} });
    const run = (async () => {
      while (going) {
        const id = this.world.random.pick(this.presets);
        await client`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${id}, 'generation')`;
        made += 1;
        await setTimeout(40 * this.world.random.fraction());
      }
    })();
    return {
      async stop() {
        going = false;
        await run;
        await client.end();
        return made;
      },
    };
  }

  /** The console's diagnosis. */
  async diagnose(): Promise<{ mismatches: Counter[]; diagnoses: Map<string, Diagnosis> }> {
    await this.flush();
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
