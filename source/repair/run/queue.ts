import { pause } from '../../connection/deadlines.ts';
import { type BatchLimits, quietLimits, usualLimits } from '../batch-limits.ts';
import type { RepairTask } from '../plan/task.ts';
import type { LeftAlone } from '../repair.ts';
import type { Batch, BatchResult } from './batch.ts';

interface Lane {
  /** The preset; null for records of none. */
  id: string | null;
  name: string;
  tasks: RepairTask[];
  /** When it was first found busy, and when to retry it. */
  busySince: number | null;
  retryAt: number;
  tries: number;
  /** Goes alone, because a batch with it was refused. */
  alone: boolean;
  /** The limit of records per batch, after more were too much for the server; null if that never happened. */
  most: number | null;
}

interface Limits {
  truncate: boolean;
  /** Whether batches may delete all records of their rows. */
  whole?: boolean;
  /** Milliseconds after which a row that another session keeps holding is given up. */
  patience: number;
  most?: Partial<BatchLimits> | undefined;
}

// A batch grows as long as rows are held for less than `good` milliseconds, and shrinks if they are held for more than `bad`.
const usualHold = { good: 12, bad: 30 };
// While nobody else writes. Whoever comes then waits once for this long.
const quietHold = { good: 80, bad: 200 };
const least = { presets: 1, records: 50 };
// In milliseconds: how long a busy row is left alone.
const firstBackoff = 20;
const longestBackoff = 1_000;

/** The remaining work, in an order in which one held row keeps no other waiting. */
export class Queue {
  readonly #lanes = new Map<string | null, Lane>();
  readonly #limits: Limits;
  #givenUp: LeftAlone[] = [];
  #most: BatchLimits;
  #presets: number;
  #records: number;
  /** About how many records, judging by the last batches, fit into the bytes of a batch. Reading more is wasted. */
  #fitting = Number.POSITIVE_INFINITY;
  /** Whether nobody else writes. */
  #isQuiet = false;
  #whole: boolean;
  #truncate: boolean;
  #truncateTries = 0;
  /** The presets of batches under way. */
  readonly #underWay = new Set<string | null>();
  /** Since when the table itself is locked, and how often it was tried; null if it is not. */
  #tableBusy: { since: number; tries: number } | null = null;

