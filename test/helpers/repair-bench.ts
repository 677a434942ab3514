import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectOptions, Database } from '../../source/connection/transactions.ts';
import type { Quantity } from '../../source/counter/quantity.ts';
import type { FullPlan } from '../../source/repair/plan/draft.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../source/repair/plan/repair-plan.ts';
import { readReceipt } from '../../source/repair/receipts/read-receipt.ts';
import type { Receipt } from '../../source/repair/receipts/receipt.ts';
import {
  noOptions,
  type RepairAction,
  type RepairOptions,
  type RepairOutcome,
  type RepairProgress,
} from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import type { RunOptions } from '../../source/repair/run/under-way/run-options.ts';
import { connectTo } from './connect.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { quickDirectory } from './quick-directory.ts';

export type Over = Partial<Omit<RepairRequest, 'action' | 'options'>> & { options?: Partial<RepairOptions> };

/** A database for one test with a state directory, and functions to plan, run and inspect a repair of it. */
export class RepairBench {
  readonly own: TestDatabase;
  readonly directory: string;
  readonly #parent: string;
  readonly #connections: Database[] = [];
  database: Database;

  private constructor(own: TestDatabase) {
    this.own = own;
    this.#parent = quickDirectory('repair-');
    this.directory = join(this.#parent, 'state');
    this.database = this.connect(own.url);
  }

  static async open(from?: string, server?: string): Promise<RepairBench> {
    return new RepairBench(await createDatabase(from, server));
  }

  /** Another console's connection; all are closed with the bench. */
  connect(url: string, options: Partial<ConnectOptions> = {}): Database {
    const database = connectTo(url, options);
    this.#connections.push(database);
    return database;
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map(connection => connection.close()));
    await this.own.drop();
    rmSync(this.#parent, { recursive: true, force: true });
  }

  /** Runs SQL of several statements as a superuser. */
  async arrange(sql: string): Promise<void> {
    await this.own.sql.unsafe(sql).simple();
  }

  request(action: RepairAction, { options, ...over }: Over = {}): RepairRequest {
    return {
      action,
      counter: 'public',
      presets: [],
      readOnly: false,
      directory: this.directory,
      receipt: null,
      ...over,
      options: { ...noOptions, ...options },
    };
  }

  plan(action: RepairAction, over: Over = {}, database = this.database): Promise<FullPlan> {
    return planRepair(database, this.request(action, over));
  }

  /** Runs a plan; awaits `onProgress` after every batch. */
  async run(
    plan: FullPlan,
    over: Partial<RunOptions> = {},
    onProgress: (progress: RepairProgress) => void | Promise<void> = () => {},
    database = this.database,
  ): Promise<RepairOutcome> {
    const running = runRepair(database, plan, {
      timeout: 30,
      lockTimeout: 2,
      directory: this.directory,
      ...over,
    });
    for (;;) {
      const step = await running.next();
      if (step.done) return step.value;
      await onProgress(step.value);
    }
  }

  async repair(action: RepairAction, over: Over = {}): Promise<RepairOutcome> {
    return this.run(await this.plan(action, over));
  }

  undo({ receiptId }: RepairOutcome, over: Over = {}): Promise<RepairOutcome> {
    return this.repair('undo', { receipt: receiptId, ...over });
  }

  receipt({ receiptId }: RepairOutcome): Promise<Receipt> {
    return readReceipt(this.directory, receiptId);
  }

  /** Every row of both tables as text, sorted. */
  async tables(schema = 'public'): Promise<{ presets: string[]; records: string[] }> {
    const lines = async (table: string) => {
      const rows = await this.own.sql.unsafe(
        `SELECT t::text AS line FROM ${schema}.${table} t ORDER BY t::text COLLATE "C"`,
      );
      return rows.map(({ line }) => line as string);
    };
    return { presets: await lines('presets'), records: await lines('preset_usage') };
  }

  /** `usage_count` and records by name. */
  async counts(schema = 'public'): Promise<Record<string, [number | null, number]>> {
    const rows = await this.own.sql.unsafe(
      `SELECT p.name, p.usage_count::float8 AS count,
              (SELECT count(*) FROM ${schema}.preset_usage u WHERE u.preset_id = p.id)::float8 AS records
         FROM ${schema}.presets p ORDER BY p.name`,
    );
    return Object.fromEntries(rows.map(({ name, count, records }) => [name, [count, records]]));
  }

  /** Sets counts without firing triggers, as a mistake would have left them. */
  async setCounts(counts: Record<string, number | null>): Promise<void> {
    await this.own.sql.begin(async sql => {
      await sql`SET LOCAL session_replication_role = replica`;
      for (const [name, count] of Object.entries(counts)) {
        await sql`UPDATE presets SET usage_count = ${count} WHERE name = ${name}`;
      }
    });
  }
}

/** The changes of a receipt that are committed, as [name, before, delta, deletes]. */
export function changesOf(receipt: Receipt): [string, Quantity | null, Quantity, number][] {
  return receipt.batches
    .filter(({ outcome }) => outcome === 'committed')
    .flatMap(({ changes }) => changes)
    .map(({ name, before, delta, deletes }) => [name, before, delta, deletes]);
}
