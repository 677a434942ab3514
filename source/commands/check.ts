import { auditCounters } from '../actions/audit-counters.ts';
import { whoSeesAll } from '../actions/guards.ts';
import { look } from '../actions/look.ts';
import { type Counter, drift, isWrong, noTotals, type Totals, totals } from '../audit/counter.ts';
import { remarksOn, type ShapeRemark } from '../audit/shape-remarks.ts';
import { judgeTrigger } from '../audit/trigger-health.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/connection.ts';
import { readCounters } from '../database/counters.ts';
import { findPresets } from '../database/find-presets.ts';
import { readLastRecords } from '../database/last-records.ts';
import { readShape } from '../database/shape.ts';
import type { Tables } from '../database/tables.ts';
import { readTriggerCatalog } from '../database/trigger-catalog.ts';
import { exitCodes } from '../errors.ts';
import { presetsOf, recordsOf } from '../present/amounts.ts';
import { count, countOf, dateTime, iso, signed } from '../present/numbers.ts';
import { displayText, toWidth } from '../present/text.ts';
import { identity } from './identity.ts';
import type { Outcome } from './outcome.ts';

interface Finished {
  totals: Totals;
  /** Null where only some presets were asked for, or none could be counted. */
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
  const { found, shape, findings } = await database.read(
    async reader => {
      const found = await look(reader, database, config.schema);
      const shape = await readShape(reader, found.tables);
      return {
        found,
        shape,
        findings: judgeTrigger(await readTriggerCatalog(reader, found.tables)).findings,
      };
    },
    { signal },
  );
  const complete = found.tables.hiddenBy.length === 0;
  // What a policy leaves is no count of anything; and it may fail, where nobody is signed in.
  const finished = !complete
    ? notCounted()
    : config.presets.length > 0
      ? await checkSome(database, found.tables, config.presets, signal)
      : await checkAll(database, found.tables, signal, onProgress);
  const size = (counter: Counter) => finite(Math.abs(drift(counter) ?? 0)) ?? Number.MAX_VALUE;
  const mismatches = finished.mismatches.sort((a, b) => size(b) - size(a));
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
  const remarks = remarksOn(shape, { orphans: finished.orphans, findings });
  const { schema: name, presets, presetUsage, parts, routines } = shape;
  return {
    json: {
      database: json,
      takenAt: iso(finished.takenAt),
      durationMs: Math.round(finished.durationMs),
      complete,
      ...(complete ? finished.totals : unknownTotals),
      orphans: finished.orphans,
      mismatches: mismatches.map(counter => ({
        id: counter.id,
        name: counter.name,
        usageCount: finite(counter.usageCount),
        ...(counter.exact === undefined ? {} : { usageCountText: counter.exact }),
        records: counter.records,
        drift: finite(drift(counter)),
        diagnosis: null,
        lastUsedAt: iso(counter.lastUsedAt),
        lastRecordAt: iso(lastRecords.get(counter.id) ?? null),
      })),
      schema: { name, presets, presetUsage, parts, routines, remarks },
    },
    text: complete ? [describe(line, finished, mismatches), ...notes(remarks)].join('\n') : line,
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

function notCounted(): Finished {
  return { totals: noTotals, orphans: null, mismatches: [], takenAt: Date.now(), durationMs: 0 };
}

const unknownTotals = {
  presets: null,
  accurate: null,
  mismatched: null,
  tooHigh: null,
  tooLow: null,
  records: null,
};

/** What has to be known to read the numbers: which tables they are of, and what could not be compared. */
function notes(remarks: readonly ShapeRemark[]): string[] {
  const told = remarks.filter(({ code }) => ['chosen', 'no-time-column', 'no-last-used'].includes(code));
  return told.length === 0 ? [] : ['', ...told.map(({ message }) => `Note: ${displayText(message)}`)];
}

/** JSON has no word for NaN and Infinity. */
function finite(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
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
    mismatches: counters.filter(isWrong),
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
    `${presetsOf(sums.presets)}: ${wrong}. ${recordsOf(sums.records)}` +
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
        countOf(counter),
        count(counter.records ?? 0),
        signed(drift(counter) ?? 0),
        dateTime(counter.lastUsedAt),
      ]),
    ),
    ...(more > 0 ? [`and ${count(more)} more; --json lists them all`] : []),
  ].join('\n');
}
