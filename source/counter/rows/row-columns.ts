import { type Counter, drift, isWrong, noTotals, type Totals } from '../counter.ts';
import { counts, NumberColumn } from './number-column.ts';
import { PositionIndex } from './position-index.ts';
import { type Place, RowTexts } from './row-texts.ts';

// What is known of a row, in one byte.
const present = 1;
const counted = 2;
const noCount = 4;
const used = 8;
/** No numbers are exactly its figures: see `#exact`. */
const exact = 16;
const wrong = 32;
/** Chosen by hand; a row keeps it until it is gone. */
const marked = 64;

/**
 * Rows with their counts as columns, some 60 bytes each with a UUID and a short name. As objects they take 600, and collecting the
 * garbage of a million of them takes seconds. Positions stay as long as their rows.
 */
export class RowColumns {
  readonly #texts = new RowTexts();
  readonly #index = new PositionIndex();
  #capacity = 0;
  #length = 0;
  #size = 0;
  #marks = 0;
  #flags = new Uint8Array(0);
  #places = new Uint32Array(0);
  #lastUsed = new Float64Array(0);
  readonly #counts = new NumberColumn(counts);
  readonly #records = new NumberColumn(counts);
  readonly #exact = new Map<number, Counter>();
  #unused: number[] = [];

  /** How many rows there are. */
  get size(): number {
    return this.#size;
  }

  /** All positions are below it. */
  get length(): number {
    return this.#length;
  }

  /** The position of a row, or -1. */
  find(id: string): number {
    this.#texts.take(id);
    return this.#index.find(this.#texts.hash, this.#isTaken);
  }

