import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { compareNames } from './name-order.ts';
import { inStretches } from './radix-sort.ts';
import type { RowList } from './row-list.ts';

/** Positions in the order of names, as of the time when texts ended at `mark`; the ones after it are of rows that were added or renamed since. */
interface Prepared {
  order: Uint32Array;
  mark: number;
}

/** Lists up to this length are in the order of their ids where all else is equal, which takes too long for longer ones. */
export const mostById = 20_000;

interface Preparing {
  steps: Generator<void, Prepared>;
  done: Prepared | null;
}

const prepared = new WeakMap<CounterRows, Preparing>();

// In milliseconds: what a key may have to wait, and what is left to others in between.
const slice = 8;
const rest = 4;
// In rows. The time is looked at that often.
const stride = 2_000;
// With more rows than this share added or renamed, the order is made anew.
const mostAdded = 0.02;

/** Sorts all names while nothing else is to do, so that a list of a million is sorted by name at once; then calls `done`. */
export function prepareNames(rows: CounterRows, done: () => void = () => {}): void {
  const preparing = needsAnew(rows) ? begin(rows) : null;
  const work = () => {
    const start = performance.now();
    while (preparing?.done === null && performance.now() - start < slice) advance(preparing);
    if (preparing?.done !== null) done();
    // Another list is open, or a key could not wait.
    else if (prepared.get(rows) === preparing) setTimeout(work, rest).unref();
  };
  work();
}

/** True for a list of more than `mostById` rows. */
export function isLongList({ rows }: { rows: RowList }): boolean {
  return rows.size > mostById;
}

/** Every position of `rows` in the order of names, of which those that `isListed`; of the first `most` in that order. */
export function inNameOrder(
  rows: CounterRows,
  isListed: (position: number) => boolean,
  most = rows.length,
): Uint32Array {
  const preparing = prepared.get(rows);
  const current = preparing && (preparing.done === null || !needsAnew(rows)) ? preparing : begin(rows);
  while (current.done === null) advance(current);
  const { mark } = current.done;
  const order = current.done.order.subarray(0, most);
  const added = addedSince(rows, mark).filter(isListed);
  added.sort((a, b) => compareNames(rows, a, b) || a - b);
  const result = new Uint32Array(Math.min(rows.size, order.length + added.length));
  let length = 0;
  let next = 0;
  inStretches(order.length, (start, end) => {
    for (let index = start; index < end; index += 1) {
      const position = order[index] as number;
      if (rows.place(position) >= mark || !rows.has(position) || !isListed(position)) continue;
      while (next < added.length && compareNames(rows, added[next] as number, position) < 0)
        result[length++] = added[next++] as number;
      result[length++] = position;
    }
  });
  while (next < added.length) result[length++] = added[next++] as number;
  return result.subarray(0, length);
}

/** The rows that were added or renamed since texts ended at `mark`. */
function addedSince(rows: CounterRows, mark: number): number[] {
  const added: number[] = [];
  inStretches(rows.length, (start, end) => {
    for (let position = start; position < end; position += 1)
      if (rows.place(position) >= mark && rows.has(position)) added.push(position);
  });
  return added;
}

// In rows. So many whose names differ in case alone are rare.
const mostAlike = 50;
// Of more rows than anybody scrolls back through, those of the last windows are kept.
const mostAnswers = 1_000;

/** Whether the name at a position is shared, as far as it was asked for, and in what that was found. */
interface Answers {
  order: Uint32Array;
  /** See Shared. */
  end: number;
  size: number;
  known: Map<number, boolean>;
}

const answers = new WeakMap<CounterRows, Answers>();

/**
 * Whether another row has exactly this name: of a short list by all its names, of a long one once its names are sorted. It is
 * asked for the rows on screen with each frame, so the answers are kept until a name is new, or a row gone.
 */
export function isSharedName(rows: CounterRows, position: number): boolean {
  if (rows.size <= mostById) return sharedNames(rows).has(rows.name(position));
  const order = prepared.get(rows)?.done?.order;
  if (!order) return false;
  const known = answersOf(rows, order);
  const answer = known.get(position) ?? isAmong(order, rows, position);
  if (known.size === mostAnswers) known.clear();
  known.set(position, answer);
  return answer;
}

function answersOf(rows: CounterRows, order: Uint32Array): Map<number, boolean> {
  const { textsEnd: end, size } = rows;
  const last = answers.get(rows);
  if (last?.order === order && last.end === end && last.size === size) return last.known;
  const known = new Map<number, boolean>();
  answers.set(rows, { order, end, size, known });
  return known;
}

function isAmong(order: Uint32Array, rows: CounterRows, position: number): boolean {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareNames(rows, order[middle] as number, position) < 0) low = middle + 1;
    else high = middle;
  }
  const name = rows.name(position);
  for (const other of order.subarray(low, low + mostAlike)) {
    if (!rows.has(other) || other === position) continue;
    if (compareNames(rows, other, position) !== 0) return false;
    if (rows.name(other) === name) return true;
  }
  return false;
}

interface Shared {
  names: ReadonlySet<string>;
  /** What they were found in: another name is further behind, and without a row there are fewer. */
  end: number;
  size: number;
}

const shared = new WeakMap<CounterRows, Shared>();

/** The names that more than one row has. */
function sharedNames(rows: CounterRows): ReadonlySet<string> {
  const { textsEnd: end, size } = rows;
  const known = shared.get(rows);
  if (known?.end === end && known.size === size) return known.names;
  const all = new Set<string>();
  const names = new Set<string>();
  for (let position = 0; position < rows.length; position += 1) {
    if (!rows.has(position)) continue;
    const name = rows.name(position);
    if (all.has(name)) names.add(name);
    else all.add(name);
  }
  shared.set(rows, { names, end, size });
  return names;
}

function needsAnew(rows: CounterRows): boolean {
  const known = prepared.get(rows)?.done;
  if (!known) return true;
  return addedSince(rows, known.mark).length > mostAdded * rows.length;
}

function begin(rows: CounterRows): Preparing {
  const preparing = { steps: sortSteps(rows), done: null };
  prepared.set(rows, preparing);
  return preparing;
}

function advance(preparing: Preparing): void {
  const step = preparing.steps.next();
  if (step.done) preparing.done = step.value;
}

/** Sorts by merging, and pauses after some rows. What is added or renamed meanwhile is not in order. */
function* sortSteps(rows: CounterRows): Generator<void, Prepared> {
  const mark = rows.textsEnd;
  let from: Uint32Array = new Uint32Array(rows.length);
  for (let position = 0; position < from.length; position += 1) from[position] = position;
  let to: Uint32Array = new Uint32Array(from.length);
  const { length } = from;
  let steps = 0;
  for (let width = 1; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(length, start + width);
      const end = Math.min(length, start + 2 * width);
      let [left, right] = [start, middle];
      for (let place = start; place < end; place += 1) {
        const isLeft =
          right === end ||
          (left < middle && compareNames(rows, from[left] as number, from[right] as number) <= 0);
        to[place] = from[isLeft ? left++ : right++] as number;
        steps += 1;
        if (steps % stride === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return { order: from, mark };
}
