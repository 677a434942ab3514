// In milliseconds.
const usuallyAfter = 1_000;

/**
 * Whether others write on the server while a repair runs. Every transaction that writes takes the next number, however short its
 * session is and whoever may see it. So numbers that the repair did not take itself are the sign of others.
 */
export class Traffic {
  #next: bigint;
  #seen = performance.now();
  readonly #quietAfter: number;

  /**
   * `next` is the number (xid8) that the server gives to the next transaction. A repair has the server to itself after so many
   * milliseconds without a sign of others.
   */
  constructor(next: string, quietAfter = usuallyAfter) {
    this.#next = BigInt(next);
    this.#quietAfter = quietAfter;
  }

  /** Notes the number of the repair's own next transaction. */
  began(xid: string): void {
    const own = BigInt(xid);
    if (own !== this.#next) this.others();
    this.#next = own + 1n;
  }

  /** Notes that others were seen: one waited for the repair, or the repair for one. */
  others(): void {
    this.#seen = performance.now();
  }

  get isQuiet(): boolean {
    return performance.now() - this.#seen >= this.#quietAfter;
  }
}
