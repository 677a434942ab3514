import type { Counter } from '../../counter/counter.ts';
import { CounterRows } from '../../counter/rows/counter-rows.ts';

/** A counter on the list; times in milliseconds since 1970. */
export interface Row extends Counter {
  /** The last change of the count, and when it was seen; the list shows it from one tick to the next, or a little longer. */
  change: number;
  changedAt: number;
}

/** The rows of the list. */
export interface RowList {
  readonly size: number;
  get(id: string): Row | undefined;
  has(id: string): boolean;
  values(): Iterable<Row>;
}

interface Seen {
  areWatched: boolean;
  changes: ReadonlyMap<number, number | null>;
  marks: ReadonlyMap<number, number>;
  changedAt: number;
  kept: Map<number, Row>;
}

// Some windows of them, so that a row that did not change is the same object, and is not drawn again.
const mostKept = 1_000;

/**
 * The rows of a state. Those of a million presets cannot be copied for each change, so the next state changes them in place, and only
 * the newest state has what was true then.
 */
export class ListedRows implements RowList {
  readonly rows: CounterRows;
  /** True if the watch takes in what it reads, before it tells. */
  readonly areWatched: boolean;
  readonly #changes: ReadonlyMap<number, number | null>;
  /** By how much a count changed just now, of each position that the list marks. */
  readonly #marks: ReadonlyMap<number, number>;
  readonly #changedAt: number;
  readonly #kept: Map<number, Row>;

  constructor(
    rows: CounterRows = new CounterRows(),
    {
      areWatched = false,
      changes = new Map(),
      marks = new Map(),
      changedAt = 0,
      kept = new Map(),
    }: Partial<Seen> = {},
  ) {
    this.rows = rows;
    this.areWatched = areWatched;
    this.#changes = changes;
    this.#marks = marks;
    this.#changedAt = changedAt;
    this.#kept = kept;
  }

  /** The rows of a state, or a copy of those that a test made up. */
  static of(list: RowList): ListedRows {
    if (list instanceof ListedRows) return list;
    const rows = new CounterRows();
    rows.see([...list.values()], null);
    rows.takeChanges();
    return new ListedRows(rows);
  }

  /** What the watch reads. */
  static watched(rows: CounterRows): ListedRows {
    return new ListedRows(rows, { areWatched: true });
  }

  get size(): number {
    return this.rows.size;
  }

  /** The positions that changed since the state before; see CounterRows. */
  get changes(): ReadonlyMap<number, number | null> {
    return this.#changes;
  }

  /**
   * Takes in what was read, unless the watch did. The same object if nothing changed, so that nothing is sorted or redrawn. Changes
   * that were seen after `keptFrom` stay marked.
   */
  with(counters: readonly Counter[], gone: readonly string[], at: number, keptFrom = 0): ListedRows {
    if (!this.areWatched) {
      this.rows.see(counters, null);
      this.rows.gone(gone);
    }
    const changes = this.rows.takeChanges();
    if (!changes) return this;
    const before = this.#changedAt > keptFrom ? this.#marks : new Map();
    const marks = marksAfter(before, changes, position => this.#kept.has(position));
    for (const position of [...this.#marks.keys(), ...changes.keys()]) this.#kept.delete(position);
    if (this.#kept.size > mostKept) this.#kept.clear();
    return new ListedRows(this.rows, {
      areWatched: this.areWatched,
      changes,
      marks,
      changedAt: at,
      kept: this.#kept,
    });
  }

  get(id: string): Row | undefined {
    const position = this.rows.find(id);
    return position < 0 ? undefined : this.at(position);
  }

  has(id: string): boolean {
    return this.rows.find(id) >= 0;
  }

  *values(): Generator<Row> {
    for (let position = 0; position < this.rows.length; position += 1)
      if (this.rows.has(position)) yield this.#row(position);
  }

  at(position: number): Row {
    const known = this.#kept.get(position);
    if (known) return known;
    const row = this.#row(position);
    this.#kept.set(position, row);
    return row;
  }

  #row(position: number): Row {
    const change = this.#marks.get(position);
    return {
      ...this.rows.counter(position),
      change: change ?? 0,
      changedAt: change === undefined ? 0 : this.#changedAt,
    };
  }
}

// An audit may see a change of each of a million rows within seconds, and all marks are copied each time. Of more than these, only those of
// rows that were drawn are kept.
const mostMarks = 2_000;

/** A new row has no mark, even where a marked one was. `isDrawn`: whether a row was shown as it was before. */
function marksAfter(
  marks: ReadonlyMap<number, number>,
  changes: ReadonlyMap<number, number | null>,
  isDrawn: (position: number) => boolean,
): ReadonlyMap<number, number> {
  const next = new Map(marks);
  const hasRoom = marks.size + changes.size <= mostMarks;
  for (const [position, change] of changes)
    if (change === null || (!hasRoom && !isDrawn(position))) next.delete(position);
    else if (change !== 0 || !next.has(position)) next.set(position, change);
  return next;
}
