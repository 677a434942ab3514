/** Random numbers that are the same in every run, so that the demo looks the same to everyone. */
export interface Random {
  /** From 0 to just below 1. */
  fraction(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[];
  /** An index of `weights`, with probability proportional to the weight; weights need not add up to 1. */
  weighted(weights: readonly number[]): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Makes a generator (mulberry32) from `seed`, a 32-bit whole number. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number) => low + Math.floor(fraction() * (high - low + 1));

  return {
    fraction,
    whole,
    pick: items => items[whole(0, items.length - 1)]!,
    shuffle(items) {
      const copy = [...items];
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = whole(0, last);
        [copy[last], copy[other]] = [copy[other]!, copy[last]!];
      }
      return copy;
    },
    weighted(weights) {
      let left = fraction() * weights.reduce((sum, weight) => sum + weight, 0);
      const index = weights.findIndex(weight => {
        left -= weight;
        return left < 0;
      });
      // Rounding may leave a small rest after the last weight.
      return index === -1 ? weights.findLastIndex(weight => weight > 0) : index;
    },
    uuid() {
      const bytes = Array.from({ length: 16 }, () => whole(0, 255));
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      const hex = bytes.map(byte => byte.toString(16).padStart(2, '0')).join('');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
}
