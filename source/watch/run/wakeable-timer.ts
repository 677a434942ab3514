/** A pause that can be cut short. */
export class WakeableTimer {
  #wake: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #at = 0;
  /** The end of the pause, however often it is asked to rest. */
  #latest = 0;
  #rung = false;
  /** The pause that was asked for while none was on. */
  #wanted = Number.POSITIVE_INFINITY;

  /** Resolves after `pause` milliseconds (Infinity: never), or when it is rung; immediately if it was rung before. */
  after(pause: number): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        clearTimeout(this.#timer);
        this.#wake = null;
        this.#rung = false;
        resolve();
      };
      const wanted = this.#wanted;
      this.#wanted = Number.POSITIVE_INFINITY;
      if (this.#rung) return this.#wake();
      this.#latest = Date.now() + pause;
      this.#set(Math.min(this.#latest, Date.now() + wanted));
    });
  }

  ring(): void {
    if (this.#wake) this.#wake();
    else this.#rung = true;
  }

  /** Shortens the rest of the pause to at most `pause` milliseconds. */
  atMost(pause: number): void {
    if (!this.#wake) return;
    this.#latest = Math.min(this.#latest, Date.now() + pause);
    if (this.#at > this.#latest) this.#set(this.#latest);
  }

  /**
   * Shortens it to `pause` milliseconds after the last call in a row, and to `most` after the first. Where no pause is on, the next one
   * is shortened to `pause`.
   */
  once(pause: number, most: number): void {
    if (!this.#wake) {
      this.#wanted = pause;
      return;
    }
    this.#latest = Math.min(this.#latest, Date.now() + most);
    this.#set(Math.min(this.#latest, Date.now() + pause));
  }

  #set(at: number): void {
    clearTimeout(this.#timer);
    this.#at = at;
    const wake = this.#wake;
    // A timer may be late.
    if (at !== Number.POSITIVE_INFINITY && wake) this.#timer = setTimeout(wake, Math.max(0, at - Date.now()));
  }
}
