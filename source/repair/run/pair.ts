import { Turns } from '../../connection/room/turns.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Batch } from './batch.ts';

/**
 * Batches of one repair that run at a time, each on a connection of its own. They begin in turns, up to their note in the receipt: so
 * the numbers of their transactions are in the order of the receipt, and only what the server does at last runs side by side.
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
