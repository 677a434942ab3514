import type { BatchLimits } from '../../batch-limits.ts';
import type { StandbyLimits } from '../pace/standbys.ts';

/** How a plan is run. */
export interface RunOptions {
  /** In seconds. Statement timeout, and how long a row held by another session is retried. */
  timeout: number;
  lockTimeout: number;
  /** Where the receipt goes. */
  directory: string;
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
  /** True if the plan was made just now: otherwise it is made again and must be the same. */
  fresh?: boolean;
  /** Lower limits than usual for one batch. */
  most?: Partial<BatchLimits>;
  /** Milliseconds without a sign of others after which it writes in large batches and does not rest; usually a second. */
  quietAfter?: number;
  /** When it waits for standbys, if not as usual. */
  standbys?: Partial<StandbyLimits>;
}
