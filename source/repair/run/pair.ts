import { Turns } from '../../connection/room/turns.ts';
import type { Reader } from '../../connection/transactions.ts';
import { quietLimits } from '../batch-limits.ts';
import type { FullPlan } from '../plan/draft.ts';
import { deletesRecords } from '../repair.ts';
import type { Batch } from './batch.ts';

// In bytes, on average over a batch. A few larger ones take as much memory as many small ones.
const smallRecord = 4_096;

/**
 * Whether two batches of a plan may run at a time. It deletes records, or it puts back records that a unique key keeps from being there
 * twice. These are small, and no batch of the receipt is so large that reading it again from its beginning takes long.
 */
export function mayPair(plan: FullPlan): boolean {
  const { receipt, recordsToRestore, evidence } = plan;
  if (deletesRecords(plan)) return true;
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
 * Batches of one repair that run at a time, each on a connection of its own. They take turns to begin, and the receipt notes them
 * in that order, so transaction numbers ascend there. Then records are put back side by side. Records are deleted in turn, while
 * those of the next batch are read and noted: so each knows which one was committed since its own were read.
 */
export class Pair {
  readonly #turns = new Turns();
  readonly #deletions: Turns | null;
  readonly #processes = new Map<Batch, number>();
  /** What ends the turns of each batch under way. Work on a lost connection never settles, so a turn would not end by itself. */
  readonly #ends = new Map<Batch, PromiseWithResolvers<never>>();

  constructor(plan: FullPlan) {
    this.#deletions = deletesRecords(plan) ? new Turns() : null;
  }

  /** Begins a batch with `work` when no other is beginning. */
  begin<T>(batch: Batch, { rows }: Reader, work: () => Promise<T>): Promise<T> {
    const end = Promise.withResolvers<never>();
    end.promise.catch(() => {});
    this.#ends.set(batch, end);
    return this.#inTurn(this.#turns, batch, async () => {
      const [row] = (await rows('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
      if (row) this.#processes.set(batch, row.pid);
      return work();
    });
  }

  /** Writes and commits a batch with `work`, in the order in which they began if it deletes records. */
  write<T>(batch: Batch, work: () => Promise<T>): Promise<T> {
    return this.#deletions ? this.#inTurn(this.#deletions, batch, work) : work();
  }

  /** The server processes of the batches under way. */
  get processes(): ReadonlySet<number> {
    return new Set(this.#processes.values());
  }

  /** A batch has ended: it takes no turn any more. */
  ended(batch: Batch): void {
    this.#processes.delete(batch);
    this.#ends.get(batch)?.reject(overAlready());
    this.#ends.delete(batch);
  }

  #inTurn<T>(turns: Turns, batch: Batch, work: () => Promise<T>): Promise<T> {
    return turns.take(() => {
      const end = this.#ends.get(batch);
      return end ? Promise.race([work(), end.promise]) : Promise.reject(overAlready());
    });
  }
}

function overAlready(): Error {
  return new Error('the batch has ended');
}
