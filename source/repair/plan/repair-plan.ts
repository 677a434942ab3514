import type { ColumnChoice } from '../../config/column-choice.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { HistoryEntry } from '../history-entry.ts';
import type { Change, FiringTrigger, LeftAlone, Remark, RepairAction, RepairOptions } from '../repair.ts';

/** A repair that has been looked up and not been done: what the dialog, `--dry-run` and `--json` show. */
export interface RepairPlan {
  /** What was asked for, so that it can be looked up again before acting. */
  request: RepairRequest;
  action: RepairAction;
  options: RepairOptions;
  look: InspectedDatabase;
  /** What tells this database from every other one, however it is reached. */
  identity: string;
  /** A hash of what must not change between looking and acting (CONTRACT.md). */
  fingerprint: string;
  /** What a person types to agree, such as `reset mydb 412`; `undo unverified mydb 3` where the receipt is in doubt. */
  phrase: string;
  /** By size of the change, the largest first. */
  changes: Change[];
  recordsToDelete: number;
  recordsToRestore: number;
  firesTriggers: FiringTrigger[];
  /** Why triggers cannot be kept quiet by this role or in this plan; null where they can. */
  whyNotSuppress: string | null;
  /** The directory that the receipt goes to. */
  backup: string;
  /** The SQL that runs for each batch. */
  statements: string[];
  /** How records are deleted; null where none are. */
  method: 'batches' | 'truncate' | null;
  remarks: Remark[];
  /** Rows that are written, and about how many seconds that takes. */
  estimate: { rows: number; seconds: number };
  /** undo: what does not fit any more. */
  left: LeftAlone[];
  /** undo: the receipt that it takes back. */
  undoes: string | null;
  /** undo: the receipt's id, and whether it is what this console wrote. */
  source: Pick<HistoryEntry, 'id' | 'origin' | 'doubt'> | null;
}

/** What is asked for; `presets` are ids or names, empty for all of them. */
export interface RepairRequest {
  action: RepairAction;
  schema: string;
  presets: readonly string[];
  options: RepairOptions;
  readOnly: boolean;
  /** Where receipts are kept. */
  directory: string;
  /** undo: the receipt's id or file. */
  receipt: string | null;
  /** undo: what becomes of columns that are not as they were; left out where nothing was said of any. */
  columns?: ColumnChoice;
  /** undo: records go back also where it cannot be told whether they are in the table. */
  putBackAnyway?: boolean;
  /** True where the plan is only looked at: what would keep it from being done is a remark then. */
  dryRun?: boolean;
  /** True where this very repair holds the claim that keeps others out. */
  claimed?: boolean;
}
