import type { Severity } from '../counter/finding.ts';
import { minus, type Quantity } from '../counter/quantity.ts';

/** `sync` and `reset` write counts; `undo` takes one of them back. */
export type RepairAction = 'sync' | 'reset' | 'undo';

/** What an engineer chose besides the action. */
export interface RepairOptions {
  /** sync: also sets the time of the last use to that of the newest record. */
  lastUsed: boolean;
  /** reset: deletes the records too. */
  deleteHistory: boolean;
  /** sync: leaves out counts that are wrong for one of these causes. */
  except?: readonly string[];
  /** Keeps triggers from firing in the transactions that write. Constraints are still checked. */
  suppressTriggers: boolean;
}

/** Whether a repair deletes records. */
export function deletesRecords({
  action,
  options,
}: {
  action: RepairAction;
  options: RepairOptions;
}): boolean {
  return action === 'reset' && options.deleteHistory;
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
  /** The count when the plan was made, and what it would become: NULL again if an undo restores that. */
  before: Quantity | null;
  after: Quantity | null;
  delta: Quantity;
  /** The count minus what it should be, when the plan was made. */
  drift: Quantity;
  /** The number of records, or the sum of their amounts. */
  records: Quantity;
  /** Records that are deleted; negative if they are put back. */
  deletes: number;
  /** The sum of the amounts of those; left out if records are counted. */
  worth?: Quantity;
  /** Exactly as the server writes the time. `lastUsedAfter` is undefined if it does not change. */
  lastUsedBefore: string | null;
  lastUsedAfter?: string | null;
  /** How many records there are, if their amounts are added up. */
  many?: number;
  /** The count stands in another table, which gets a row for it. */
  adds?: boolean;
}

/** By how much a count is off; a count of NULL is 0. */
export function driftOf({ count, records }: { count: Quantity | null; records: Quantity }): Quantity {
  return minus(count ?? 0, records);
}

/** By how much deleting these records lowers what the count should be. */
export function worthOf({ deletes, worth }: { deletes: number; worth?: Quantity }): Quantity {
  return worth ?? deletes;
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
    | 'over-limit'
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
  /** Milliseconds that it waited for standbys that had fallen behind, and how many it no longer waits for. */
  standbyWait: number;
  standbysLeft: number;
  /** Bytes that a standby is behind for which it waits now; 0 if it waits for none. */
  standbyBehind: number;
  elapsed: number;
  /** Time left at this rate; null before there is a rate. */
  remaining: number | null;
}

/** What a repair cost the application: see RepairProgress. */
export type RepairCost = Pick<
  RepairProgress,
  'longestHeld' | 'held' | 'waits' | 'busy' | 'standbyWait' | 'standbysLeft'
>;

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
  cost: RepairCost;
}
