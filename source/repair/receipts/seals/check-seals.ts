import { thisUser } from '../../../config/files/this-user.ts';
import type { Origin, Provenance, ReceiptHead } from '../receipt.ts';
import type { Verifier } from './receipt-key.ts';
import { isSealOf, splitSeal } from './seal.ts';

/**
 * Checks the seals of a receipt, line by line. Each line must follow an earlier one, usually the last. But when two
 * processes add outcomes at once, both lines follow the same one, and a line that was not known to be written is skipped
 * by the next.
 */
export class SealCheck {
  readonly #verifier: Verifier;
  readonly #seen = new Set<string>();
  #last = '';
  #sealed = 0;
  #first: 'good' | 'bad' | null = null;
  /** The number of the first line that differs from what was sealed. */
  #changed: number | null = null;

  constructor(verifier: Verifier) {
    this.#verifier = verifier;
  }

  /**
   * Checks a line; false for an exact repetition of an earlier one. Two processes that record the same outcome at once
   * write that, and it says nothing new. Nothing else is ever written twice.
   */
  take(number: number, line: Buffer, value: unknown): boolean {
    const parts = splitSeal(line);
    const isAgain = parts !== null && this.#seen.has(parts.seal);
    const { after, kind } = value as { after?: unknown; kind?: unknown };
    if (isAgain && kind === 'settled') return false;
    const { key } = this.#verifier;
    if (parts) this.#sealed += 1;
    const good =
      parts !== null &&
      key !== null &&
      !isAgain &&
      isSealOf(key, parts) &&
      (this.#first === null ? after === undefined : typeof after === 'string' && this.#seen.has(after));
    if (good) {
      this.#seen.add(parts.seal);
      this.#last = parts.seal;
    } else {
      this.#changed ??= number;
    }
    this.#first ??= good ? 'good' : 'bad';
    return true;
  }

  /** The result for a receipt with this head. */
  result({ by }: ReceiptHead): Provenance {
    const { key, why, exposed, directory } = this.#verifier;
    const doubt = (origin: Exclude<Origin, 'own'>, sentence: string): Provenance => ({
      origin,
      doubt: sentence,
      seal: null,
    });
    if (exposed) return doubt('exposed', `Others could have changed it: ${why}.`);
    if (this.#sealed === 0) {
      return doubt(
        'unsealed',
        'It carries no seal: an older version of this console wrote it, or something else did.',
      );
    }
    if (key === null) return doubt('no-key', `It cannot be verified: ${why}.`);
    if (this.#first === 'bad') {
      return doubt(
        'other-key',
        'It was not sealed here: it comes from another machine or state directory, or its first line was changed.',
      );
    }
    if (this.#changed !== null) {
      return doubt(
        'edited',
        `It was changed after it was written: line ${this.#changed} is not what was sealed.`,
      );
    }
    const seal = { directory, last: this.#last };
    const me = thisUser();
    if (by.user === me.user && by.host === me.host) return { origin: 'own', doubt: null, seal };
    const sentence = `It was written by ${by.user} on ${by.host}, and this is ${me.user} on ${me.host}.`;
    return { origin: 'other-user', doubt: sentence, seal };
  }
}
