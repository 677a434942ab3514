import type { UsageKind } from './usage.ts';

/** One record of `preset_usage`. */
export interface DemoRecord extends UsageKind {
  userId: string;
  /** See `createRhythm`. */
  moment: number;
}

/** A preset with its records, oldest first, and its count. */
export interface DemoPreset {
  id: string;
  name: string;
  /** The moment it was created; below 0 for those older than the history. */
  created: number;
  records: DemoRecord[];
  /** Records that are inserted and then deleted when the database is filled. */
  deleted: DemoRecord[];
  usageCount: number | null;
  /** The moment in `last_used_at`. */
  lastUsed: number | null;
}
