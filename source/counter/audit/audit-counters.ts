import { pause } from '../../connection/deadlines.ts';
import { type QueryTiming, startTiming } from '../../connection/query-timing.ts';
import { readNextXid } from '../../connection/transaction-status.ts';
import type { Database, Reader } from '../../connection/transactions.ts';
import { addTotals, type Counter, noTotals, type Totals } from '../counter.ts';
import { misfit } from '../discovery/defined-column.ts';
import type { Tables } from '../discovery/tables.ts';
import { requireEveryRowSeen } from '../discovery/visibility.ts';
import {
  type AuditPage,
  type AuditPlan,
  type AuditScope,
  type KeyRange,
  planAudit,
  readAuditPage,
} from './audit-pages.ts';
import { readChangeMark } from './change-mark.ts';

/** The progress of an audit. */
export interface AuditProgress {
  /** Presets audited so far, and how many there were at the start. */
  done: number;
  presets: number;
  /** The counters of the page that was just read. */
  counters: Counter[];
  /** True for the page that completes the audit. */
  last: boolean;
}

/** A page as it arrives, with the times of its query and answer. */
export interface PageProgress extends AuditProgress {
  at: QueryTiming;
  /** Which page it is, also in a later audit with the memory of this one. */
  range: KeyRange;
  /** True if the page is as it was in the last audit. Its counters are not sent then. */
  isSame: boolean;
}

/** What an audit remembers for the next one, so that counters that did not change are not sent again. */
export interface AuditMemory {
  plan: AuditPlan;
  /** The tables of the pages, and how many presets there were when they had been read. */
  tables: Tables;
  presets: number;
  /** The checksums of the pages. */
  pages: Map<KeyRange, string>;
  /** See readChangeMark: read before the pages. */
  mark: string | null;
  found: Pick<AuditSummary, 'totals' | 'agreeing' | 'orphans' | 'allRecords'>;
}

/** The sums of a finished audit. */
export interface AuditSummary {
  totals: Totals;
  /** Rows whose count is right, and which have records. */
  agreeing: number;
  orphans: number;
  /** With orphans, and with those that refer to no row. */
  allRecords: number;
  /** When it began, in milliseconds since 1970; every page is at least as fresh. */
  takenAt: number;
  durationMs: number;
  memory: AuditMemory;
}

interface PageRead {
  range: KeyRange;
  page: AuditPage;
  at: QueryTiming;
}

interface AuditOptions {
  scope: AuditScope;
  signal?: AbortSignal | undefined;
  onPage?: (progress: PageProgress) => void;
  /** The memory of the previous audit of the same database and scope. */
  memory?: AuditMemory | null;
  /** False for a page whose counters are needed even if they are as before. */
  isKnown?: (range: KeyRange) => boolean;
  /**
   * While others write on the server, reads one small page after the other with pauses in between: nine times slower, and barely
   * noticeable to them. What writes takes the next number of a transaction. If there are several, the first comes after a pause for
   * what was done since `since` (`performance.now()`).
   */
  gentle?: { since: number };
}

// Two, because a third gains nothing on a server with two cores, and production has other work to do.
const connections = 2;
// One after the other, of about 10 ms each if the index is vacuumed. Beside eight busy clients each page costs 2 ms more than its
// count, most of it for planning.
const gentlePages = { mostRecords: 100_000, least: 1 };
// One connection works a ninth of the time: eight others that keep two cores of a server busy lose about a tenth to it.
const restPerPage = 8;
// In milliseconds.
const longestTransaction = 40;
const longestRest = 400;
// A plan is made anew when the number of presets has changed by this share: until then its pages are about the same size.
const planTolerance = 0.1;

/**
 * Audits every preset in pages. Each page is one statement, so its counts and records are from one snapshot, and live traffic
 * never looks like drift. No snapshot is held between pages, so a long audit does not hold up vacuum. Rejects when a page
 * fails or `signal` aborts; `onPage` has received the pages before that.
 */
