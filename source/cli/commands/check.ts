import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { auditCounters } from '../../counter/audit/audit-counters.ts';
import { type Counter, drift, isWrong, noTotals, type Totals, totals } from '../../counter/counter.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { rolesThatSeeAll } from '../../counter/guards.ts';
import { inspectDatabase } from '../../counter/inspect-database.ts';
import { readCounters } from '../../counter/reading/counters.ts';
import { findPresets } from '../../counter/reading/find-presets.ts';
import { readLastRecords } from '../../counter/reading/last-records.ts';
import { readSchemaReport } from '../../counter/schema/read-schema-report.ts';
import { schemaFindings } from '../../counter/schema/schema-findings.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { causeLines, nextLines, shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import type { LastUsedTally } from '../../diagnosis/last-used.ts';
import { diagnose } from '../../diagnosis/run.ts';
import { exitCodes, isConsoleError } from '../../errors/errors.ts';
import { count, countOf, iso, signed } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { presetName } from '../../format/preset-name.ts';
import { table } from '../../format/table.ts';
import { judgeTrigger } from '../../trigger/health.ts';
import { readTriggerCatalog } from '../../trigger/read-catalog.ts';
import { beyondReach, detail, finite } from '../output/check-figures.ts';
import { notes } from '../output/check-notes.ts';
import { databaseInfo } from '../output/database-info.ts';
import type { Outcome } from '../output/outcome.ts';

interface Finished {
  totals: Totals;
  /** Null where only some presets were asked for, or none could be counted. */
  orphans: number | null;
  mismatches: Counter[];
  /** All mismatches: the cause of one shows in what it has in common with others. */
  context: Counter[];
  /** All records of the table; null where they were not counted. */
  allRecords: number | null;
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
  const { found, report, findings } = await database.read(
    async reader => {
      const found = await inspectDatabase(reader, database, config.choice);
      const report = await readSchemaReport(reader, found.tables);
      return {
        found,
        report,
        findings: judgeTrigger(await readTriggerCatalog(reader, found.tables)).findings,
      };
    },
    { signal },
  );
  const complete = found.tables.hiddenBy.length === 0;
  // What a policy leaves visible counts nothing, and reading it may fail where nobody is signed in.
  const finished = !complete
    ? notCounted()
    : config.presets.length > 0
      ? await checkSome(database, found.tables, config.presets, signal, onProgress)
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
  let lastUsed: LastUsedTally | null = null;
  let failed: string | null = null;
  const diagnoses = await diagnose(database, found.tables, finished.context, {
    signal,
    allRecords: finished.allRecords,
    onLastUsed: tally => {
      lastUsed = tally;
    },
  }).catch(error => {
    // The counts are right without it.
    if (!isConsoleError(error) || !beyondReach.has(error.code)) throw error;
    failed = error.message;
    return new Map<string, Diagnosis>();
  });
  const { json, line } = databaseInfo(found, database);
  const remarks = schemaFindings(report, { orphans: finished.orphans, findings });
  const { schema: name, presets, presetUsage, parts, routines } = report;
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
        diagnosis: diagnoses.get(counter.id)?.code ?? null,
        ...detail(diagnoses.get(counter.id)),
        lastUsedAt: iso(counter.lastUsedAt),
        lastRecordAt: iso(lastRecords.get(counter.id) ?? null),
      })),
      ...(lastUsed ? { lastUsed } : {}),
      schema: { name, presets, presetUsage, parts, routines, remarks },
    },
    text: complete
      ? [
          describe(line, finished, mismatches, diagnoses),
          ...(config.presets.length > 0 ? explained(mismatches, diagnoses) : []),
          ...notes(remarks, lastUsed, {
            presets: mismatches.filter(({ id }) => !diagnoses.has(id)).length,
            failed,
          }),
        ].join('\n')
      : line,
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
            rolesThatSeeAll(found.tables),
          ],
        }),
  };
}

function notCounted(): Finished {
  return {
    totals: noTotals,
    orphans: null,
    mismatches: [],
    context: [],
    allRecords: null,
    takenAt: Date.now(),
    durationMs: 0,
  };
}

const unknownTotals = {
  presets: null,
  accurate: null,
  mismatched: null,
  tooHigh: null,
  tooLow: null,
  records: null,
};

/** What led to each diagnosis, at a width that any terminal has. */
function explained(mismatches: readonly Counter[], diagnoses: ReadonlyMap<string, Diagnosis>): string[] {
  return mismatches.flatMap(counter => {
    const diagnosis = diagnoses.get(counter.id);
    if (!diagnosis) return [];
    return [
      '',
      `${presetName(counter)}: ${[...causeLines(diagnosis, 78), ...nextLines(diagnosis, 78)].join('\n  ')}`,
    ];
  });
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
  return {
    ...summary,
    mismatches,
    context: mismatches,
    allRecords: summary.totals.records + summary.orphans,
  };
}

async function checkSome(
  database: Database,
  tables: Tables,
  wanted: readonly string[],
  signal: AbortSignal,
  onProgress: (done: number, presets: number) => void,
): Promise<Finished> {
  const takenAt = Date.now();
  const start = performance.now();
  const counters = await database.read(
    async reader => readCounters(reader, tables, await findPresets(reader, tables, wanted), 'counted'),
    { signal },
  );
  const mismatches = counters.filter(isWrong);
  const takes = performance.now() - start;
  const all = mismatches.length === 0 ? null : await checkAll(database, tables, signal, onProgress);
  return {
    totals: counters.length === 0 ? noTotals : totals(counters),
    orphans: null,
    mismatches,
    context: all?.mismatches ?? [],
    allRecords: all?.allRecords ?? null,
    takenAt,
    durationMs: takes,
  };
}

// Thousands of lines help nobody at a terminal; --json has them all.
const mostLines = 50;

function describe(
  line: string,
  { totals: sums, orphans, durationMs }: Finished,
  mismatches: Counter[],
  diagnoses: ReadonlyMap<string, Diagnosis>,
): string {
  const negative = mismatches.filter(({ usageCount }) => usageCount !== null && usageCount < 0).length;
  const wrong =
    sums.mismatched === 0
      ? 'all accurate'
      : `${count(sums.accurate)} accurate, ${count(sums.mismatched)} mismatched (${count(sums.tooHigh)} too high, ${count(sums.tooLow)} too low${negative > 0 ? `, ${count(negative)} negative` : ''})`;
  const head = [
    line,
    `${amount(sums.presets, 'preset')}: ${wrong}. ${amount(sums.records, 'record')}` +
      `${orphans === null ? '' : `, ${count(orphans)} orphans`}. Audited in ${(durationMs / 1000).toFixed(2)} s.`,
  ];
  if (mismatches.length === 0) return head.join('\n');
  const row = table([27, { right: 9 }, { right: 9 }, { right: 9 }]);
  const shown = mismatches.slice(0, mostLines);
  const more = mismatches.length - shown.length;
  return [
    ...head,
    '',
    `${row(['Preset', 'Uses', 'Records', 'Drift'])}  Why`,
    ...shown.map(counter => {
      const numbers = [countOf(counter), count(counter.records ?? 0), signed(drift(counter) ?? 0)];
      return `${row([presetName(counter), ...numbers])}  ${shortDiagnosis(diagnoses.get(counter.id))}`;
    }),
    ...(more > 0 ? [`and ${count(more)} more; --json lists them all`] : []),
  ].join('\n');
}
