type Numbers = Int32Array | Float64Array | Uint16Array | Uint32Array;
type Width = new (length: number) => Numbers;

/** For counts: four bytes each until one of them needs eight. */
export const counts: readonly [Width, Width] = [Int32Array, Float64Array];
/** For numbers that begin at 0 and are used again: two bytes each until one of them needs four. */
export const indexes: readonly [Width, Width] = [Uint16Array, Uint32Array];

/** Numbers by position, as narrow as their values allow. */
export class NumberColumn {
  readonly #wide: Width;
  #values: Numbers;

  constructor([narrow, wide]: readonly [Width, Width]) {
    this.#wide = wide;
    this.#values = new narrow(0);
  }

  /** Makes room for `rows` values, which are 0. */
  reserve(rows: number): void {
    if (rows <= this.#values.length) return;
    const grown = new (this.#values.constructor as Width)(rows);
    grown.set(this.#values);
    this.#values = grown;
  }

  get(position: number): number {
    return this.#values[position] as number;
  }

  set(position: number, value: number): void {
    this.#values[position] = value;
    if (this.#values[position] === value && (value !== 0 || !Object.is(value, -0))) return;
    const before = this.#values;
    if (before.constructor !== this.#wide) {
      this.#values = new this.#wide(before.length);
      this.#values.set(before);
    }
    this.#values[position] = value;
  }

  clear(): void {
    this.#values.fill(0);
  }

  /** Every number that is in it. */
  distinct(): Set<number> {
    return new Set<number>(this.#values);
  }
}
