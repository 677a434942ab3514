import type { ObservedChange } from '../../counter/count-change.ts';
import type { Counter } from '../../counter/counter.ts';

/** A change and when it was seen, by this machine's clock in milliseconds since 1970. */
export interface Seen {
  at: number;
  change: ObservedChange;
}

/** Why records are not counted: some are hidden, there is no index for it, or it took too long. */
export type WatchingLimit = 'hidden' | 'no-index' | 'slow';

/** A preset that is watched for a real use. Times in milliseconds since 1970 by this machine's clock. */
export interface Watching {
  id: string;
  /** When the first counts were read, the base that changes are measured from; null until then. */
  since: number | null;
  /** When the last counts before the end were read; null while it goes on. */
  until: number | null;
  /** What the last tick read; null until the first one. */
  base: Counter | null;
  blind: WatchingLimit | null;
  /** Oldest first. */
  changes: readonly Seen[];
}
