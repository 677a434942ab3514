import type { Database } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { isZero, type Quantity } from '../../counter/quantity.ts';
import { type Writable, whyNotWritten } from '../not-written.ts';
import { driftOf, type LeftAlone } from '../repair.ts';
import type { CounterState } from '../sql/counter-state.ts';
import { exactForms, readStates } from '../sql/counter-state.ts';
import type { RepairFacts } from '../sql/facts.ts';
import type { RepairRequest } from './repair-plan.ts';

/** What planning an action starts from. */
export interface PlanContext {
  database: Database;
  found: InspectedDatabase;
  facts: RepairFacts;
  request: RepairRequest;
  /** The identity of the database and its tables, see `readIdentity`. */
  identity: string;
  /** The undo of a deletion is tried with all of its records, not with a few. */
  triesAll: boolean;
  /** See `FullPlan`. */
  began: { xid: string; at: number };
  signal?: AbortSignal | undefined;
}

// Few enough that a statement stays below its timeout.
const statesAtOnce = 1_000;

/** The states of these presets, each read in one snapshot with its records. */
export async function statesOf(
  database: Database,
  tables: Tables,
  ids: readonly string[],
  newest: boolean,
  signal?: AbortSignal,
): Promise<CounterState[]> {
  const all: CounterState[] = [];
  // Without an index every query reads the whole table, so one query must do.
  const step = tables.records.indexed ? statesAtOnce : Math.max(1, ids.length);
  for (let from = 0; from < ids.length; from += step) {
    const part = ids.slice(from, from + step);
    const states = await database.read(
      async reader => {
        await reader.rows(exactForms);
        return readStates(reader, tables, part, newest);
      },
      { signal },
    );
    all.push(...states.values());
  }
  return all;
}
/** The states of rows whose count can be written, and the others with the reason. Those that are right are no reason. */
export function splitWritable(
  states: readonly CounterState[],
  writable: Writable,
): { written: CounterState[]; left: LeftAlone[] } {
  const written: CounterState[] = [];
  const left: LeftAlone[] = [];
  for (const state of states) {
    const why = whyNotWritten(state, writable);
    if (!why) written.push(state);
    else if (state.exact !== null || !isZero(driftOf(state))) left.push(why);
  }
  return { written, left };
}

/**
 * Which presets drift, by how much. The fingerprint holds this because correct uses do not change it. Whether a preset
 * needs a change can depend on uses, so that is left out.
 */
export function driftsOf(states: readonly CounterState[]): [string, Quantity][] {
  return states
    .filter(({ exact }) => exact === null)
    .map((state): [string, Quantity] => [state.id, driftOf(state)])
    .filter(([, drift]) => !isZero(drift))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
