/** A preset that a stretch must explain: where its records lie, and how many of them the stretch must hold. */
export interface CandidateGroup {
  /** Ascending: times or transactions. */
  values: readonly number[];
  need: number;
  /** How much it means that a stretch holds exactly that many: see `surprise`. Never 0, so that small counts matter too. */
  weight: number;
}

/** A stretch of time or of transactions, both ends included; an infinite end is open. */
export interface Stretch {
  from: number;
  to: number;
}

/** Which ends of a stretch are open. The fewer ends are chosen, the less is left to chance. */
export type Openness = 'both' | 'end' | 'start' | 'neither';

/**
 * Where both ends of a stretch may lie so that it holds exactly what one preset needs: the start is above `above` and at most
 * `start`; the end is at least `end` and below `below`. In columns, because there may be tens of thousands.
 */
interface Corners {
  length: number;
  above: Float64Array;
  start: Float64Array;
  end: Float64Array;
  below: Float64Array;
  weight: Float64Array;
}

/**
 * The stretches that most presets agree on, by weight, the best first, at most `most` of them. A single preset allows one or
 * many; only what presets share is evidence. Each stretch is as narrow as its presets allow. With `others` (ascending), only
 * stretches that hold almost none of them: those in which the other presets were idle.
 */
export function commonStretches(
  subjects: readonly CandidateGroup[],
  open: Openness,
  others: readonly number[] | null = null,
  most = 8,
): Stretch[] {
  const everywhere = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  if (open === 'both') return [everywhere];
  const corners = cornersOf(subjects, open, others);
  if (open === 'neither') return sweep(corners, most);
  const at = open === 'end' ? 1 : -1;
  const [low, high] = open === 'end' ? [corners.above, corners.start] : [corners.below, corners.end];
  const intervals = Array.from({ length: corners.length }, (_, index) => ({
    low: at * low[index]!,
    high: at * high[index]!,
    weight: corners.weight[index]!,
  }));
  return best(pile(intervals), most).map(end =>
    open === 'end' ? { ...everywhere, from: end } : { ...everywhere, to: -end },
  );
}

// The share of other presets' records that such a stretch may hold: some counts may have been corrected by hand since.
const strayShare = 0.1;

/** How many stretches there were to choose from. The more there were, the less an agreement means. */
export function choices(subjects: readonly CandidateGroup[], open: Openness): number {
  if (open === 'both') return 1;
  if (open !== 'neither') return Math.max(1, subjects.length);
  return Math.max(
    1,
    subjects.reduce((sum, { values, need }) => sum + values.length - need + 1, 0),
  );
}

function cornersOf(
  subjects: readonly CandidateGroup[],
  open: Openness,
  others: readonly number[] | null,
): Corners {
  const most = subjects.reduce((sum, { values, need }) => sum + values.length - need + 1, 0);
  const column = () => new Float64Array(most);
  const corners: Corners = {
    length: 0,
    above: column(),
    start: column(),
    end: column(),
    below: column(),
    weight: column(),
  };
  for (const { values, need, weight } of subjects) {
    const last = values.length - need;
    for (let place = open === 'end' ? last : 0; place <= (open === 'start' ? 0 : last); place += 1) {
      const above = values[place - 1] ?? Number.NEGATIVE_INFINITY;
      const start = values[place]!;
      const end = values[place + need - 1]!;
      const below = values[place + need] ?? Number.POSITIVE_INFINITY;
      // Records with the same time, or of one transaction, are in or out together.
      if (above >= start || end >= below) continue;
      if (others && firstAbove(others, end) - firstNotBelow(others, start) > strayShare * need) continue;
      const index = corners.length;
      corners.above[index] = above;
      corners.start[index] = start;
      corners.end[index] = end;
      corners.below[index] = below;
      corners.weight[index] = weight;
      corners.length += 1;
    }
  }
  return corners;
}

/** The heights of overlapping intervals (low, high], each given at the highest point that has it. */
function pile(intervals: { low: number; high: number; weight: number }[]): Map<number, number> {
  const edges = intervals
    .flatMap(({ low, high, weight }) => [
      { at: low, by: weight, opens: true },
      { at: high, by: -weight, opens: false },
    ])
    // At its end an interval still counts; at its start it does not yet.
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
 * The points (start, end) that lie in the heaviest piles of rectangles. One pass over the starts, with the ends in a tree that
 * knows its heaviest leaf: n log n for n records.
 */
function sweep(corners: Corners, most: number): Stretch[] {
  const starts = distinct(corners.start.subarray(0, corners.length));
  const ends = distinct(corners.end.subarray(0, corners.length));
  if (starts.length === 0) return [];
  const tree = new HeaviestLeaf(ends.length);
  const opening = bucket(corners, starts.length, index => firstAbove(starts, corners.above[index]!));
  const closing = bucket(corners, starts.length, index => firstAbove(starts, corners.start[index]!) - 1);
  const found: { from: number; to: number; weight: number }[] = [];
  const put = (index: number, sign: 1 | -1) =>
    tree.add(
      firstAbove(ends, corners.end[index]!) - 1,
      firstNotBelow(ends, corners.below[index]!),
      sign * corners.weight[index]!,
    );
  for (const [place, from] of starts.entries()) {
    for (let item = opening.from[place]!; item < opening.from[place + 1]!; item += 1)
      put(opening.items[item]!, 1);
    if (closing.from[place]! < closing.from[place + 1]!) {
      const { leaf, weight } = tree.heaviest();
      // One for each of tens of thousands of records would be megabytes.
      if (found.length < most || weight > found.at(-1)!.weight) {
        const after = found.findIndex(other => other.weight < weight);
        found.splice(after < 0 ? found.length : after, 0, { from, to: ends[leaf]!, weight });
        found.length = Math.min(found.length, most);
      }
    }
    for (let item = closing.from[place]!; item < closing.from[place + 1]!; item += 1)
      put(closing.items[item]!, -1);
  }
  return found.map(({ from, to }) => ({ from, to }));
}

/** The corners sorted by place: those of a place are at `from[place]` up to, but not including, `from[place + 1]`. */
function bucket({ length }: Corners, places: number, placeOf: (index: number) => number) {
  const from = new Int32Array(places + 1);
  const place = Int32Array.from({ length }, (_, index) => placeOf(index));
  for (const each of place) from[each + 1]! += 1;
  for (let each = 0; each < places; each += 1) from[each + 1]! += from[each]!;
  const next = from.slice();
  const items = new Int32Array(length);
  for (let index = 0; index < length; index += 1) {
    const each = place[index]!;
    items[next[each]!] = index;
    next[each]! += 1;
  }
  return { from, items };
}

function distinct(values: Float64Array): Float64Array {
  const sorted = values.toSorted();
  return sorted.filter((value, index) => value !== sorted[index - 1]);
}

/** The index of the first of the ascending `values` above `value`; their length if there is none. */
export function firstAbove(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the first of the ascending `values` not below `value`; their length if there is none. */
export function firstNotBelow(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A list of numbers with fast addition to a range and fast access to the greatest. */
class HeaviestLeaf {
  readonly #size: number;
  readonly #most: Float64Array;
  readonly #added: Float64Array;

  constructor(leaves: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(2, leaves)));
    this.#most = new Float64Array(2 * this.#size);
    this.#added = new Float64Array(2 * this.#size);
  }

  /** Adds `weight` to the leaves from `from` up to, but not including, `to`. */
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
