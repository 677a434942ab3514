/** A preset that a stretch has to explain: where its records lie, and how many of them the stretch must hold. */
export interface Subject {
  /** Ascending: times or transactions. */
  values: readonly number[];
  need: number;
  /** How much it says that a stretch holds exactly as many: see `surprise`; never 0, so that small counts have a say too. */
  weight: number;
}

/** A stretch of time or of transactions, both ends included; an infinite end is open. */
export interface Stretch {
  from: number;
  to: number;
}

/** Which ends of a stretch are open. The fewer may be chosen, the less is left to chance. */
export type Openness = 'both' | 'end' | 'start' | 'neither';

/** Where both ends of a stretch may lie so that it holds exactly what one preset needs. */
interface Corner {
  subject: number;
  /** The start lies above `above` and up to `start`; the end from `end` to below `below`. */
  above: number;
  start: number;
  end: number;
  below: number;
  weight: number;
}

/**
 * The stretches that most presets agree on, by weight, the best first, at most `most` of them. Every preset admits one or
 * many by itself; what they have in common is what tells. Each is as narrow as its presets allow. With `others`, ascending,
 * only where there are next to none of them: there the rest of the presets has been idle.
 */
export function commonStretches(
  subjects: readonly Subject[],
  open: Openness,
  others: readonly number[] | null = null,
  most = 8,
): Stretch[] {
  if (open === 'both') return [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];
  const corners = subjects
    .flatMap((subject, index) => cornersOf(subject, index, open))
    .filter(({ start, end, subject }) => {
      if (others === null) return true;
      const between = firstAbove(others, end) - firstNotBelow(others, start);
      return between <= strayShare * subjects[subject]!.need;
    });
  if (open === 'end')
    return best(pile(corners.map(c => ({ low: c.above, high: c.start, weight: c.weight }))), most).map(
      from => ({ from, to: Number.POSITIVE_INFINITY }),
    );
  if (open === 'start') {
    const piled = pile(corners.map(c => ({ low: -c.below, high: -c.end, weight: c.weight })));
    return best(piled, most).map(end => ({ from: Number.NEGATIVE_INFINITY, to: -end }));
  }
  return sweep(corners, most);
}

// Of other presets' records beside those of the one: some may have been put right by hand since.
const strayShare = 0.1;

/** How many stretches could have been chosen from: what an agreement has to be weighed against. */
export function choices(subjects: readonly Subject[], open: Openness): number {
  if (open === 'both') return 1;
  if (open !== 'neither') return Math.max(1, subjects.length);
  return Math.max(
    1,
    subjects.reduce((sum, { values, need }) => sum + values.length - need + 1, 0),
  );
}

function cornersOf({ values, need, weight }: Subject, subject: number, open: Openness): Corner[] {
  const corners: Corner[] = [];
  const last = values.length - need;
  const first = open === 'end' ? last : 0;
  for (let index = Math.max(0, first); index <= (open === 'start' ? 0 : last); index += 1) {
    const above = values[index - 1] ?? Number.NEGATIVE_INFINITY;
    const start = values[index]!;
    const end = values[index + need - 1]!;
    const below = values[index + need] ?? Number.POSITIVE_INFINITY;
    // What has the same time, or came in one transaction, is in or out together.
    if (above < start && end < below) corners.push({ subject, above, start, end, below, weight });
  }
  return corners;
}

/** The heights of overlapping intervals (low, high], each told at the highest point that has it. */
function pile(intervals: { low: number; high: number; weight: number }[]): Map<number, number> {
  const edges = intervals
    .flatMap(({ low, high, weight }) => [
      { at: low, by: weight, opens: true },
      { at: high, by: -weight, opens: false },
    ])
    // At one point an interval that ends there is still there, and one that begins there is not yet.
    .sort((a, b) => a.at - b.at || Number(a.opens) - Number(b.opens));
  const heights = new Map<number, number>();
  let height = 0;
  for (const { at, by, opens } of edges) {
    if (!opens && !heights.has(at)) heights.set(at, height);
    height += by;
  }
  return heights;
}

function best(heights: Map<number, number>, most: number): number[] {
  return [...heights]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([at]) => at);
}

/**
 * The points (start, end) that lie in the heaviest piles of rectangles: one pass over the starts, with the ends in a tree
 * that knows its heaviest leaf. n log n for n records.
 */
function sweep(corners: readonly Corner[], most: number): Stretch[] {
  const starts = distinct(corners.map(({ start }) => start));
  const ends = distinct(corners.map(({ end }) => end));
  if (starts.length === 0) return [];
  const tree = new HeaviestLeaf(ends.length);
  const opening: Corner[][] = starts.map(() => []);
  const closing: Corner[][] = starts.map(() => []);
  for (const corner of corners) {
    opening[firstAbove(starts, corner.above)]!.push(corner);
    closing[firstAbove(starts, corner.start) - 1]!.push(corner);
  }
  const found: { from: number; to: number; weight: number }[] = [];
  const range = ({ end, below }: Corner) => [firstAbove(ends, end) - 1, firstNotBelow(ends, below)] as const;
  for (const [index, from] of starts.entries()) {
    for (const corner of opening[index]!) tree.add(...range(corner), corner.weight);
    if (closing[index]!.length > 0) {
      const { leaf, weight } = tree.heaviest();
      found.push({ from, to: ends[leaf]!, weight });
    }
    for (const corner of closing[index]!) tree.add(...range(corner), -corner.weight);
  }
  return found
    .sort((a, b) => b.weight - a.weight)
    .slice(0, most)
    .map(({ from, to }) => ({ from, to }));
}

function distinct(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The index of the first of the ascending `values` that is greater than `value`; their length where none is. */
export function firstAbove(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the first of the ascending `values` that is not below `value`; their length where none is. */
export function firstNotBelow(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A row of numbers that whole ranges are added to, and that knows its greatest. */
class HeaviestLeaf {
  readonly #size: number;
  readonly #most: Float64Array;
  readonly #added: Float64Array;

  constructor(leaves: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(2, leaves)));
    this.#most = new Float64Array(2 * this.#size);
    this.#added = new Float64Array(2 * this.#size);
  }

  /** Adds `weight` to the leaves from `from` to before `to`. */
  add(from: number, to: number, weight: number): void {
    if (from < to) this.#add(1, 0, this.#size, from, to, weight);
  }

  #add(node: number, low: number, high: number, from: number, to: number, weight: number): void {
    if (from <= low && high <= to) {
      this.#most[node]! += weight;
      this.#added[node]! += weight;
      return;
    }
    const middle = (low + high) / 2;
    if (from < middle) this.#add(2 * node, low, middle, from, to, weight);
    if (to > middle) this.#add(2 * node + 1, middle, high, from, to, weight);
    this.#most[node] = Math.max(this.#most[2 * node]!, this.#most[2 * node + 1]!) + this.#added[node]!;
  }

  heaviest(): { leaf: number; weight: number } {
    let node = 1;
    while (node < this.#size) {
      node = this.#most[2 * node]! >= this.#most[2 * node + 1]! ? 2 * node : 2 * node + 1;
    }
    return { leaf: node - this.#size, weight: this.#most[1]! };
  }
}
