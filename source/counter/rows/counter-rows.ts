import type { QueryTiming } from '../../connection/query-timing.ts';
import { type Counter, drift } from '../counter.ts';
import { indexes, NumberColumn } from './number-column.ts';
import { type Read, ReadTimes } from './read-times.ts';
import { RowColumns } from './row-columns.ts';

/** Two reads of one row, the earlier one first, that may be compared. */
export interface SeenTwice {
  before: Counter;
  beforeAt: QueryTiming;
  after: Counter;
}

interface SeeOptions {
  /** The page of an audit that `counters` are all rows of. */
  page?: object | undefined;
  /** Rows that are not compared, as this console itself writes them. */
  isOwn?: ((id: string) => boolean) | undefined;
}

/** The rows of a page of an audit: they have `number`, and are at positions from `first` to `last`. */
interface Page {
  number: number;
  first: number;
  last: number;
  /** False if some of its rows have to be read again, though they are the same. */
  isWhole: boolean;
}

/**
 * Every row of a counter as it was read last, once for the list and for the drift log. It is changed in place, by ticks and by audits,
 * which read at the same time: only a statement that was sent after the other was answered counts as later.
 */
export class CounterRows extends RowColumns {
  readonly #times = new ReadTimes();
  readonly #reads = new NumberColumn(indexes);
  readonly #pageOf = new NumberColumn(indexes);
  readonly #pages = new Map<object, Page>();
  #unusedPages: number[] = [];
  /** Rows that another read than that of their page has changed, as the page said. */
  readonly #audited = new Map<number, Counter>();
  /** The last read with records of rows whose records are not known now. */
  readonly #counted = new Map<number, Counter>();
  #changed = new Map<number, number | null>();
  #removed: number[] = [];

  /**
   * Takes in what one statement read, and returns what can be compared; nothing if `at` is null. With a page, rows that were on it
   * before and are not now are gone.
   */
  see(
    counters: readonly Counter[],
    at: QueryTiming | null,
    { page: key, isOwn }: SeeOptions = {},
  ): SeenTwice[] {
    const read = this.#begin(at);
    const page = key && this.#pageFor(key);
    const twice: SeenTwice[] = [];
    const seen = new Set<number>();
    for (const counter of counters) {
      const found = this.find(counter.id);
      const own = isOwn?.(counter.id) ?? false;
      const position = found < 0 ? this.#insert(counter, own ? 0 : read) : found;
      const last =
        found < 0 ? null : this.#look(position, counter, { read, own, isPage: page !== undefined });
      if (last) twice.push(last);
      if (!page) continue;
      seen.add(position);
      this.#putOn(page, position);
    }
    if (page) this.#endPage(page, seen, at);
    return twice;
  }

