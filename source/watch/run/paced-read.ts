import { isConsoleError, isOutage } from '../../errors/errors.ts';

/** Like an audit: at most a hundredth of the time. */
export const share = 100;
// In milliseconds: what stays open is refreshed this often.
const leastPause = 30_000;
// A statement that timed out would time out again. After an outage there is nothing to spare.
const pauseAfterFailure = 600_000;

/** Reads something beside the ticks: one read at a time, and the same not again soon. */
export class PacedRead {
  readonly #signal: AbortSignal;
  readonly #turn: number;
  readonly #clock: () => number;
  #busy = false;
  #last: { of: string; same: number; other: number } | null = null;

  /** Something else is not read for `turn` times as long as the last read took. */
  constructor(signal: AbortSignal, turn = 0, clock: () => number = () => performance.now()) {
    this.#signal = signal;
    this.#turn = turn;
    this.#clock = clock;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  /** Forgets when it was last read: the next time is not too soon. */
  forget(): void {
    this.#last = null;
  }

  /** Runs `read` for `of`, unless it is too soon. A failed read is left to a later time; rejects only with faults of this program. */
  async run(of: string, read: () => Promise<void>): Promise<void> {
    const start = this.#clock();
    if (this.#busy || (this.#last && start < (this.#last.of === of ? this.#last.same : this.#last.other)))
      return;
    this.#busy = true;
    let repeats = true;
    try {
      await read();
    } catch (error) {
      repeats = isOutage(error);
      // The next tick reports a lost connection.
      if (!this.#signal.aborted && !isConsoleError(error)) throw error;
    } finally {
      const end = this.#clock();
      const pause = repeats ? Math.max(leastPause, share * (end - start)) : pauseAfterFailure;
      this.#last = { of, same: end + pause, other: end + this.#turn * (end - start) };
      this.#busy = false;
    }
  }
}
