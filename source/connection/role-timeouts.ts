import * as z from 'zod/mini';

const milliseconds = (setting: string) =>
  `extract(epoch FROM coalesce(nullif(current_setting('${setting}', true), ''), '0')::interval)::float8 * 1000`;

/** What this role, its database or the server allows a transaction and a pause in one to take; 0 is no limit. */
export const readLimits = `SELECT ${milliseconds('transaction_timeout')} AS transaction,
  ${milliseconds('idle_in_transaction_session_timeout')} AS pause`;

const row = z.object({ transaction: z.number(), pause: z.number() });

// The server's clock began a little later than ours.
const slack = 0.9;

/**
 * Recognises the end that such a limit makes of a transaction. The server says so as it closes the connection, but the driver
 * passes on that it is closed and nothing else: what has taken as long as it may was ended for that.
 */
export class RoleLimits {
  #limits = { transaction: 0, pause: 0 };
  readonly #begun = performance.now();
  #answered = performance.now();
  #pause = 0;

  are(limits: unknown): void {
    this.#limits = z.safeParse(row, limits).data ?? this.#limits;
  }

  asks(): void {
    this.#pause = performance.now() - this.#answered;
  }

  answered(): void {
    this.#answered = performance.now();
  }

  /** The error that the server has given, with SQLSTATE 25P04 or 25P03; null where no limit was reached. */
  whyEnded(cause: unknown): Error | null {
    const { transaction, pause } = this.#limits;
    const now = performance.now();
    // The one before the last statement, or the one that is still going on.
    const paused = Math.max(this.#pause, now - this.#answered);
    const state =
      transaction > 0 && now - this.#begun >= slack * transaction
        ? '25P04'
        : pause > 0 && paused >= slack * pause
          ? '25P03'
          : null;
    return state && Object.assign(new Error('a limit of this role', { cause }), { code: state });
  }
}
