import type { Database, Reader } from '../../connection/transactions.ts';
import { type Counter, drift, isWrong, noTotals, type Totals, totals } from '../counter.ts';
import type { CounterDefinition } from '../definition/definition.ts';
import { readCounterTables, type Tables } from '../discovery/tables.ts';
import { readCounters } from '../reading/counters.ts';
import { readLastRecords } from '../reading/last-records.ts';
import { auditCounters } from './audit-counters.ts';

/** What the audit of one counter found. */
export interface AuditedCounter {
  definition: CounterDefinition;
  tables: Tables;
  /** Why rows are hidden from this role; then nothing is counted. */
  hiddenBy: readonly string[];
  totals: Totals;
  /** Null where only some rows were asked for. */
  orphans: number | null;
  /** With orphans, and with those that refer to no row; null where only some rows were asked for. */
  allRecords: number | null;
  /** The largest drift first. */
  mismatches: Counter[];
  /** The time of the newest record of each mismatch. */
  lastRecords: ReadonlyMap<string, number | null>;
  /** Milliseconds since 1970, and milliseconds. */
  takenAt: number;
  durationMs: number;
}

/** Stops an audit, and follows it. */
export interface AuditWatch {
  signal: AbortSignal;
  onProgress: (done: number, rows: number) => void;
}

/**
 * Audits every row of one counter. Rejects with exit code 3 if its tables do not fit the definition or cannot be read. Audits of
 * one database must not overlap: whether policies apply is a property of the connection.
 */
export async function auditCounter(
  database: Database,
  definition: CounterDefinition,
  options: AuditWatch,
): Promise<AuditedCounter> {
  const tables = await database.read(reader => readCounterTables(reader, definition), options);
  database.policiesApply(tables.policiesApply);
  return auditTables(database, tables, options);
}

/** The same for tables that have been read. Where rows are hidden nothing is counted. */
export async function auditTables(
  database: Database,
  tables: Tables,
  { signal, onProgress }: AuditWatch,
): Promise<AuditedCounter> {
  if (tables.hiddenBy.length > 0) return notCounted(tables);
  const mismatches: Counter[] = [];
  const { totals, orphans, allRecords, takenAt, durationMs } = await auditCounters(database, tables, {
    scope: 'mismatched',
    signal,
    onPage({ done, presets, counters }) {
      mismatches.push(...counters);
      onProgress(done, presets);
    },
  });
  return {
    ...notCounted(tables),
    totals,
    orphans,
    allRecords,
    ...(await told(database, tables, mismatches, signal)),
    takenAt,
    durationMs,
  };
}

/** Audits some rows of a counter, by their ids. */
export async function auditRows(
  database: Database,
  tables: Tables,
  ids: (reader: Reader) => Promise<string[]>,
  signal: AbortSignal,
): Promise<AuditedCounter> {
  if (tables.hiddenBy.length > 0) return notCounted(tables);
  const takenAt = Date.now();
  const start = performance.now();
  const counters = await database.read(
    async reader => readCounters(reader, tables, await ids(reader), 'counted'),
    { signal, large: true },
  );
  const durationMs = performance.now() - start;
  return {
    ...notCounted(tables),
    totals: totals(counters),
    ...(await told(database, tables, counters.filter(isWrong), signal)),
    takenAt,
    durationMs,
  };
}

function notCounted(tables: Tables): AuditedCounter {
  return {
    definition: tables.definition,
    tables,
    hiddenBy: tables.hiddenBy,
    totals: noTotals,
    orphans: null,
    allRecords: null,
    mismatches: [],
    lastRecords: new Map(),
    takenAt: Date.now(),
    durationMs: 0,
  };
}

async function told(
  database: Database,
  tables: Tables,
  wrong: readonly Counter[],
  signal: AbortSignal,
): Promise<Pick<AuditedCounter, 'mismatches' | 'lastRecords'>> {
  const sizes = new Map(wrong.map(counter => [counter, sizeOf(counter)]));
  const mismatches = wrong.toSorted((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
  const ids = mismatches.map(({ id }) => id);
  const lastRecords = await database.read(reader => readLastRecords(reader, tables, ids), {
    signal,
    large: true,
  });
  return { mismatches, lastRecords };
}

function sizeOf(counter: Counter): number {
  const size = Math.abs(drift(counter) ?? 0);
  return Number.isFinite(size) ? size : Number.MAX_VALUE;
}
