import type { Database } from '../connection/transactions.ts';
import { auditCounters } from '../counter/audit/audit-counters.ts';
import { isOfOneCounter } from '../counter/audit/one-counter.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { readCounterTables } from '../counter/discovery/tables.ts';

/** What the audit of one counter of a list found: its sums, or as a sentence why it was not counted. */
export interface CounterSums {
  sums: { rows: number; accurate: number; mismatched: number } | null;
  notCounted: string | null;
}

/**
 * Audits every row of one counter, for its sums alone. What is wrong with its tables is part of the result, because it says
 * nothing of other counters; rejects with any other error. Audits through one `database` must not overlap: whether policies
 * apply is a property of it.
 */
export async function auditSums(
  database: Database,
  definition: CounterDefinition,
  signal: AbortSignal,
): Promise<CounterSums> {
  try {
    const tables = await database.read(reader => readCounterTables(reader, definition), { signal });
    database.policiesApply(tables.policiesApply);
    const { hiddenBy } = tables;
    if (hiddenBy.length > 0) return { sums: null, notCounted: `${upper(hiddenBy.join('; '))}.` };
    const { totals } = await auditCounters(database, tables, { scope: 'mismatched', signal });
    const { rows, accurate, mismatched } = totals;
    return { sums: { rows, accurate, mismatched }, notCounted: null };
  } catch (error) {
    if (signal.aborted || !isOfOneCounter(error)) throw error;
    return { sums: null, notCounted: error.message };
  }
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
