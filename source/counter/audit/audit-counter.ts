import type { Database } from '../../connection/transactions.ts';
import { type Counter, drift, noTotals, type Totals } from '../counter.ts';
import type { CounterDefinition } from '../definition/definition.ts';
import { readCounterTables, type Tables } from '../discovery/tables.ts';
import { readLastRecords } from '../reading/last-records.ts';
import { auditCounters } from './audit-counters.ts';

/** What the audit of one counter found. */
export interface AuditedCounter {
  definition: CounterDefinition;
  tables: Tables;
  /** Why rows are hidden from this role; then nothing is counted. */
  hiddenBy: readonly string[];
  totals: Totals;
  orphans: number;
  /** The largest drift first. */
  mismatches: Counter[];
  /** The time of the newest record of each mismatch. */
  lastRecords: ReadonlyMap<string, number | null>;
  /** Milliseconds since 1970, and milliseconds. */
  takenAt: number;
  durationMs: number;
}

/**
 * Audits every row of one counter. Rejects with exit code 3 if its tables do not fit the definition or cannot be read. Audits of
 * one database must not overlap: whether policies apply is a property of the connection.
 */
export async function auditCounter(
  database: Database,
  definition: CounterDefinition,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, rows: number) => void },
): Promise<AuditedCounter> {
  const tables = await database.read(reader => readCounterTables(reader, definition), { signal });
  database.policiesApply(tables.policiesApply);
  const mismatches: Counter[] = [];
  const found = { definition, tables, hiddenBy: tables.hiddenBy, mismatches };
  if (tables.hiddenBy.length > 0) {
    return {
      ...found,
      totals: noTotals,
      orphans: 0,
      lastRecords: new Map(),
      takenAt: Date.now(),
      durationMs: 0,
    };
  }
  const { totals, orphans, takenAt, durationMs } = await auditCounters(database, tables, {
    scope: 'mismatched',
    signal,
    onPage({ done, presets, counters }) {
      mismatches.push(...counters);
      onProgress(done, presets);
    },
  });
  const sizes = new Map(mismatches.map(counter => [counter, sizeOf(counter)]));
  mismatches.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
  const ids = mismatches.map(({ id }) => id);
  const lastRecords = await database.read(reader => readLastRecords(reader, tables, ids), { signal });
  return { ...found, totals, orphans, lastRecords, takenAt, durationMs };
}

function sizeOf(counter: Counter): number {
  const size = Math.abs(drift(counter) ?? 0);
  return Number.isFinite(size) ? size : Number.MAX_VALUE;
}
