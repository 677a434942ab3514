// Beyond this share of taken slots a search takes long.
const fullest = 0.8;
const free = 0;
const removed = 0xffffffff;

/** Finds positions by the hashes of their ids, in five bytes a row. */
export class PositionIndex {
  #slots = new Uint32Array(64);
  #taken = 0;

  /** The position with this hash for which `is` is true, or -1. */
  find(hash: number, is: (position: number) => boolean): number {
    const slots = this.#slots;
    for (let slot = hash % slots.length; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const entry = slots[slot] as number;
      if (entry === free) return -1;
      if (entry !== removed && is(entry - 1)) return entry - 1;
    }
  }

  /** Adds a position that is not in it; `hashOf` tells the hashes of those that are. */
  add(hash: number, position: number, hashOf: (position: number) => number): void {
    if (this.#taken + 1 > this.#slots.length * fullest) this.reserve(this.#taken * 1.6, hashOf);
    this.#put(hash, position);
  }

  remove(hash: number, position: number): void {
    const slots = this.#slots;
    for (
      let slot = hash % slots.length;
      slots[slot] !== free;
      slot = slot + 1 === slots.length ? 0 : slot + 1
    ) {
      if (slots[slot] !== position + 1) continue;
      slots[slot] = removed;
      return;
    }
  }

  /** Makes room for `rows` positions. */
  reserve(rows: number, hashOf: (position: number) => number): void {
    const length = Math.ceil(rows / fullest) + 64;
    if (length <= this.#slots.length) return;
    const before = this.#slots;
    this.#slots = new Uint32Array(length);
    this.#taken = 0;
    for (const entry of before)
      if (entry !== free && entry !== removed) this.#put(hashOf(entry - 1), entry - 1);
  }

  #put(hash: number, position: number): void {
    const slots = this.#slots;
    let slot = hash % slots.length;
    while (slots[slot] !== free) slot = slot + 1 === slots.length ? 0 : slot + 1;
    slots[slot] = position + 1;
    this.#taken += 1;
  }
}
