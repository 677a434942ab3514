import type { Quantity } from '../../counter/quantity.ts';
import type { AwayRecords, LeftState } from './undo/undoable-changes.ts';

/** A part of a repair: one preset, or the records of none. */
export interface RepairTask {
  /** The preset; null for records whose preset is gone. */
  id: string | null;
  name: string;
  /** The count minus records when it was planned, or after the batch before. */
  drift: Quantity;
  /** About how many records it deletes or puts back: batches are made of about equal sums. */
  weight: number;
  /** What the records that batches of this reset have already deleted were worth. */
  gone?: Quantity;
  /** undo: what is restored. */
  undo?: UndoStep;
}

/** Records go back with their count, whatever the drift is now. The rest goes back only if the drift is the expected one. */
export interface UndoStep {
  records: AwayRecords | null;
  /** What goes back besides records, with the last records of the preset. */
  state: LeftState | null;
  /** The time of the last use, which does not depend on the drift; null if it stays. */
  lastUsed: LeftState['lastUsed'];
}
