// In milliseconds.
const usuallyAfter = 1_000;

/**
 * Whether others write on the server while a repair runs. Every transaction that writes takes the next number, however short its
 * session is and whoever may see it. So numbers that the repair did not take itself are the sign of others. Between the start of its
 * block and its end a batch may take any number of them: one for each block of a trigger that catches errors, for example.
 */
export class Traffic {
  #next: bigint;
  #seen: number;
  #takesOne = false;
  readonly #quietAfter: number;

  /**
   * `began` is the number (xid8) that the server gave next at a time (`performance.now()`). A repair has the server to itself
   * after so many milliseconds without a sign of others.
   */
  constructor({ xid, at }: { xid: string; at: number }, quietAfter = usuallyAfter) {
    this.#next = BigInt(xid);
    this.#seen = at;
    this.#quietAfter = quietAfter;
  }

  /** Notes the number of the repair's own next transaction. */
  began(xid: string): void {
    const own = BigInt(xid);
    if (own !== this.#next) this.others();
    this.#takesOne &&= own === this.#next;
    this.#next = own + 1n;
  }

  /** The same, beside a batch that may have taken the numbers before it. The batches themselves notice what others commit. */
  beganBeside(xid: string): void {
    this.ended(String(BigInt(xid) + 1n));
  }

  /** Notes the number that the server gave next once a transaction of the repair had ended: those before may be its own. */
  ended(next: string): void {
    const given = BigInt(next);
    this.#takesOne = given === this.#next;
    if (given > this.#next) this.#next = given;
  }

  /** Notes that others were seen: one waited for the repair, or the repair for one. */
  others(): void {
    this.#seen = performance.now();
  }

  /**
   * Whether the last batch took its own number alone, and nobody else any. While that holds, every number that was not begun with is
   * of others, even if two batches run at a time.
   */
  get takesOne(): boolean {
    return this.#takesOne;
  }

  get isQuiet(): boolean {
    return performance.now() - this.#seen >= this.#quietAfter;
  }
}
