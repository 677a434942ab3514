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

// A standby on the same network replays this in less than a second.
const usualStandbyLimits: StandbyLimits = { bytes: 32 * 1024 * 1024, patience: 10_000 };
// In milliseconds.
const lookEvery = 1_000;
const lookAgain = 100;
// It is waited for until it has come back to this share of what it may be behind: else it would be waited for after every batch.
const closeEnough = 0.5;

const followers = z.array(z.object({ pid: z.number(), behind: z.number() }));

// NULL if the role may not see it: then it cannot be waited for. A subscriber of a logical replication is among them.
const text = `SELECT pid, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS behind
  FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn IS NOT NULL`;

/**
 * The servers that replay what this one writes. What is read there is as old as they are behind, so a repair waits for those that fall
 * behind while it runs. One that comes no closer, as its replay is paused or delayed on purpose, is not waited for.
 */
export class Standbys {
  readonly #database: Database;
  readonly #limits: StandbyLimits;
  /** How far each was behind when the repair began, or when it was first seen. */
  readonly #first = new Map<number, number>();
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

  /** Call it before the first write. */
  async begin(): Promise<void> {
    await this.#look(1);
  }

  /**
   * Bytes that the slowest of those is behind that have fallen too far behind; 0 if none has. Looks at most once a second, and not again
   * where the server does not tell.
   */
  async behind(): Promise<number> {
    if (performance.now() - this.#looked < lookEvery) return 0;
    this.#looked = performance.now();
    return (await this.#look(1)).most;
  }

  /** Waits until none is too far behind any more, or `signal` is aborted. */
  async wait(signal?: AbortSignal): Promise<void> {
    const start = performance.now();
    const least = new Map<number, { behind: number; at: number }>();
    while (!signal?.aborted) {
      const { late } = await this.#look(closeEnough);
      if (late.size === 0) break;
      for (const [pid, behind] of late) {
        const now = performance.now();
        const closest = least.get(pid);
        if (!closest || behind < closest.behind) least.set(pid, { behind, at: now });
        else if (now - closest.at >= this.#limits.patience) this.#stuck.add(pid);
      }
      await pause(lookAgain, signal);
    }
    this.#waited += performance.now() - start;
  }

  /** Those that are behind by more than this share of what they may be. */
  async #look(share: number): Promise<{ late: Map<number, number>; most: number }> {
    const late = new Map<number, number>();
    for (const { pid, behind } of await this.#read()) {
      const first = this.#first.get(pid) ?? behind;
      this.#first.set(pid, first);
      if (!this.#stuck.has(pid) && behind > first + share * this.#limits.bytes) late.set(pid, behind);
    }
    return { late, most: Math.max(0, ...late.values()) };
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