  has(position: number): boolean {
    return ((this.#flags[position] as number) & present) !== 0;
  }

  /** Whether the count is wrong; null if the records were not counted. */
  isWrong(position: number): boolean | null {
    const flags = this.#flags[position] as number;
    return (flags & counted) === 0 ? null : (flags & wrong) !== 0;
  }

  /** How many rows are marked. */
  get marks(): number {
    return this.#marks;
  }

  isMarked(position: number): boolean {
    return ((this.#flags[position] as number) & marked) !== 0;
  }

  /** Marks a row, or takes its mark away. */
  mark(position: number, on: boolean): void {
    if (!this.has(position) || this.isMarked(position) === on) return;
    this.#flags[position] = (this.#flags[position] as number) ^ marked;
    this.#marks += on ? 1 : -1;
  }

  /** The ids of the rows that are marked. */
  *markedIds(): Generator<string> {
    for (let position = 0; position < this.#length; position += 1)
      if (this.isMarked(position)) yield this.id(position);
  }

  id(position: number): string {
    return this.#texts.id(this.#places[position] as Place);
  }

  /** The order of two rows by their ids. */
  compareIds(a: number, b: number): number {
    return this.#texts.compareIds(this.#places[a] as Place, this.#places[b] as Place);
  }

  name(position: number): string {
    return this.#texts.name(this.#places[position] as Place);
  }

  /** Where the texts of a row are: those that were added later are further behind. */
  place(position: number): Place {
    return this.#places[position] as Place;
  }

  /** Where the next text goes. */
  get textsEnd(): Place {
    return this.#texts.end;
  }

  /** The id and the name as they are kept; the next call uses the same object. */
  texts(position: number): ReturnType<RowTexts['entry']> {
    return this.#texts.entry(this.#places[position] as Place);
  }

  count(position: number): number | null {
    return ((this.#flags[position] as number) & noCount) !== 0 ? null : this.#counts.get(position);
  }

  /** In milliseconds since 1970. */
  lastUsedAt(position: number): number | null {
    return ((this.#flags[position] as number) & used) === 0 ? null : (this.#lastUsed[position] as number);
  }

  /** Count minus records; null while those are not counted. */
  drift(position: number): number | null {
    const flags = this.#flags[position] as number;
    if ((flags & counted) === 0) return null;
    if ((flags & wrong) === 0) return 0;
    return (flags & exact) === 0
      ? (this.count(position) ?? 0) - this.#records.get(position)
      : drift(this.counter(position));
  }

  counter(position: number): Counter {
    const flags = this.#flags[position] as number;
    const known = (flags & exact) === 0 ? undefined : this.#exact.get(position);
    return known
      ? { ...known }
      : {
          id: this.id(position),
          name: this.name(position),
          usageCount: this.count(position),
          records: (flags & counted) === 0 ? null : this.#records.get(position),
          lastUsedAt: this.lastUsedAt(position),
        };
  }

  /** True if the row at `position` is exactly this one. */
  isAlike(position: number, counter: Counter): boolean {
    const flags = this.#flags[position] as number;
    if ((flags & exact) !== 0 || isExact(counter)) return isAlike(this.counter(position), counter);
    return (
      this.count(position) === counter.usageCount &&
      ((flags & counted) === 0 ? null : this.#records.get(position)) === counter.records &&
      this.lastUsedAt(position) === counter.lastUsedAt &&
      this.#texts.isNamed(this.#places[position] as Place, counter.name)
    );
  }

  /** Adds a row that is not in it; returns its position. */
  add(counter: Counter): number {
    const position = this.#unused.pop() ?? this.#length;
    if (position === this.#length) {
      if (this.#length === this.#capacity) this.reserve(Math.max(64, this.#length * 2));
      this.#length += 1;
    }
    this.#texts.take(counter.id);
    const { hash } = this.#texts;
    this.#places[position] = this.#texts.add(counter.name);
    this.#index.add(hash, position, this.#hashAt);
    this.#size += 1;
    this.#write(position, counter);
    return position;
  }

  set(position: number, counter: Counter): void {
    const place = this.#places[position] as Place;
    if (!this.#texts.isNamed(place, counter.name)) {
      this.#texts.take(counter.id);
      this.#places[position] = this.#texts.add(counter.name);
    }
    this.#write(position, counter);
  }

  /** Removes a row. Its position can be read until `reuse`. */
  remove(position: number): void {
    this.mark(position, false);
    this.#index.remove(this.#hashAt(position), position);
    this.#flags[position] = (this.#flags[position] as number) & ~present;
    this.#exact.delete(position);
    this.#size -= 1;
  }

  /** Lets rows to come have the positions of removed ones. */
  reuse(positions: Iterable<number>): void {
    for (const position of positions) this.#unused.push(position);
  }

  /** The rows whose counts are wrong. */
  *mismatches(): Generator<Counter> {
    const both = present | wrong;
    for (let position = 0; position < this.#length; position += 1)
      if (((this.#flags[position] as number) & both) === both) yield this.counter(position);
  }

  /** Sums over all rows. */
  totals(): Totals {
    const sum = { ...noTotals, rows: this.#size };
    for (let position = 0; position < this.#length; position += 1) {
      const flags = this.#flags[position] as number;
      if ((flags & (present | counted)) !== (present | counted)) continue;
      sum.records += this.#records.get(position);
      if ((flags & wrong) === 0) {
        sum.accurate += 1;
        continue;
      }
      sum.mismatched += 1;
      // PostgreSQL sorts NaN above every number. For a wrong count with a drift of 0 the direction is unknown.
      if ((this.drift(position) ?? 0) < 0) sum.tooLow += 1;
      else sum.tooHigh += 1;
    }
    return sum;
  }

  /** Makes room for `rows`. What is not written takes no memory. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.#flags = grown(this.#flags, new Uint8Array(rows));
    this.#places = grown(this.#places, new Uint32Array(rows));
    this.#lastUsed = grown(this.#lastUsed, new Float64Array(rows));
    this.#counts.reserve(rows);
    this.#records.reserve(rows);
    this.#index.reserve(rows, this.#hashAt);
  }

  #write(position: number, counter: Counter): void {
    const { usageCount, records, lastUsedAt } = counter;
    const hasExact = isExact(counter);
    this.#flags[position] =
      ((this.#flags[position] as number) & marked) |
      present |
      (records === null ? 0 : counted) |
      (usageCount === null ? noCount : 0) |
      (lastUsedAt === null ? 0 : used) |
      (hasExact ? exact : 0) |
      (isWrong(counter) ? wrong : 0);
    this.#counts.set(position, usageCount ?? 0);
    this.#records.set(position, records ?? 0);
    this.#lastUsed[position] = lastUsedAt ?? 0;
    if (hasExact) this.#exact.set(position, counter);
    else this.#exact.delete(position);
  }

  readonly #isTaken = (position: number) => this.#texts.isTaken(this.#places[position] as Place);
  readonly #hashAt = (position: number) => this.#texts.hashAt(this.#places[position] as Place);
}

function isExact({ exact, exactRecords, exactDrift }: Counter): boolean {
  return exact !== undefined || exactRecords !== undefined || exactDrift !== undefined;
}

function isAlike(a: Counter, b: Counter): boolean {
  return (
    Object.is(a.usageCount, b.usageCount) &&
    a.exact === b.exact &&
    Object.is(a.records, b.records) &&
    a.exactRecords === b.exactRecords &&
    a.exactDrift === b.exactDrift &&
    a.lastUsedAt === b.lastUsedAt &&
    a.name === b.name
  );
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(before: T, after: T): T {
  after.set(before);
  return after;
}
