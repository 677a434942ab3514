import type { QueryTiming } from '../../connection/query-timing.ts';

/** The number of a read of rows; 0 stands for none that others may be compared with. */
export type Read = number;

// Reads that no row refers to are removed whenever there are twice as many reads as the last removal kept.
const leastReads = 4_096;

/** When each read was sent and answered. Rows hold the number of their last read. */
export class ReadTimes {
  readonly #times: (QueryTiming | undefined)[] = [undefined];
  #unused: Read[] = [];
  #most = leastReads;

  /** Begins a read; `inUse` tells which reads rows have, if that has to be known. */
  begin(at: QueryTiming, inUse: () => ReadonlySet<Read>): Read {
    if (this.#unused.length === 0 && this.#times.length >= this.#most) this.#collect(inUse());
    const read = this.#unused.pop() ?? this.#times.length;
    this.#times[read] = at;
    return read;
  }

  at(read: Read): QueryTiming | undefined {
    return this.#times[read];
  }

  #collect(used: ReadonlySet<Read>): void {
    for (let read = 1; read < this.#times.length; read += 1) if (!used.has(read)) this.#unused.push(read);
    this.#most = Math.max(leastReads, used.size * 2);
  }
}
