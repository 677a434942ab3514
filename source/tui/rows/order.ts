import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { readFilter } from './filter.ts';
import { ListedRows, type RowList } from './row-list.ts';
import type { SortAndFilter } from './sort.ts';

/** The ids of the list, in order. */
export interface Order {
  readonly length: number;
  at(index: number): string | undefined;
  indexOf(id: string): number;
  slice(from?: number, to?: number): readonly string[];
}

/** An order as positions of rows, of which only those on screen become ids. */
export class PositionOrder implements Order {
  readonly positions: Uint32Array;
  readonly by: SortAndFilter;
  readonly #list: ListedRows;

  constructor(list: RowList, positions: Uint32Array, by: SortAndFilter) {
    this.#list = ListedRows.of(list);
    this.positions = positions;
    const { sort, reversed = false, filter, onlyMismatches } = by;
    this.by = { sort, reversed, filter, onlyMismatches, ...causesOf(by) };
  }

  get length(): number {
    return this.positions.length;
  }

  at(index: number): string | undefined {
    const position = this.positions[index];
    return position === undefined ? undefined : this.#list.rows.id(position);
  }

  indexOf(id: string): number {
    const position = this.#list.rows.find(id);
    return position < 0 ? -1 : this.positions.indexOf(position);
  }

  slice(from?: number, to?: number): readonly string[] {
    return Array.from(this.positions.subarray(from, to), position => this.#list.rows.id(position));
  }

  /** True if `list` was sorted and filtered in this way. */
  isOf(list: ListedRows, wanted: SortAndFilter): boolean {
    const { by } = this;
    const { sort, reversed = false, filter, onlyMismatches } = wanted;
    return (
      list.rows === this.#list.rows &&
      by.sort === sort &&
      by.reversed === reversed &&
      by.filter === filter &&
      by.onlyMismatches === onlyMismatches &&
      by.diagnoses === causesOf(wanted).diagnoses
    );
  }
}

/** The causes, if the order depends on them: then new ones change it. */
export function causesOf({ sort, filter, diagnoses }: SortAndFilter): Pick<SortAndFilter, 'diagnoses'> {
  const needs = sort === 'cause' || readFilter(filter).terms.some(({ kind }) => kind === 'cause');
  return needs && diagnoses ? { diagnoses } : {};
}

/** The positions of an order in these rows. */
export function positionsOf(order: Order, rows: CounterRows): Uint32Array {
  if (order instanceof PositionOrder) return order.positions;
  return Uint32Array.from(order.slice(), id => rows.find(id));
}
