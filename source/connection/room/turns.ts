import { AsyncLocalStorage } from 'node:async_hooks';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';

/** Runs work in turns, each when the one before it is over, for what has a single connection. */
export class Turns {
  readonly #inTurn = new AsyncLocalStorage<true>();
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects with exit code 3 for work within a turn, which would wait for itself. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inTurn.getStore()) throw needsTwo();
    const turn = this.#last.then(() => this.#inTurn.run(true, work));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

function needsTwo(): ConsoleError {
  return new ConsoleError({
    code: 'too-many-connections',
    message: 'This needs two connections at a time, and the pooler gives this console one.',
    hint: "Raise the pooler's pool size for this database, or connect to the server itself.",
    exitCode: exitCodes.unreachable,
  });
}
