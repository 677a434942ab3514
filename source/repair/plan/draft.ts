import type { Receipt } from '../receipts/receipt.ts';
import type { Change, Remark } from '../repair.ts';
import type { PresenceEvidence } from '../run/presence/present-records.ts';
import type { RepairFacts } from '../sql/facts.ts';
import type { RepairPlan } from './repair-plan.ts';
import type { PlanParts } from './stale-plan.ts';
import type { RepairTask } from './task.ts';

/** What the planner of an action finds. */
export interface PlanDraft {
  changes: Change[];
  tasks: RepairTask[];
  recordsToDelete: number;
  recordsToRestore: number;
  remarks: Remark[];
  left: RepairPlan['left'];
  method: RepairPlan['method'];
  /** What the fingerprint holds beside the database, the action and its options: nothing that correct uses move. */
  holds: unknown;
  /** Whether it sets `last_used_at` of any preset, now or after a use that comes before it is done. */
  maySetLastUsed: boolean;
  /** undo: what is taken back, and what tells whether it is away at all. */
  receipt?: Receipt;
  /** undo: for each column of the receipt the one that its values go into; null where they are left out. */
  into?: (string | null)[];
  evidence?: PresenceEvidence;
}

/** A plan with what carrying it out needs beside. */
export interface FullPlan extends RepairPlan {
  tasks: RepairTask[];
  /** What the fingerprint is made of. */
  parts: PlanParts;
  facts: RepairFacts;
  receipt: Receipt | null;
  /** undo: for each column of the receipt the quoted one that its values go into; null where they are left out. */
  into: readonly (string | null)[];
  /** undo: what tells whether deleted records are in the table all the same. */
  evidence: PresenceEvidence | null;
}
