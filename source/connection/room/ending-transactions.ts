import { withDeadline } from '../deadlines.ts';

// In milliseconds: a server that needs longer for a COMMIT does not answer any more, which the next transaction has to find out.
const longest = 1_000;

/**
 * The transactions of a pool whose work is done. Nobody waits for their COMMIT, so the next transaction would open another
 * connection, which costs both sides many times as much.
 */
export class EndingTransactions {
  readonly #ending = new Set<Promise<void>>();
  #running = 0;
  /** As many connections are open as transactions have run at the same time. */
  #open = 0;

  /** Waits for a connection that is about to be free, if none is. */
  async room(): Promise<void> {
    if (this.#ending.size > 0 && this.#running >= this.#open)
      await withDeadline(Promise.race(this.#ending), longest, undefined);
  }

  /** Notes a transaction that begins now; `done` resolves when its work is done, and `transaction` settles when it has ended. */
  begins(transaction: Promise<unknown>, done: Promise<unknown>): void {
    this.#running += 1;
    this.#open = Math.max(this.#open, this.#running);
    const ended = transaction.then(nothing, nothing).then(() => {
      this.#running -= 1;
      this.#ending.delete(ended);
    });
    done.then(() => this.#ending.add(ended), nothing);
  }
}

function nothing(): void {}
