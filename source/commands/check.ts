import { auditCounters } from '../actions/audit-counters.ts';
import { whoSeesAll } from '../actions/guards.ts';
import { look } from '../actions/look.ts';
import { type Counter, drift, noTotals, type Totals, totals } from '../audit/counter.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/connection.ts';
import { readCounters } from '../database/counters.ts';
import { findPresets } from '../database/find-presets.ts';
import { readLastRecords } from '../database/last-records.ts';
import type { Tables } from '../database/tables.ts';
import { exitCodes } from '../errors.ts';
import { count, dateTime, iso, signed } from '../present/numbers.ts';
import { displayText, toWidth } from '../present/text.ts';
import { identity } from './identity.ts';
import type { Outcome } from './outcome.ts';

interface Finished {
  totals: Totals;
  /** Null where only some presets were asked for. */
  orphans: number | null;
  mismatches: Counter[];
  takenAt: number;
  durationMs: number;
}

/** Audits every preset, or those that `--preset` names. Exit code 1 with a mismatch, 3 where rows may be hidden. */
export async function check(
  database: Database,
  config: Config,
  signal: AbortSignal,
  onProgress: (done: number, presets: number) => void,
): Promise<Outcome> {
  const found = await database.read(reader => look(reader, database, config.schema), { signal });
  const finished =
    config.presets.length > 0
      ? await checkSome(database, found.tables, config.presets, signal)
      : await checkAll(database, found.tables, signal, onProgress);
  const mismatches = finished.mismatches.sort((a, b) => Math.abs(drift(b) ?? 0) - Math.abs(drift(a) ?? 0));
  const lastRecords = await database.read(
    reader =>
      readLastRecords(
        reader,
        found.tables,
        mismatches.map(({ id }) => id),
      ),
    { signal },
  );
  const { json, line } = identity(found, database);
  const complete = found.tables.hiddenBy.length === 0;
  return {
    json: {
      database: json,
      takenAt: iso(finished.takenAt),
      durationMs: Math.round(finished.durationMs),
      complete,
      ...finished.totals,
      orphans: finished.orphans,
      mismatches: mismatches.map(counter => ({
        id: counter.id,
        name: counter.name,
        usageCount: counter.usageCount,
        records: counter.records,
        drift: drift(counter),
        diagnosis: null,
        lastUsedAt: iso(counter.lastUsedAt),
        lastRecordAt: iso(lastRecords.get(counter.id) ?? null),
      })),
    },
    text: complete ? describe(line, finished, mismatches) : line,
    exitCode: !complete
      ? exitCodes.unreachable
      : mismatches.length > 0
        ? exitCodes.unhealthy
        : exitCodes.healthy,
    ...(complete
      ? {}
      : {
          warnings: [
            `The counts are not shown: ${found.tables.hiddenBy.join('; ')}.`,
            whoSeesAll(found.tables),
          ],
        }),
  };
}

async function checkAll(
  database: Database,
  tables: Tables,
  signal: AbortSignal,
  onProgress: (done: number, presets: number) => void,
): Promise<Finished> {
  const mismatches: Counter[] = [];
  const summary = await auditCounters(database, tables, {
    scope: 'mismatched',
    signal,
    onPage({ done, presets, counters }) {
      mismatches.push(...counters);
      onProgress(done, presets);
    },
  });
  return { ...summary, mismatches };
}

async function checkSome(
  database: Database,
  tables: Tables,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<Finished> {
  const takenAt = Date.now();
  const start = performance.now();
  const counters = await database.read(
    async reader => readCounters(reader, tables, await findPresets(reader, tables, wanted), 'counted'),
    { signal },
  );
  return {
    totals: counters.length === 0 ? noTotals : totals(counters),
    orphans: null,
    mismatches: counters.filter(counter => drift(counter) !== 0),
    takenAt,
    durationMs: performance.now() - start,
  };
}

// A terminal is no place for thousands of lines; --json has them all.
const mostLines = 50;

function describe(
  line: string,
  { totals: sums, orphans, durationMs }: Finished,
  mismatches: Counter[],
): string {
  const wrong =
    sums.mismatched === 0
      ? 'all accurate'
      : `${count(sums.accurate)} accurate, ${count(sums.mismatched)} mismatched (${count(sums.tooHigh)} too high, ${count(sums.tooLow)} too low)`;
  const head = [
    line,
    `${count(sums.presets)} presets: ${wrong}. ${count(sums.records)} records` +
      `${orphans === null ? '' : `, ${count(orphans)} orphans`}. Audited in ${(durationMs / 1000).toFixed(2)} s.`,
  ];
  if (mismatches.length === 0) return head.join('\n');
  const row = (cells: string[]) =>
    `${toWidth(cells[0] ?? '', 40)} ${cells
      .slice(1, 4)
      .map(cell => toWidth(cell, 11, 'right'))
      .join(' ')}  ${cells[4]}`;
  const shown = mismatches.slice(0, mostLines);
  const more = mismatches.length - shown.length;
  return [
    ...head,
    '',
    row(['Preset', 'Uses', 'Records', 'Drift', 'Last use counted']),
    ...shown.map(counter =>
      row([
        displayText(counter.name).trim() || counter.id,
        counter.usageCount === null ? 'NULL' : count(counter.usageCount),
        count(counter.records ?? 0),
        signed(drift(counter) ?? 0),
        dateTime(counter.lastUsedAt),
      ]),
    ),
    ...(more > 0 ? [`and ${count(more)} more; --json lists them all`] : []),
  ].join('\n');
}
