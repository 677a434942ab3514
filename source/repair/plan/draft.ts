import type { Receipt } from '../receipts/receipt.ts';
import type { Change, Remark } from '../repair.ts';
import type { PresenceEvidence } from '../run/presence/present-records.ts';
import type { RepairFacts } from '../sql/facts.ts';
import type { RepairPlan } from './repair-plan.ts';
import type { PlanParts } from './stale-plan.ts';
import type { RepairTask } from './task.ts';

/** The result of planning one action. */
export interface PlanDraft {
  changes: Change[];
  tasks: RepairTask[];
  recordsToDelete: number;
  recordsToRestore: number;
  remarks: Remark[];
  left: RepairPlan['left'];
  method: RepairPlan['method'];
  /** What the fingerprint holds besides the database, the action and its options: nothing that correct uses change. */
  holds: unknown;
  /** Whether it sets the time of the last use of any row, now or after a use that comes before the repair is done. */
  maySetLastUsed: boolean;
  /** reset: about how many bytes the deleted records take in the receipt; left out if they are few. */
  receiptBytes?: number;
  /** undo: the receipt that is undone. */
  receipt?: Receipt;
  /** undo: for each column of the receipt, the column that its values go into; null if they are left out. */
  into?: (string | null)[];
  evidence?: PresenceEvidence;
}

/** A plan with everything needed to run it. */
export interface FullPlan extends RepairPlan {
  tasks: RepairTask[];
  /** What the fingerprint is made of. */
  parts: PlanParts;
  facts: RepairFacts;
  /** reset: of how many records of each row a batch tries whether an undo can put them back. */
  playsUndo: number;
  /** The number (xid8) that the server gave next when planning began, and when that was (`performance.now()`). */
  began: { xid: string; at: number };
  /** The same when it had been made. */
  ended: { xid: string; at: number };
  receipt: Receipt | null;
  /** undo: for each column of the receipt, the quoted column that its values go into; null if they are left out. */
  into: readonly (string | null)[];
  /** undo: how to see whether deleted records are already in the table. */
  evidence: PresenceEvidence | null;
}
