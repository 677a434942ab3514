/** A pause that can be cut short. */
export class WakeableTimer {
  #wake: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #at = 0;
  #rung = false;

  /** Resolves after `pause` milliseconds (Infinity: never), or when it is rung; immediately if it was rung before. */
  after(pause: number): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        clearTimeout(this.#timer);
        this.#wake = null;
        this.#rung = false;
        resolve();
      };
      if (this.#rung) return this.#wake();
      this.#at = Date.now() + pause;
      if (pause !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(this.#wake, pause);
    });
  }

  ring(): void {
    if (this.#wake) this.#wake();
    else this.#rung = true;
  }

  /** Shortens the rest of the pause to at most `pause` milliseconds. */
  atMost(pause: number): void {
    if (!this.#wake || this.#at <= Date.now() + pause) return;
    clearTimeout(this.#timer);
    this.#at = Date.now() + pause;
    this.#timer = setTimeout(this.#wake, pause);
  }
}
