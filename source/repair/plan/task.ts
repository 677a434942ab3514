import type { AwayRecords, LeftState } from './undo/undoable-changes.ts';

/** A part of a repair: one preset, or the records of none. */
export interface RepairTask {
  /** The preset; null for records whose preset is gone. */
  id: string | null;
  name: string;
  /** `usage_count` minus records as it was planned, or as the batch before has left it. */
  drift: number;
  /** Records that it deletes or puts back, as far as known: batches are made of about as many. */
  weight: number;
  /** undo: what is taken back. */
  undo?: UndoStep;
}

/** Records go back with their count, whatever has become of the drift; the rest only where it is the drift that is expected. */
export interface UndoStep {
  records: AwayRecords | null;
  /** What goes back beside, with the last records of the preset. */
  state: LeftState | null;
  /** `last_used_at`, which does not depend on the drift; null where it stays as it is. */
  lastUsed: LeftState['lastUsed'];
}
