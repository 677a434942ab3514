import type { ColumnChoice } from '../../config/column-choice.ts';
import type { Counter } from '../../counter/counter.ts';
import type { CounterChoice } from '../../counter/definition/counter-choice.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { HistoryEntry } from '../history-entry.ts';
import type {
  Change,
  FiringTrigger,
  LeftAlone,
  Remark,
  RepairAction,
  RepairOptions,
  WhyWrong,
} from '../repair.ts';

/** A repair that is planned but not run: what the dialog, `--dry-run` and `--json` show. */
export interface RepairPlan {
  /** The request, so that the plan can be made again before it runs. */
  request: RepairRequest;
  action: RepairAction;
  options: RepairOptions;
  inspected: InspectedDatabase;
  /** What distinguishes this database from every other one, however it is reached. */
  identity: string;
  /** A hash of what must not change between planning and running. */
  fingerprint: string;
  /** What a person types to confirm, such as `reset mydb 412`; `undo unverified mydb 3` if the receipt is in doubt. */
  phrase: string;
  /** Largest change first. */
  changes: Change[];
  recordsToDelete: number;
  recordsToRestore: number;
  firesTriggers: FiringTrigger[];
  /** Why this role or this plan cannot suppress triggers; null if it can. */
  whyNotSuppress: string | null;
  /** The directory of the receipt. */
  backup: string;
  /** The SQL that runs for each batch. */
  statements: string[];
  /** How records are deleted; null if none are. */
  method: 'batches' | 'truncate' | null;
  remarks: Remark[];
  /**
   * The number of rows that are written, and about how many seconds that takes if nobody else writes; `others`: somebody did while
   * this was planned.
   */
  estimate: { rows: number; seconds: number; others: boolean };
  /** undo: what can no longer be restored. */
  left: LeftAlone[];
  /** undo: the receipt that it undoes. */
  undoes: string | null;
  /** undo: the receipt's id, and whether this console wrote it. */
  source: Pick<HistoryEntry, 'id' | 'origin' | 'doubt'> | null;
}

/** What to plan; `presets` are ids or names, empty for all of them. */
export interface RepairRequest {
  action: RepairAction;
  counter: CounterChoice;
  presets: readonly string[];
  /** True if the user named the counter: only then a guess is written to. */
  named?: boolean;
  options: RepairOptions;
  readOnly: boolean;
  /** The state directory, which holds the receipts. */
  directory: string;
  /** undo: the receipt's id or file. */
  receipt: string | null;
  /** undo: what to do with columns that have changed; left out if the user chose nothing. */
  columns?: ColumnChoice;
  /** undo: puts records back even if they may already be in the table. */
  putBackAnyway?: boolean;
  /** sync: finds out why counts are wrong; all records are null if they were not counted. Left out, nothing is said of it. */
  whyWrong?: (
    tables: Tables,
    wrong: readonly Counter[],
    allRecords: number | null,
    signal: AbortSignal | undefined,
  ) => Promise<ReadonlyMap<string, WhyWrong>>;
  /** True for a dry run: obstacles to writing become remarks. */
  dryRun?: boolean;
  /** True if this same repair holds the lock that keeps others out. */
  holdsLock?: boolean;
}