  constructor(tasks: readonly RepairTask[], limits: Limits) {
    this.#limits = limits;
    this.#most = { ...usualLimits, ...limits.most };
    this.#presets = Math.min(20, this.#most.presets);
    this.#records = Math.min(500, this.#most.records);
    this.#whole = limits.whole ?? false;
    this.#truncate = limits.truncate;
    for (const task of tasks) {
      const { id } = task;
      const lane = this.#lanes.get(id);
      if (lane) lane.tasks.push(task);
      else {
        this.#lanes.set(id, {
          id,
          name: task.name,
          tasks: [task],
          busySince: null,
          retryAt: 0,
          tries: 0,
          alone: false,
          most: null,
        });
      }
    }
  }

  isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Whether there is work left for a preset. */
  has(id: string): boolean {
    return this.#lanes.has(id);
  }

  /** What was not reached, including presets that wait for a retry. */
  remaining(): { id: string | null; name: string }[] {
    return [...this.#lanes.values()].map(({ id, name }) => ({ id, name }));
  }

  /** Whether the next batches may delete all records of their rows. */
  get isWhole(): boolean {
    return this.#whole && this.#isQuiet;
  }

  /** The number of presets with work left. */
  get presetsLeft(): number {
    return this.#lanes.size - (this.#lanes.has(null) ? 1 : 0);
  }

  givenUp(): readonly LeftAlone[] {
    return this.#givenUp;
  }

  /** Leaves milliseconds in which nothing was tried out of how long others have held what is busy. */
  leaveOut(milliseconds: number): void {
    for (const lane of this.#lanes.values()) if (lane.busySince !== null) lane.busySince += milliseconds;
    if (this.#tableBusy) this.#tableBusy.since += milliseconds;
  }

  /**
   * Takes a batch that is due now. It has no row of a batch that is still running. Null if there is none. `atATime` batches run at a time
   * and share the limits of one, except where a batch may delete all records of its rows. With `whole`, only such a batch is taken.
   */
  due(atATime = 1, { now = performance.now(), whole = false } = {}): Batch | null {
    const batch = this.#take(now, atATime);
    if (whole && !batch?.whole) return null;
    for (const { id } of batch?.tasks ?? []) this.#underWay.add(id);
    return batch;
  }

  /** The next batch while none is under way, as soon as one is due; null if nothing is left or `signal` is aborted. */
  async next(signal?: AbortSignal, atATime = 1): Promise<Batch | null> {
    this.#underWay.clear();
    while (this.#lanes.size > 0 && !signal?.aborted) {
      const now = performance.now();
      const batch = this.due(atATime, { now });
      if (batch) return batch;
      let soonest = Number.POSITIVE_INFINITY;
      for (const { retryAt } of this.#lanes.values()) soonest = Math.min(soonest, retryAt);
      await pause(soonest - now, signal);
    }
    return null;
  }

  /**
   * Records the result of a batch: finished work is removed, busy rows are retried, and the batch size follows the cost. `isQuiet`:
   * nobody else writes.
   */
  settle(batch: Batch, result: BatchResult, isQuiet = false): void {
    for (const { id } of batch.tasks) this.#underWay.delete(id);
    this.#isQuiet = isQuiet;
    this.#most = { ...(isQuiet ? quietLimits : usualLimits), ...this.#limits.most };
    if (batch.whole && (result.left.length > 0 || !['committed', 'lost'].includes(result.outcome))) {
      this.#whole = false;
      if (result.outcome !== 'committed') return;
    }
    switch (result.outcome) {
      case 'committed':
      case 'nothing':
        this.#fit(batch, result);
        this.#advance(batch, result);
        this.#tableBusy = null;
        if (result.outcome === 'committed') this.#resize(result.held, isQuiet ? quietHold : usualHold);
        return;
      case 'busy':
        if (batch.truncate) this.#postponeTruncate();
        else if (result.table) this.#postponeTable();
        else this.#postpone(batch);
        return;
      case 'lost':
        // Nothing was committed: try the same again.
        return;
      case 'large':
        this.#shrink(batch, result);
        return;
      case 'refused':
        this.#separate(batch, result);
    }
  }

  /** Due work, up to the size of a batch; it stops looking once that is full. Null if nothing is due. */
  #take(now: number, atATime: number): Batch | null {
    if (this.#truncate) {
      const tasks = [...this.#lanes.values()].flatMap(lane => (lane.retryAt <= now ? lane.tasks : []));
      const limits = this.#most;
      return tasks.length === 0
        ? null
        : { tasks, mostRecords: 1_000_000, limits, wait: true, truncate: true };
    }
    const tasks: RepairTask[] = [];
    let weight = 0;
    const presets = Math.min(this.#presets, this.#most.presets);
    const whole = this.isWhole;
    // All of them have to fit.
    const fitting = whole ? 0.45 * this.#fitting : this.#fitting;
    // Batches that run at a time share the memory of one. The records of whole rows are only passed on as text, which takes little.
    const share = whole ? 1 : atATime;
    const most = Math.max(1, Math.floor(Math.min(this.#records, this.#most.records / share, fitting)));
    let mostRecords = most;
    for (const lane of this.#lanes.values()) {
      const [task] = lane.tasks;
      if (lane.retryAt > now || this.#underWay.has(lane.id)) continue;
      if (!task) throw new Error('a lane without a task');
      // A row that was busy twice is waited for alone: in a larger batch it would hold up the others.
      const alone = lane.alone || lane.tries > 1 || lane.id === null;
      if (tasks.length > 0) {
        if (alone) continue;
        if (tasks.length >= presets || weight + task.weight > most) break;
      }
      tasks.push(task);
      weight += task.weight;
      mostRecords = Math.min(mostRecords, lane.most ?? mostRecords);
      if (alone) break;
    }
    if (tasks.length === 0) return null;
    const limits = { ...this.#most, bytes: this.#most.bytes / share };
    const batch = { tasks, mostRecords, limits, wait: tasks.length === 1, truncate: false };
    const isWhole = whole && weight <= mostRecords && tasks.every(({ id }) => id !== null);
    return isWhole ? { ...batch, whole: true } : batch;
  }

  #advance({ tasks }: Batch, { rest }: BatchResult): void {
    const unfinished = new Map(rest.map(task => [task.id, task]));
    for (const task of tasks) {
      const lane = this.#lanes.get(task.id);
      if (!lane) continue;
      if (lane.tasks[0] === task) lane.tasks.shift();
      else lane.tasks = lane.tasks.filter(other => other !== task);
      const again = unfinished.get(task.id);
      if (again) lane.tasks.unshift(again);
      lane.busySince = null;
      lane.tries = 0;
      if (lane.tasks.length === 0) this.#lanes.delete(lane.id);
    }
  }

  /** Estimates how many records fit into the bytes of a batch: the server builds the text of every record it is asked for. */
  #fit({ tasks, mostRecords, truncate, whole }: Batch, { deleted, rest }: BatchResult): void {
    if (truncate || deleted === 0 || (whole && rest.length === 0)) return;
    const asked = tasks.reduce((sum, { weight }) => sum + Math.min(weight, mostRecords), 0);
    this.#fitting = rest.length > 0 && deleted < asked ? 2 * deleted : 2 * Math.max(deleted, this.#fitting);
  }

  #postpone(batch: Batch): void {
    const now = performance.now();
    this.#presets = Math.max(least.presets, Math.floor(this.#presets / 2));
    for (const { id, name } of batch.tasks) {
      const lane = this.#lanes.get(id);
      if (!lane) continue;
      lane.tries += 1;
      lane.busySince ??= now;
      lane.retryAt = backoff(now, lane.tries);
      // In a larger batch it may have been any other row. Alone it is retried soon.
      if (batch.tasks.length > 1 || now - lane.busySince < this.#limits.patience) {
        // Behind the others.
        this.#lanes.delete(lane.id);
        this.#lanes.set(lane.id, lane);
        continue;
      }
      this.#lanes.delete(lane.id);
      this.#givenUp.push({
        id: lane.id,
        name,
        reason: 'locked',
        message: `Another session has held its row, or one of its records, for ${Math.round((now - lane.busySince) / 1000)} s.`,
      });
    }
  }

  /** The table was busy, which says nothing about single rows: all are retried together, none alone. */
  #postponeTruncate(): void {
    this.#truncateTries += 1;
    // Uses keep coming in between, so go on in batches.
    if (this.#truncateTries > 3) this.#truncate = false;
    const retryAt = backoff(performance.now(), this.#truncateTries);
    for (const lane of this.#lanes.values()) lane.retryAt = retryAt;
  }

  /** Another session holds the table, which says nothing about single rows: all wait for it and are given up together. */
  #postponeTable(): void {
    const now = performance.now();
    const { since, tries } = this.#tableBusy ?? { since: now, tries: 0 };
    this.#tableBusy = { since, tries: tries + 1 };
    if (now - since < this.#limits.patience) {
      for (const lane of this.#lanes.values()) lane.retryAt = backoff(now, tries + 1);
      return;
    }
    const seconds = Math.round((now - since) / 1000);
    for (const { id, name } of this.#lanes.values()) {
      this.#givenUp.push({
        id,
        name: id === null ? 'Records of no preset' : name,
        reason: 'locked',
        message: `Another session has held a lock on one of the two tables for ${seconds} s, as a migration does. Run this again when it is done.`,
      });
    }
    this.#lanes.clear();
  }

  /** The server's refusal of several tasks says nothing about each one: they are tried one by one. */
  #separate(batch: Batch, result: BatchResult): void {
    if (this.#apart(batch)) return;
    this.#giveUp(batch, result, 'refused');
  }

  /** The batch was more than the server takes at once: halve it, down to a single record. */
  #shrink(batch: Batch, result: BatchResult): void {
    if (this.#apart(batch)) return;
    const [task] = batch.tasks;
    const lane = task && this.#lanes.get(task.id);
    if (!lane) return;
    const tried = Math.min(batch.mostRecords, result.tried ?? batch.mostRecords);
    if (tried > 1) lane.most = Math.floor(tried / 2);
    else this.#giveUp(batch, result, 'too-large');
  }

  /** Makes the tasks of a batch be tried one by one, and replaces TRUNCATE by batches; false if it was a single task already. */
  #apart({ tasks, truncate }: Batch): boolean {
    if (truncate) {
      this.#truncate = false;
      return true;
    }
    if (tasks.length === 1) return false;
    for (const { id } of tasks) {
      const lane = this.#lanes.get(id);
      if (lane) lane.alone = true;
    }
    return true;
  }

  /** Gives up what one batch tried for a preset, and goes on with what does not depend on it. */
  #giveUp(
    { tasks }: Batch,
    { message, rest, tried = 0 }: BatchResult,
    reason: 'refused' | 'too-large',
  ): void {
    const [task] = tasks;
    const lane = task && this.#lanes.get(task.id);
    if (!lane) return;
    lane.tasks = [...rest, ...lane.tasks.filter(other => other !== task)];
    if (lane.tasks.length === 0) this.#lanes.delete(lane.id);
    const what = task.undo?.records && tried > 0 ? `${tried} of its records` : 'it';
    this.#givenUp.push({
      id: lane.id,
      name: task.id === null ? 'Records of no preset' : task.name,
      reason,
      message: `The server ${reason === 'refused' ? `refused ${what}` : `cannot take ${what}, even alone`}: ${message ?? 'no reason given'}.`,
    });
  }

  #resize(held: number, { good, bad }: typeof usualHold): void {
    const factor = held < good ? 2 : held > bad ? 0.5 : 1;
    this.#presets = Math.max(least.presets, Math.min(this.#most.presets, Math.round(this.#presets * factor)));
    this.#records = Math.max(
      Math.min(least.records, this.#most.records),
      Math.min(this.#most.records, Math.round(this.#records * factor)),
    );
  }
}

/** When to retry what was busy `tries` times. */
function backoff(now: number, tries: number): number {
  return now + Math.min(longestBackoff, firstBackoff * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2);
}
