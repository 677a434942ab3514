import type { Severity } from '../counter/finding.ts';

/** `sync` and `reset` write counts; `undo` takes one of them back. */
export type RepairAction = 'sync' | 'reset' | 'undo';

/** What an engineer chose besides the action. */
export interface RepairOptions {
  /** sync: also sets `last_used_at` to the time of the newest record. */
  lastUsed: boolean;
  /** reset: deletes the records too. */
  deleteHistory: boolean;
  /** sync: leaves out counts that are wrong for one of these causes. */
  except?: readonly string[];
  /** Keeps triggers from firing in the transactions that write. Constraints are still checked. */
  suppressTriggers: boolean;
}

/** Why one count is wrong, as far as a plan has to know. */
export interface WhyWrong {
  /** The code of the diagnosis. */
  code: string;
  /** False if it is only possible. */
  isSure: boolean;
}

export const noOptions: RepairOptions = { lastUsed: false, deleteHistory: false, suppressTriggers: false };

/**
 * One preset that a plan changes. What is applied is `delta`, never `after`. A use that comes in between raises count
 * and records together, so the difference still holds and the use is kept.
 */
export interface Change {
  id: string;
  name: string;
  /** `usage_count` when the plan was made, and what it would become: NULL again if an undo restores that. */
  before: number | null;
  after: number | null;
  delta: number;
  /** `usage_count` minus records, when the plan was made. */
  drift: number;
  records: number;
  /** Records that are deleted; negative if they are put back. */
  deletes: number;
  /** Exactly as the server writes the time. `lastUsedAfter` is undefined if it does not change. */
  lastUsedBefore: string | null;
  lastUsedAfter?: string | null;
}

/** A trigger that fires because of the write. */
export interface FiringTrigger {
  name: string;
  table: string;
  function: string;
  /** Such as `UPDATE`. */
  event: string;
  /** What its function does according to its text, such as `writes public.milestones`; empty if that is nothing. */
  effects: string[];
  /** False if `suppressTriggers` silences it; true if it fires in any case. */
  always: boolean;
}

/** Something to know before confirming, such as that every count will disagree with the history. */
export interface Remark {
  code: string;
  severity: Severity;
  message: string;
}

/** Why a preset was left alone, or is not as it was before; the id is null for records of no preset. */
export interface LeftAlone {
  id: string | null;
  name: string;
  /**
   * `moved`: its drift is not the planned one; `newer`: a later repair has changed it; `wrong`: written, but not with
   * the right result; `there`: what an undo would put back is already in the table; `unsure`: it may be. For `moved` and
   * `newer`, an undo still puts records back.
   */
  reason:
    | 'gone'
    | 'moved'
    | 'locked'
    | 'refused'
    | 'wrong'
    | 'newer'
    | 'reference'
    | 'there'
    | 'unsure'
    | 'too-large'
    | 'stopped';
  message: string;
}

/** Progress of a repair. Times in milliseconds. */
export interface RepairProgress {
  /** Presets done and planned; records deleted or put back so far, and planned. */
  done: number;
  presets: number;
  records: number;
  allRecords: number;
  /**
   * The cost for the application: the longest and the total time that rows were held, and how many sessions were seen
   * waiting.
   */
  longestHeld: number;
  held: number;
  waits: number;
  /** How often another session held a row, so that it was retried later. */
  busy: number;
  elapsed: number;
  /** Time left at this rate; null before there is a rate. */
  remaining: number | null;
}

/** What a repair did. */
export interface RepairOutcome {
  /** Presets whose count was written and confirmed by the audit afterwards. */
  changed: number;
  /** Records deleted, and records put back. */
  deleted: number;
  restored: number;
  durationMs: number;
  /** The receipt's file. */
  receipt: string;
  receiptId: string;
  /** Every preset of the plan that did not end up as planned. */
  left: LeftAlone[];
  /** How it ended. */
  ended: 'finished' | 'interrupted' | 'failed';
  /** What stopped it, if it failed after it had written something. */
  error: { code: string; message: string; hint: string; exitCode: number } | null;
  /** See RepairProgress. */
  cost: Pick<RepairProgress, 'longestHeld' | 'held' | 'waits' | 'busy'>;
}

/** Leaves a preset alone whose count is not a number that a difference can be added to, such as NaN. */
export function notANumber({
  id,
  name,
  exact,
}: {
  id: string;
  name: string;
  exact: string | null;
}): LeftAlone {
  return {
    id,
    name,
    reason: 'refused',
    message: `Its usage_count is ${exact}, which adding a difference cannot correct: set it by hand with an UPDATE.`,
  };
}
