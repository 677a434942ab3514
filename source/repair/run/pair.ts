import { Turns } from '../../connection/room/turns.ts';
import type { Reader } from '../../connection/transactions.ts';
import { quietLimits } from '../batch-limits.ts';
import type { FullPlan } from '../plan/draft.ts';
import type { Batch } from './batch.ts';

// In bytes, on average over a batch. A few larger ones take as much memory as many small ones.
const smallRecord = 4_096;

/**
 * Whether two batches of a plan may run at a time. It puts back records that a unique key keeps from being there twice. They are small, and
 * no batch of the receipt is so large that reading it again from its beginning takes long.
 */
export function mayPair({ receipt, recordsToRestore, evidence }: FullPlan): boolean {
  return (
    recordsToRestore > 0 &&
    evidence?.column?.unique === true &&
    (receipt?.batches ?? []).every(({ records }) => {
      if (!records) return true;
      const { count, bytes = Number.POSITIVE_INFINITY } = records;
      return count <= quietLimits.records && bytes <= count * smallRecord;
    })
  );
}

/**
 * Batches of one repair that run at a time, each on a connection of its own. They take turns until each is
 * noted in the receipt, so transaction numbers ascend there. Only their writes on the server run side by side.
 */
export class Pair {
  readonly #turns = new Turns();
  readonly #processes = new Map<Batch, number>();

  /** Begins a batch with `work` when no other is beginning. */
  begin<T>(batch: Batch, { rows }: Reader, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const [row] = (await rows('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
      if (row) this.#processes.set(batch, row.pid);
      return work();
    });
  }

  /** The server processes of the batches under way. */
  get processes(): ReadonlySet<number> {
    return new Set(this.#processes.values());
  }

  /** A batch has ended. */
  ended(batch: Batch): void {
    this.#processes.delete(batch);
  }
}
