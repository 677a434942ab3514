import * as z from 'zod/mini';

const milliseconds = (setting: string) =>
  `extract(epoch FROM coalesce(nullif(current_setting('${setting}', true), ''), '0')::interval)::float8 * 1000`;

/**
 * How long a transaction, and a pause in one, may take for this role, its database or the server; 0 is no limit. And the server process
 * that answers.
 */
export const readLimits = `SELECT ${milliseconds('transaction_timeout')} AS transaction,
  ${milliseconds('idle_in_transaction_session_timeout')} AS pause,
  pg_backend_pid() AS pid`;

const row = z.object({ transaction: z.number(), pause: z.number() });

// The server began to measure a little later than we did.
const slack = 0.9;

/**
 * Recognizes a transaction that such a limit ended. The server reports it as it closes the connection, but the driver only
 * reports that it is closed. So a transaction that took as long as the limit is assumed to have been ended by it.
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

  /** The error as the server reported it, with SQLSTATE 25P04 or 25P03; null if no limit was reached. */
  whyEnded(cause: unknown): Error | null {
    const { transaction, pause } = this.#limits;
    const now = performance.now();
    // The pause before the last statement, or the current one.
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
