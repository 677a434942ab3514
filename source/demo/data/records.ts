import type { UsageKind } from './usage.ts';

/** One record of `preset_usage`. */
export interface DemoRecord extends UsageKind {
  userId: string;
  /** See `createRhythm`. */
  moment: number;
}

/** One preset, its records (oldest first) and what its counter says. */
export interface DemoPreset {
  id: string;
  name: string;
  /** The moment it was made, below 0 for those older than the history. */
  created: number;
  records: DemoRecord[];
  /** Records that were there, and are deleted when the database is filled. */
  deleted: DemoRecord[];
  usageCount: number | null;
  /** The moment `last_used_at` tells of. */
  lastUsed: number | null;
}
