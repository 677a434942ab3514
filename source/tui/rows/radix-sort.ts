const bits = 11;
const buckets = 1 << bits;

const digits = Math.ceil(32 / bits);

type NumberOf = (position: number) => number;

/**
 * Sorts positions by the numbers of each, the most important last; the greatest comes first, and NaN is greater than every number, as
 * in PostgreSQL. Equal ones keep their order. A million take some 50 ms, a tenth of what comparing them does.
 */
export function sortGreatestFirst(positions: Uint32Array, numbersOf: readonly NumberOf[]): void {
  const { length } = positions;
  // New memory is slow when it is written first, and these are most of it.
  let [from, to]: [Uint32Array, Uint32Array] = [positions, new Uint32Array(length)];
  let [keys, sortedKeys] = [new Uint32Array(length), new Uint32Array(length)];
  const counts = new Uint32Array(digits * buckets);
  for (const numberOf of numbersOf) {
    for (const word of [0, 1] as const) {
      if (!readWords(from, word, numberOf, keys)) continue;
      countDigits(keys, counts);
      for (let digit = 0; digit < digits; digit += 1) {
        const starts = counts.subarray(digit * buckets, (digit + 1) * buckets);
        if (!toStarts(starts, length)) continue;
        spread(from, keys, { to, sortedKeys, starts, shift: digit * bits });
        [from, to] = [to, from];
        [keys, sortedKeys] = [sortedKeys, keys];
      }
    }
  }
  if (from !== positions) positions.set(from);
}

/**
 * Reads the low (0) or the high word of each number's bits, turned so that it is smaller the greater the number is. False if all are the
 * same, as the low words of small whole numbers are.
 */
function readWords(positions: Uint32Array, word: 0 | 1, numberOf: NumberOf, words: Uint32Array): boolean {
  const number = new Float64Array(1);
  const parts = new Uint32Array(number.buffer);
  let different = 0;
  for (let index = 0; index < positions.length; index += 1) {
    // -0 is 0.
    number[0] = numberOf(positions[index] as number) + 0;
    const isNegative = (parts[1] as number) >>> 31 === 1;
    words[index] = isNegative ? (parts[word] as number) : ~(parts[word] as number) ^ (word << 31);
    different |= (words[index] as number) ^ (words[0] as number);
  }
  return different !== 0;
}

/** How many words have each digit at each place. */
function countDigits(words: Uint32Array, counts: Uint32Array): void {
  counts.fill(0);
  for (let index = 0; index < words.length; index += 1) {
    let rest = words[index] as number;
    for (let place = 0; place < digits * buckets; place += buckets) {
      const digit = place + (rest & (buckets - 1));
      counts[digit] = (counts[digit] as number) + 1;
      rest >>>= bits;
    }
  }
}

/** Turns how many words have each digit into where they begin; false if all have the same. */
function toStarts(counts: Uint32Array, length: number): boolean {
  let sum = 0;
  for (let digit = 0; digit < buckets; digit += 1) {
    const amount = counts[digit] as number;
    if (amount === length) return false;
    counts[digit] = sum;
    sum += amount;
  }
  return true;
}

interface Spreading {
  to: Uint32Array;
  sortedKeys: Uint32Array;
  starts: Uint32Array;
  shift: number;
}

/** Puts positions, and their keys with them, in the order of one digit. */
function spread(from: Uint32Array, keys: Uint32Array, { to, sortedKeys, starts, shift }: Spreading): void {
  for (let index = 0; index < from.length; index += 1) {
    const key = keys[index] as number;
    const digit = (key >>> shift) & (buckets - 1);
    const place = starts[digit] as number;
    starts[digit] = place + 1;
    to[place] = from[index] as number;
    sortedKeys[place] = key;
  }
}
