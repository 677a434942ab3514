import type { RepairPlan } from '../../plan/repair-plan.ts';
import type { LeftAlone, RepairCost, RepairOutcome, RepairProgress } from '../../repair.ts';
import type { BatchResult } from '../batch.ts';
import type { Standbys } from '../pace/standbys.ts';

/** What a repair has done so far, what it left alone, and what it cost the application. */
export class Tally {
  readonly #plan: RepairPlan;
  readonly #start: number;
  readonly #standbys: Pick<Standbys, 'waited' | 'stuck'>;
  readonly #reported = new Set<string>();
  readonly #left: LeftAlone[];
  /** Presets whose count was written and confirmed; a preset may take several batches. */
  readonly changed = new Set<string>();
  #deleted = 0;
  #restored = 0;
  #committed = 0;
  readonly #cost = { longestHeld: 0, held: 0, waits: 0, busy: 0 };

  /** `start`: when the repair began (`performance.now()`). */
  constructor(plan: RepairPlan, start: number, standbys: Pick<Standbys, 'waited' | 'stuck'>) {
    this.#plan = plan;
    this.#start = start;
    this.#standbys = standbys;
    this.#left = plan.left.filter(left => !this.#isReported(left));
  }

  /** Whether nothing was written. */
  get isEmpty(): boolean {
    return this.#committed === 0;
  }

  /** Adds what a batch did, but for the presets that it changed: these are audited first. */
  add(result: BatchResult): void {
    for (const left of result.left) {
      // The run finds again what the plan has already listed.
      if (!this.#isReported(left)) this.#left.push(left);
    }
    if (result.outcome === 'busy') this.#cost.busy += 1;
    if (result.outcome !== 'committed') return;
    this.#committed += 1;
    this.#cost.held += result.held;
    this.#cost.longestHeld = Math.max(this.#cost.longestHeld, result.held);
    this.#cost.waits += result.waiting;
    for (const { deletes } of result.changes) if (deletes < 0) this.#restored -= deletes;
    this.#deleted += result.deleted;
  }

  /** Adds what ends otherwise than planned. */
  leave(left: readonly LeftAlone[]): void {
    this.#left.push(...left);
  }

  /** How far it is. `presetsLeft`: how many presets have work left. */
  progress(presetsLeft: number, standbyBehind = 0): RepairProgress {
    const elapsed = performance.now() - this.#start;
    const presets = this.#plan.changes.length;
    const done = presets - presetsLeft;
    const records = this.#deleted + this.#restored;
    const allRecords = Math.max(records, this.#plan.recordsToDelete + this.#plan.recordsToRestore);
    // Records, if any, are most of the work.
    const part = (done + records / 50) / Math.max(1, presets + allRecords / 50);
    return {
      done,
      presets,
      records,
      allRecords,
      ...this.cost(),
      standbyBehind,
      elapsed,
      remaining: part > 0 ? (elapsed / part) * (1 - part) : null,
    };
  }

  /** All of it, once it has ended. */
  sums(): Pick<RepairOutcome, 'changed' | 'deleted' | 'restored' | 'durationMs' | 'left'> {
    return {
      changed: this.changed.size,
      deleted: this.#deleted,
      restored: this.#restored,
      durationMs: Math.round(performance.now() - this.#start),
      left: this.#left,
    };
  }

  /** What it cost. */
  cost(): RepairCost {
    const { waited, stuck } = this.#standbys;
    return { ...this.#cost, standbyWait: waited, standbysLeft: stuck };
  }

  #isReported({ id, reason, message }: LeftAlone): boolean {
    const key = JSON.stringify([id, reason, reason === 'reference' ? message : null]);
    if (this.#reported.has(key)) return true;
    this.#reported.add(key);
    return false;
  }
}
