import { closeLogs, openLogs } from '../../checklist/app-log/log-files.ts';
import { readSubject, walkChecklist } from '../../checklist/run.ts';
import { scanSource } from '../../checklist/scan-source.ts';
import {
  noSource,
  type SourceEvidence,
  sourceHint,
  sourceSentence,
} from '../../checklist/source-evidence.ts';
import { type ChecklistStep, logDay, stepIds, tally } from '../../checklist/steps.ts';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { exitCodes } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import { nothingRead } from '../../scan/not-read.ts';
import { checklistJson } from '../output/checklist-json.ts';
import { prepareReport } from '../output/checklist-report.ts';
import { databaseInfo } from '../output/database-info.ts';
import type { Outcome } from '../output/outcome.ts';

/**
 * Walks the testing checklist without a person. Exit code 1 where a step failed, or where the application's source writes
 * the count itself; steps that were skipped are counted and named, because skipped is not passed.
 */
export async function checklist(
  database: Database,
  config: Config,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<Outcome> {
  const { presets, report, appLog, appSource } = config;
  // Early, for kindness: what cannot work should not begin.
  if (appLog !== null) await closeLogs(await openLogs(appLog, null));
  const source = appSource === null ? null : await scanSource(appSource, signal);
  const nothing = source && nothingRead(source);
  if (nothing) throw nothing;
  const write = report === null ? null : await prepareReport(report);
  const takenAt = Date.now();
  const subject = await readSubject(database, config.choice, signal);
  const request = {
    ...config,
    counter: config.choice,
    preset: presets[0] ?? null,
    logSince: takenAt - logDay,
  };
  const steps: ChecklistStep[] = [];
  for await (const { id, step } of walkChecklist(database, request, signal)) {
    if (!step) continue;
    steps.push(step);
    onLine(
      displayText(`${stepIds.indexOf(id) + 1}/${stepIds.length} ${step.status.padEnd(7)} ${step.title}`),
    );
  }
  const json = checklistJson(subject, database, steps, takenAt, source);
  await write?.(json);
  return {
    json,
    text: [
      databaseInfo(subject.inspected, database).line,
      summary(steps),
      ...steps.flatMap(({ title, status, understood, evidence, hint }, index) => [
        '',
        `${index + 1}. ${title}: ${understood === false ? 'not understood' : status}`,
        `   ${evidence}`,
        ...(hint === '' ? [] : [`   ${hint}`]),
      ]),
      '',
      ...describeSource(source),
      ...(report === null ? [] : ['', `Written to ${report}.`]),
    ]
      .map(displayText)
      .join('\n'),
    exitCode:
      tally(steps).failed > 0 || (source?.writes.length ?? 0) > 0 ? exitCodes.unhealthy : exitCodes.healthy,
  };
}

/** The source beside the steps: it is evidence of its own, and no step of the list. */
function describeSource(source: SourceEvidence | null): string[] {
  if (!source) return [`Source: ${noSource.evidence} ${noSource.hint}`];
  const { writes } = source;
  const hint = sourceHint(source);
  return [
    `Source: ${sourceSentence(source)}`,
    ...writes
      .slice(0, mostWrites)
      .flatMap(({ file, line, kind, text }) => [`   ${file}:${line} ${kind}`, `      ${text}`]),
    ...(writes.length > mostWrites ? [`   and ${writes.length - mostWrites} more`] : []),
    ...(hint === '' ? [] : [`   ${hint}`]),
  ];
}

const mostWrites = 20;

function summary(steps: readonly ChecklistStep[]): string {
  const { passed, failed, skipped } = tally(steps);
  const named = (status: ChecklistStep['status']) =>
    steps
      .filter(step => step.status === status)
      .map(({ id }) => id)
      .join(', ');
  return [
    `${passed} passed`,
    failed > 0 ? `${failed} failed (${named('failed')})` : '0 failed',
    skipped > 0 ? `${skipped} skipped (${named('skipped')}); skipped is not passed.` : '0 skipped.',
  ].join(', ');
}
