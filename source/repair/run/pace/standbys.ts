import * as z from 'zod/mini';
import { pause } from '../../../connection/deadlines.ts';
import type { Database } from '../../../connection/transactions.ts';
import { isConsoleError, isTransient } from '../../../errors/errors.ts';

/** When a repair waits for standbys. */
export interface StandbyLimits {
  /** A standby may fall further behind by this many bytes of the server's log. */
  bytes: number;
  /** Milliseconds in which it has to come closer, or it is not waited for any more. */
  patience: number;
}

// A standby on the same network replays this in less than a second. Where it takes longer, and nothing else is written, one tells how far it
// is every ten seconds (wal_receiver_status_interval).
const usualStandbyLimits: StandbyLimits = { bytes: 32 * 1024 * 1024, patience: 30_000 };
// What one row writes at most where pages are logged whole: its own, and those of its indexes and triggers.
const bytesEach = 64 * 1024;
// In milliseconds.
const lookEvery = 1_000;
const lookAgain = 100;
// It is waited for until it has come back to this share of what it may be behind: else it would be waited for after every batch.
const closeEnough = 0.5;

const followers = z.array(z.object({ pid: z.number(), behind: z.number() }));

// NULL if the role may not see it, and for a backup: those cannot be waited for. A subscriber of a logical replication is among them, and
// one that has connected anew and catches up.
const text = `SELECT pid, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS behind
  FROM pg_stat_replication WHERE replay_lsn IS NOT NULL`;

/**
 * The servers that replay what this one writes. What is read there is as old as they are behind, so a repair waits for those that fall
 * behind while it runs. One that comes no closer, as its replay is paused or delayed on purpose, is not waited for.
 */
export class Standbys {
  readonly #database: Database;
  readonly #limits: StandbyLimits;
  /** How far each was behind when it was closest. */
  readonly #least = new Map<number, number>();
  readonly #stuck = new Set<number>();
  #looked = Number.NEGATIVE_INFINITY;
  #unknown = false;
  #waited = 0;

  constructor(database: Database, limits: Partial<StandbyLimits> = {}) {
    this.#database = database;
    this.#limits = { ...usualStandbyLimits, ...limits };
  }

  /** Milliseconds that were waited for standbys in all. */
  get waited(): number {
    return this.#waited;
  }

  /** How many stayed behind and were not waited for any more. */
  get stuck(): number {
    return this.#stuck.size;
  }

  /** Call it before the first write. A repair of so few `rows` that no standby can fall behind has nobody to look for. */
  async begin(rows: number): Promise<void> {
    if (rows * bytesEach > this.#limits.bytes) await this.#look(1);
  }

  /**
   * Waits until none of those that have fallen too far behind is far behind any more, or `signal` is aborted. Meanwhile it yields how many
   * bytes the slowest is behind. Looks at most once a second, and not again where the server does not tell.
   */
  async *wait(signal?: AbortSignal): AsyncGenerator<number> {
    if (performance.now() - this.#looked < lookEvery) return;
    this.#looked = performance.now();
    const closest = new Map<number, { behind: number; at: number }>();
    let late = await this.#look(1);
    while (late.size > 0 && !signal?.aborted) {
      const asked = performance.now();
      yield Math.max(...late.values());
      for (const [pid, behind] of late) {
        const now = performance.now();
        const before = closest.get(pid);
        if (!before || behind < before.behind) closest.set(pid, { behind, at: now });
        else if (now - before.at >= this.#limits.patience) this.#stuck.add(pid);
      }
      await pause(lookAgain, signal);
      late = await this.#look(closeEnough);
      this.#waited += performance.now() - asked;
    }
  }

  /** Those that are behind by more than this share of what they may be. */
  async #look(share: number): Promise<ReadonlyMap<number, number>> {
    const late = new Map<number, number>();
    for (const { pid, behind } of await this.#read()) {
      const least = Math.min(behind, this.#least.get(pid) ?? behind);
      this.#least.set(pid, least);
      if (!this.#stuck.has(pid) && behind > least + share * this.#limits.bytes) late.set(pid, behind);
    }
    return late;
  }

  async #read(): Promise<z.infer<typeof followers>> {
    if (this.#unknown) return [];
    try {
      return followers.parse(await this.#database.read(reader => reader.rows(text)));
    } catch (error) {
      if (!isConsoleError(error)) throw error;
      // Some services have no such log: a repair does not fail for that.
      this.#unknown = !isTransient(error);
      return [];
    }
  }
}
