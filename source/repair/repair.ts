import type { Severity } from '../counter/finding.ts';

/** What a repair does: `sync` and `reset` write counts, `undo` takes one of them back. */
export type RepairAction = 'sync' | 'reset' | 'undo';

/** What an engineer chose, beside the action itself. */
export interface RepairOptions {
  /** sync: `last_used_at` becomes the time of the newest record as well. */
  lastUsed: boolean;
  /** reset: the records go too. */
  deleteHistory: boolean;
  /** Whether triggers are kept from firing in the transactions that write; constraints are checked all the same. */
  suppressTriggers: boolean;
}

export const noOptions: RepairOptions = { lastUsed: false, deleteHistory: false, suppressTriggers: false };

/**
 * One preset that a plan changes. What is applied is `delta`, never `after`: a use in between raises the count and the
 * number of records together, so the difference still holds, and the use is kept.
 */
export interface Change {
  id: string;
  name: string;
  /** `usage_count` when the plan was made, and what it would have become just then: NULL again where an undo restores that. */
  before: number | null;
  after: number | null;
  delta: number;
  /** `usage_count` minus records, when the plan was made. */
  drift: number;
  records: number;
  /** Records that are deleted (below 0: put back). */
  deletes: number;
  /** As the server writes the time, exactly; undefined in `lastUsedAfter` where it stays as it is. */
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
  /** What its function does as far as its text tells, such as `writes public.milestones`; empty where that is nothing. */
  effects: string[];
  /** False where it would stay quiet with `suppressTriggers`; true where it fires in any case. */
  always: boolean;
}

/** Something to know before agreeing, such as that every count will disagree with the history. */
export interface Remark {
  code: string;
  severity: Severity;
  message: string;
}

/** Why a preset was left as it is, or is not as it was; the id is null for records of no preset. */
export interface LeftAlone {
  id: string | null;
  name: string;
  /**
   * `moved`: its drift is another one than planned; `newer`: a later repair has changed it; `wrong`: written, and yet not
   * what it should be; `there`: what an undo would put back is in the table; `unsure`: it may be. With `moved` and `newer` an undo still puts records
   * back.
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

/** How a repair is getting on. Times in milliseconds. */
export interface RepairProgress {
  /** Presets dealt with and presets planned; records deleted or put back and how many were planned. */
  done: number;
  presets: number;
  records: number;
  allRecords: number;
  /** What it has cost the application: the longest and the whole time that rows were held, and sessions seen waiting. */
  longestHeld: number;
  held: number;
  waits: number;
  /** How often a row was somebody else's, so that it was tried again later. */
  busy: number;
  elapsed: number;
  /** How long it will take at this rate; null before there is a rate. */
  remaining: number | null;
}

/** What a repair did. */
export interface RepairOutcome {
  /** Presets whose count was written and found right afterwards. */
  changed: number;
  /** Records deleted, and records put back. */
  deleted: number;
  restored: number;
  durationMs: number;
  /** The receipt's file. */
  receipt: string;
  receiptId: string;
  /** Every preset that the plan names and that is not as planned. */
  left: LeftAlone[];
  /** Whether it came to its end, or why not. */
  ended: 'finished' | 'interrupted' | 'failed';
  /** What stopped it where it failed after something was done already. */
  error: { code: string; message: string; hint: string; exitCode: number } | null;
  /** What it cost; see RepairProgress. */
  cost: Pick<RepairProgress, 'longestHeld' | 'held' | 'waits' | 'busy'>;
}

/** Why a preset whose count is no number that a difference could be added to is left alone. */
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
    message: `Its usage_count is ${exact}, which no difference puts right exactly: set it by hand with an UPDATE.`,
  };
}