export async function auditCounters(
  database: Database,
  tables: Tables,
  { scope, signal, onPage, memory: last = null, isKnown = () => true, gentle }: AuditOptions,
): Promise<AuditSummary> {
  const takenAt = Date.now();
  const start = performance.now();
  const memory = last && isUsable(last, tables) ? last : null;
  let number: string | null = null;
  let othersWrite = false;
  const look = async (reader: Reader) => {
    if (!gentle) return;
    const next = await readNextXid(reader);
    othersWrite = number !== null && next !== number;
    number = next;
  };
  let mark: string | null = null;
  const makePlan = async (reader: Reader) => {
    if (scope === 'all') mark = await readChangeMark(reader, tables);
    await look(reader);
    if (memory) return memory.plan;
    const plan = await planAudit(reader, tables, scope);
    await look(reader);
    return othersWrite ? planAudit(reader, tables, scope, gentlePages) : plan;
  };
  const rest = (from: number, by: AbortSignal | undefined) =>
    pause(Math.min(longestRest, (performance.now() - from) * restPerPage), by);
  const plan = await database.read(makePlan, { signal, large: true });
  if (gentle && othersWrite && plan.ranges.length > 1) await rest(gentle.since, signal);
  const waiting = [...plan.ranges];
  const pages: AuditMemory['pages'] = new Map();
  const summary = { totals: noTotals, agreeing: 0, orphans: 0, allRecords: 0 };
  let finished = 0;
  // One failure stops the other worker too: half an audit is useless.
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  // A single page is a scan of everything, which the server's parallel workers do best.
  const isPaged = plan.ranges.length > 1;
  const serial = othersWrite || isPaged;
  // Small pages share a transaction: beginning one takes as long as counting 20,000 records, and on a connection that did not read the
  // last page even longer. Not many do, because an ALTER TABLE, and all clients queued behind it, wait for its end.
  const readPages = async (reader: Reader, first: KeyRange) => {
    const found: PageRead[] = [];
    const begun = performance.now();
    for (let range: KeyRange | undefined = first; range; range = waiting.shift()) {
      const before = isKnown(range) ? memory?.pages.get(range) : undefined;
      const answered = startTiming();
      const page = await readAuditPage(reader, tables, range, scope, before);
      await requireEveryRowSeen(reader, tables);
      await look(reader);
      found.push({ range, page, at: answered() });
      if (othersWrite || performance.now() - begun >= longestTransaction) break;
    }
    return found;
  };
  const work = async (_: unknown, worker: number) => {
    for (let first = waiting.shift(); first; first = waiting.shift()) {
      const from = first;
      const start = performance.now();
      const found = await database.read(reader => readPages(reader, from), {
        signal: either,
        serial,
        byIndex: isPaged,
        large: true,
      });
      for (const { range, page, at } of found) {
        summary.totals = addTotals(summary.totals, page.totals);
        summary.agreeing += page.agreeing;
        summary.orphans += page.orphans;
        summary.allRecords += page.totals.records + page.orphans + page.unnamed;
        if (scope === 'all') pages.set(range, page.checksum);
        finished += 1;
        onPage?.({
          at,
          range,
          isSame: page.counters === null,
          last: finished === plan.ranges.length,
          done: summary.totals.rows,
          presets: plan.presets,
          counters: page.counters ?? [],
        });
      }
      if (!othersWrite || waiting.length === 0) continue;
      // One is enough.
      if (worker > 0) break;
      await rest(start, either);
    }
  };
  let reason: unknown;
  const length = Math.min(othersWrite ? 1 : connections, plan.ranges.length);
  const workers = Array.from({ length }, (...of) =>
    work(...of).catch(error => {
      // The other worker's failure is only a consequence.
      if (!failure.signal.aborted) reason = error;
      failure.abort();
    }),
  );
  await Promise.all(workers);
  if (failure.signal.aborted) throw reason;
  requireOneRow(tables, summary.totals.rows);
  return {
    ...summary,
    takenAt,
    durationMs: performance.now() - start,
    memory: { plan, tables, presets: summary.totals.rows, pages, mark, found: summary },
  };
}

/** Whether nothing has been written on the server since the audit that left `memory` began. False if that cannot be known. */
export async function isUnchanged(
  database: Database,
  { mark, tables }: AuditMemory,
  signal?: AbortSignal,
): Promise<boolean> {
  if (mark === null) return false;
  return mark === (await database.read(reader => readChangeMark(reader, tables), { signal, large: true }));
}

/** The audit of an unchanged database again: the same pages, none of which is read. */
export function repeatAudit(
  memory: AuditMemory,
  at: QueryTiming,
  onPage: (progress: PageProgress) => void,
): AuditSummary {
  const { plan, found } = memory;
  for (const [place, range] of plan.ranges.entries()) {
    const last = place === plan.ranges.length - 1;
    onPage({ at, range, isSame: true, last, done: found.totals.rows, presets: plan.presets, counters: [] });
  }
  return { ...found, memory, takenAt: at.sent, durationMs: at.answered - at.sent };
}

/** Throws (exit code 3) if a table that should have one row for all records has several: each would look wrong. */
function requireOneRow({ definition, presets }: Tables, rows: number): void {
  if (definition.row.key.length > 0 || rows <= 1) return;
  throw misfit(
    definition,
    `${presets.name} has ${rows} rows, but ${definition.id} counts every record in one.`,
  );
}

/** Whether the remembered pages are of the same tables, and still about as large as planned. */
function isUsable({ plan, tables: before, presets }: AuditMemory, tables: Tables): boolean {
  const same = JSON.stringify([
    before.definition,
    before.presets.oid,
    before.records.oid,
    before.presets.label,
    before.records.covered,
    before.records.alike,
  ]);
  return (
    same ===
      JSON.stringify([
        tables.definition,
        tables.presets.oid,
        tables.records.oid,
        tables.presets.label,
        tables.records.covered,
        tables.records.alike,
      ]) && Math.abs(presets - plan.presets) <= planTolerance * plan.presets
  );
}
