import type { Effect } from './effective.ts';

/** A part of a repair: one preset, or the records of none. */
export interface Task {
  /** The preset; null for records whose preset is gone. */
  id: string | null;
  name: string;
  /** `usage_count` minus records as it was planned, or as the batch before has left it. */
  drift: number;
  /** Records that it deletes or puts back, as far as known: batches are made of about as many. */
  weight: number;
  /** undo: the batch that is taken back, and what it did to this preset. */
  undo?: Effect;
}
