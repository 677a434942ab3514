import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { type AuditedCounter, auditRows, auditTables } from '../../counter/audit/audit-counter.ts';
import { type Counter, drift } from '../../counter/counter.ts';
import { rolesThatSeeAll } from '../../counter/guards.ts';
import { inspectDatabase } from '../../counter/inspect-database.ts';
import { findPresets } from '../../counter/reading/find-presets.ts';
import { elsewhereNotes } from '../../counter/schema/elsewhere.ts';
import { readSchemaReport } from '../../counter/schema/read-schema-report.ts';
import { schemaFindings } from '../../counter/schema/schema-findings.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { causeLines, nextLines, shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import type { LastUsedTally } from '../../diagnosis/last-used.ts';
import { diagnose } from '../../diagnosis/run.ts';
import { exitCodes, isConsoleError } from '../../errors/errors.ts';
import { count, countOf, signed } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { distinctNames } from '../../format/preset-name.ts';
import { judgeTrigger } from '../../trigger/health.ts';
import { catalogsOf } from '../../trigger/read-cached-catalog.ts';
import { readTriggerCatalog } from '../../trigger/read-catalog.ts';
import { type AuditResult, mismatchesOf } from '../check/audit-result.ts';
import { changeLine } from '../check/change-line.ts';
import { checkFormats } from '../check/formats.ts';
import { judgeMismatches, verdictJson, verdictLine } from '../check/limits.ts';
import { notes } from '../output/check-notes.ts';
import { auditJson, beyondReach } from '../output/counter-audit.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { type Lines, linesOf, namedTable } from '../output/named-table.ts';
import type { Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';
import { requireCauses } from '../require-causes.ts';

/** Audits every preset, or those that `--preset` names. Exit code 1 with a mismatch, 3 where rows may be hidden. */
export async function check(
  database: Database,
  config: Config,
  signal: AbortSignal,
  progress: Progress,
): Promise<Outcome> {
  const catalogs = catalogsOf(database);
  const onProgress = (done: number, total: number) => progress('Auditing', { done, total, what: 'rows' });
  requireCauses('--fail-on', config.failOn);
  progress('Auditing');
  const { found, report, findings } = await database.read(
    async reader => {
      const found = await inspectDatabase(reader, database, config.choice);
      const report = await readSchemaReport(reader, found.tables);
      return {
        found,
        report,
        findings: judgeTrigger(await readTriggerCatalog(reader, found.tables, catalogs)).findings,
      };
    },
    { signal },
  );
  const { tables } = found;
  const complete = tables.hiddenBy.length === 0;
  // What a policy leaves visible counts nothing, and reading it may fail where nobody is signed in.
  const audited =
    config.presets.length > 0
      ? await auditRows(database, tables, reader => findPresets(reader, tables, config.presets), signal)
      : await auditTables(database, tables, { signal, onProgress });
  const { mismatches, orphans } = audited;
  // The cause of one shows in what it has in common with others.
  const all =
    orphans === null && mismatches.length > 0
      ? await auditTables(database, tables, { signal, onProgress })
      : audited;
  progress('Finding the causes');
  let lastUsed: LastUsedTally | null = null;
  let failed: string | null = null;
  const diagnoses = await diagnose(database, tables, all.mismatches, {
    signal,
    allRecords: all.orphans === null ? null : all.totals.records + all.orphans,
    onLastUsed: tally => {
      lastUsed = tally;
    },
  }).catch(error => {
    // The counts are right without it.
    if (!isConsoleError(error) || !beyondReach.has(error.code)) throw error;
    failed = error.message;
    return new Map<string, Diagnosis>();
  });
  const { line } = databaseInfo(found, database);
  const results: AuditResult[] = [{ id: tables.definition.id, audited, diagnoses }];
  const verdict = judgeMismatches(mismatchesOf(results), config);
  const limits = verdictLine(verdict);
  const remarks = schemaFindings(report, { orphans, findings });
  const { schema: name, presets, presetUsage, parts, routines } = report;
  return {
    json: {
      ...(await counterHead(found, database, signal)),
      ...auditJson(audited, diagnoses),
      ...verdictJson(verdict),
      ...(lastUsed ? { lastUsed } : {}),
      schema: { name, presets, presetUsage, parts, routines, remarks },
    },
    text: complete
      ? [
          describe(line, audited, diagnoses, linesOf(config)),
          ...(limits === null ? [] : ['', limits]),
          ...(config.presets.length > 0 ? explained(mismatches, diagnoses) : []),
          ...notes(elsewhereNotes(tables), remarks, lastUsed, {
            presets: mismatches.filter(({ id }) => !diagnoses.has(id)).length,
            failed,
          }),
        ].join('\n')
      : line,
    exitCode: !complete ? exitCodes.unreachable : verdict.fails ? exitCodes.unhealthy : exitCodes.healthy,
    as: checkFormats(results, verdict, config.ids),
    line: changeLine(results, config.ids),
    ...(complete
      ? {}
      : {
          warnings: [`The counts are not shown: ${tables.hiddenBy.join('; ')}.`, rolesThatSeeAll(tables)],
        }),
  };
}

/** What led to each diagnosis, at a width that any terminal has. */
function explained(mismatches: readonly Counter[], diagnoses: ReadonlyMap<string, Diagnosis>): string[] {
  const called = distinctNames(mismatches);
  return mismatches.flatMap(counter => {
    const diagnosis = diagnoses.get(counter.id);
    if (!diagnosis) return [];
    return [
      '',
      `${called(counter)}: ${[...causeLines(diagnosis, 78), ...nextLines(diagnosis, 78)].join('\n  ')}`,
    ];
  });
}

// Thousands of lines help nobody at a terminal; --json has them all.
const mostLines = 50;

function describe(
  line: string,
  { totals: sums, orphans, durationMs, mismatches }: AuditedCounter,
  diagnoses: ReadonlyMap<string, Diagnosis>,
  lines: Lines,
): string {
  const negative = mismatches.filter(({ usageCount }) => usageCount !== null && usageCount < 0).length;
  const wrong =
    sums.mismatched === 0
      ? 'all accurate'
      : `${count(sums.accurate)} accurate, ${count(sums.mismatched)} mismatched (${count(sums.tooHigh)} too high, ${count(sums.tooLow)} too low${negative > 0 ? `, ${count(negative)} negative` : ''})`;
  const head = [
    line,
    `${amount(sums.rows, 'preset')}: ${wrong}. ${amount(sums.records, 'record')}` +
      `${orphans === null ? '' : `, ${count(orphans)} orphans`}. Audited in ${(durationMs / 1000).toFixed(2)} s.`,
  ];
  if (mismatches.length === 0) return head.join('\n');
  const shown = mismatches.slice(0, mostLines);
  const more = mismatches.length - shown.length;
  return [
    ...head,
    '',
    ...namedTable(
      shown,
      counter => ({
        numbers: [countOf(counter), count(counter.records ?? 0), signed(drift(counter) ?? 0)],
        last: shortDiagnosis(diagnoses.get(counter.id)),
      }),
      { name: 'Preset', numbers: ['Uses', 'Records', 'Drift'], last: 'Why' },
      { ...lines, least: 9 },
    ),
    ...(more > 0 ? [`and ${count(more)} more; --json lists them all`] : []),
  ].join('\n');
}