  /**
   * A page was read again and is as before. What ticks read of it otherwise meanwhile is as on the page again: they may have seen a
   * change, but not its reversal.
   */
  seeAgain(key: object, at: QueryTiming | null, { isOwn }: Pick<SeeOptions, 'isOwn'> = {}): SeenTwice[] {
    const page = this.#pages.get(key);
    if (!page) return [];
    const read = this.#begin(at);
    const twice: SeenTwice[] = [];
    for (let position = page.first; position <= page.last; position += 1) {
      if (!this.#isOn(page, position) || this.#isLate(position, at)) continue;
      const own = isOwn?.(this.id(position)) ?? false;
      const audited = this.#audited.get(position);
      const last = audited && this.#look(position, audited, { read, own, isPage: true });
      if (last) twice.push(last);
      this.#reads.set(position, own ? 0 : read);
    }
    return twice;
  }

  /** False if the rows of a page have to be read, even if they are as they were. */
  isWhole(key: object): boolean {
    return this.#pages.get(key)?.isWhole ?? false;
  }

  /** Ends an audit of these pages that began at `from`, by performance.now(). Rows that are on none and were not read since are gone. */
  endAudit(keys: Iterable<object>, from: number): void {
    const current = new Set<number>();
    const kept = new Set(keys);
    for (const [key, { number }] of this.#pages) {
      if (kept.has(key)) current.add(number);
      else {
        this.#pages.delete(key);
        this.#unusedPages.push(number);
      }
    }
    for (let position = 0; position < this.length; position += 1) {
      if (!this.has(position) || current.has(this.#pageOf.get(position))) continue;
      const isOnNone = this.#pageOf.get(position) === 0;
      const at = this.#times.at(this.#reads.get(position));
      // Without the time of a read it is not known whether it was before.
      if (at ? at.answeredAt >= from : isOnNone) this.#pageOf.set(position, 0);
      else this.#remove(position);
    }
  }

  /** Removes rows: one that comes back with the same id is another. */
  gone(ids: Iterable<string>): void {
    for (const id of ids) {
      const position = this.find(id);
      if (position < 0) continue;
      // If it comes back as it was, its page is as it was.
      for (const page of this.#pages.values())
        if (page.number === this.#pageOf.get(position)) page.isWhole = false;
      this.#remove(position);
    }
  }

  /** What was read until now is not compared with what comes. */
  forgetReads(ids?: Iterable<string>): void {
    if (!ids) {
      this.#reads.clear();
      this.#counted.clear();
      return;
    }
    for (const id of ids) {
      const position = this.find(id);
      if (position < 0) continue;
      this.#reads.set(position, 0);
      this.#counted.delete(position);
    }
  }

  /** Records were read while some were hidden: all have to be counted anew. */
  forgetRecords(): void {
    this.forgetReads();
    this.#audited.clear();
    for (const page of this.#pages.values()) page.isWhole = false;
    for (let position = 0; position < this.length; position += 1) {
      if (!this.has(position) || this.isWrong(position) === null) continue;
      this.#change(position, withoutRecords(this.counter(position)));
    }
  }

  /**
   * The rows that changed since this was called the last time, each with the change of its count, which is null for a new row. Null
   * if none did.
   */
  takeChanges(): ReadonlyMap<number, number | null> | null {
    if (this.#changed.size === 0 && this.#removed.length === 0) return null;
    const changed = this.#changed;
    this.#changed = new Map();
    this.reuse(this.#removed);
    this.#removed = [];
    return changed;
  }

  /** The drift when the records were counted last; null if they never were. By it a row that has to be counted again keeps its place. */
  lastDrift(position: number): number | null {
    const now = this.drift(position);
    if (now !== null) return now;
    const counted = this.#counted.get(position);
    return counted ? drift(counted) : null;
  }

  override reserve(rows: number): void {
    super.reserve(rows);
    this.#reads.reserve(rows);
    this.#pageOf.reserve(rows);
  }

  #begin(at: QueryTiming | null): Read {
    return at === null ? 0 : this.#times.begin(at, () => this.#reads.distinct());
  }

  #isLate(position: number, at: QueryTiming | null): boolean {
    const last = this.#times.at(this.#reads.get(position));
    return last !== undefined && at !== null && at.sentAt < last.answeredAt;
  }

  #insert(counter: Counter, read: Read): number {
    const position = this.add(counter);
    this.#reads.set(position, counter.records === null ? 0 : read);
    this.#pageOf.set(position, 0);
    this.#changed.set(position, null);
    return position;
  }

  /** Takes in a read of a row that is known; returns both reads if they may be compared. */
  #look(
    position: number,
    counter: Counter,
    { read, own, isPage }: { read: Read; own: boolean; isPage: boolean },
  ): SeenTwice | null {
    const at = this.#times.at(read);
    if (this.#isLate(position, at ?? null)) {
      if (isPage) this.#audited.set(position, counter);
      return null;
    }
    if (isPage) this.#audited.delete(position);
    else if (
      this.#pageOf.get(position) !== 0 &&
      !this.#audited.has(position) &&
      !this.isAlike(position, counter)
    )
      this.#audited.set(position, this.counter(position));
    if (counter.records === null) {
      this.#lookWithoutRecords(position, counter);
      return null;
    }
    const beforeAt = own ? undefined : this.#times.at(this.#reads.get(position));
    const before = this.#counted.get(position);
    this.#reads.set(position, own ? 0 : read);
    if (before === undefined && this.isAlike(position, counter)) return null;
    const last = before ?? this.counter(position);
    this.#counted.delete(position);
    this.#change(position, counter);
    return beforeAt && at ? { before: last, beforeAt, after: counter } : null;
  }

  /** If counting records is expensive, a tick reads only the count. What was counted stays while the count does not change. */
  #lookWithoutRecords(position: number, counter: Counter): void {
    const known = this.counter(position);
    const isSame = Object.is(known.usageCount, counter.usageCount) && known.exact === counter.exact;
    if (!isSame && known.records !== null && !this.#counted.has(position)) this.#counted.set(position, known);
    this.#change(position, isSame ? withRecordsOf(known, counter) : counter);
  }

  #change(position: number, counter: Counter): void {
    if (this.isAlike(position, counter)) return;
    // NaN if either count is NaN.
    const by = (counter.usageCount ?? 0) - (this.count(position) ?? 0) || 0;
    this.set(position, counter);
    const before = this.#changed.get(position);
    if (before !== null) this.#changed.set(position, (before ?? 0) + by);
  }

  #remove(position: number): void {
    this.remove(position);
    this.#audited.delete(position);
    this.#counted.delete(position);
    this.#changed.delete(position);
    this.#removed.push(position);
  }

  #pageFor(key: object): Page {
    const known = this.#pages.get(key);
    if (known) return known;
    const number = this.#unusedPages.pop() ?? this.#pages.size + 1;
    const page = { number, first: Number.POSITIVE_INFINITY, last: -1, isWhole: false };
    this.#pages.set(key, page);
    return page;
  }

  /** Removes the rows that were on a page and were not seen on it now. */
  #endPage(page: Page, seen: ReadonlySet<number>, at: QueryTiming | null): void {
    for (let position = page.first; position <= page.last; position += 1) {
      if (!this.#isOn(page, position) || seen.has(position)) continue;
      // A later read may have found it again.
      if (this.#isLate(position, at)) this.#pageOf.set(position, 0);
      else this.#remove(position);
    }
    page.isWhole = true;
  }

  #putOn(page: Page, position: number): void {
    this.#pageOf.set(position, page.number);
    page.first = Math.min(page.first, position);
    page.last = Math.max(page.last, position);
  }

  #isOn({ number }: Page, position: number): boolean {
    return this.#pageOf.get(position) === number && this.has(position);
  }
}

function withoutRecords({ id, name, usageCount, exact, lastUsedAt }: Counter): Counter {
  return { id, name, usageCount, ...(exact === undefined ? {} : { exact }), records: null, lastUsedAt };
}

function withRecordsOf({ records, exactRecords, exactDrift }: Counter, counter: Counter): Counter {
  return {
    ...counter,
    records,
    ...(exactRecords === undefined ? {} : { exactRecords }),
    ...(exactDrift === undefined ? {} : { exactDrift }),
  };
}
