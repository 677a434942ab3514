import type { ObservedChange } from '../../counter/count-change.ts';
import type { Counter } from '../../counter/counter.ts';

/** A change and when it was seen, by this machine's clock in milliseconds since 1970. */
export interface Seen {
  at: number;
  change: ObservedChange;
}

/** Why records are not looked at: not all may be seen, no index serves counting them, or that took too long. */
export type WatchingLimit = 'hidden' | 'no-index' | 'slow';

/** A preset that is watched for a real use. Times in milliseconds since 1970 by this machine's clock. */
export interface Watching {
  id: string;
  /** When the first look came in, which changes are told from; null until then. */
  since: number | null;
  /** When the last look before the end came in; null while it goes on. */
  until: number | null;
  /** What the last look saw; null until the first one. */
  base: Counter | null;
  blind: WatchingLimit | null;
  /** Oldest first. */
  changes: readonly Seen[];
}
