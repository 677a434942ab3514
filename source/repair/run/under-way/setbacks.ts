import { ConsoleError, exitCodes } from '../../../errors/errors.ts';
import type { BatchResult } from '../batch.ts';

// In a row.
const mostLost = 5;
const mostRefused = 50;

/** Batches that failed in a row: going on would fail the same way over and over. */
export class Setbacks {
  #lost = 0;
  #refused = 0;
  readonly #rows: string;

  /** `rows`: what the rows of the counter are called. */
  constructor(rows: string) {
    this.#rows = rows;
  }

  /** Notes the result of a batch; throws once there were too many. */
  note({ outcome, message, error }: BatchResult): void {
    this.#lost = outcome === 'lost' ? this.#lost + 1 : 0;
    if (error && this.#lost > mostLost) throw error;
    if (outcome === 'refused') this.#refused += 1;
    else if (outcome === 'committed') this.#refused = 0;
    if (this.#refused <= mostRefused) return;
    throw new ConsoleError({
      code: 'server-refuses',
      message: `The server refused ${this.#refused} batches in a row: ${message ?? 'no reason given'}.`,
      hint: `A trigger or a constraint on ${this.#rows} rejects these counts. Check it, then run this again.`,
      exitCode: exitCodes.unhealthy,
    });
  }
}
