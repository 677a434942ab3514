import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import type { InspectedServer } from '../../counter/inspect-database.ts';
import type { CounterSums } from '../../counters/run-sums.ts';
import type { ConsoleError } from '../../errors/errors.ts';

/** A counter of the list. */
export interface ListedCounter {
  definition: CounterDefinition;
  /** Its sums, and when they were read in milliseconds since 1970 by this machine's clock; null until it was audited. */
  audited: (CounterSums & { at: number }) | null;
}

/** The list of counters; nothing is searched before it is opened. */
export interface Counters {
  phase: 'searching' | 'found' | 'failed';
  listed: readonly ListedCounter[];
  /** What looks like a counter and cannot be checked: it stands below the others. */
  notCheckable: readonly NotCheckable[];
  /** The id of the counter that is being audited. */
  auditing: string | null;
  /** Why the search or an audit failed; the next refresh tries again. */
  error: ConsoleError | null;
  /** The index of the entry under the cursor: first the counters, then what cannot be checked. */
  cursor: number;
  /** The schema whose name is left out. */
  schema: string;
  /** The server, if no counter is open whose reads would say it. */
  server: InspectedServer | null;
}

/** What a key or an answer of the database does to the list. */
export type CountersStep =
  | { kind: 'search' }
  | {
      kind: 'found';
      counters: readonly CounterDefinition[];
      notCheckable: readonly NotCheckable[];
      server: InspectedServer;
      schema: string;
    }
  | { kind: 'auditing'; id: string }
  | { kind: 'audited'; id: string; found: CounterSums; at: number }
  | { kind: 'failed'; error: ConsoleError }
  /** Watches the counter under the cursor from now on. */
  | { kind: 'choose' };

export const noCounters: Counters = {
  phase: 'searching',
  listed: [],
  notCheckable: [],
  auditing: null,
  error: null,
  cursor: 0,
  schema: 'public',
  server: null,
};
