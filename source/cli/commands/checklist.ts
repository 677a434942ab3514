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
import { isOfPresets } from '../../counter/definition/counter-choice.ts';
import { exitCodes, usageError } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import { nothingRead } from '../../scan/not-read.ts';
import { checklistJson } from '../output/checklist-json.ts';
import { prepareReport } from '../output/checklist-report.ts';
import { stepLines, summary } from '../output/checklist-text.ts';
import { databaseInfo } from '../output/database-info.ts';
import type { Outcome } from '../output/outcome.ts';
import { checklistOfAll, checklistOfCounter } from './checklist-counters.ts';

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
  const { presets, report, appLog, appSource, choice } = config;
  refuseTogether(config);
  // Early, for kindness: what cannot work should not begin.
  if (appLog !== null) await closeLogs(await openLogs(appLog, null));
  const source = appSource === null ? null : await scanSource(appSource, signal);
  const nothing = source && nothingRead(source);
  if (nothing) throw nothing;
  const write = report === null ? null : await prepareReport(report);
  if (config.all) return checklistOfAll(database, config, signal, { onLine, write });
  if (!isOfPresets(choice)) return checklistOfCounter(database, config, choice, signal, { onLine, write });
  const takenAt = Date.now();
  const subject = await readSubject(database, choice, signal);
  const request = {
    ...config,
    counter: choice,
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
      ...stepLines(steps),
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

function refuseTogether({ all, counter, presets, appSource, choice }: Config): void {
  const refuse = (what: string, hint: string) => {
    throw usageError('bad-flag', what, hint);
  };
  if (all && counter.length > 0) refuse('--all and --counter are both given.', 'Give one of them.');
  if (all && presets.length > 0) refuse('--preset does not go together with --all.', 'Leave it out.');
  if (appSource !== null && (all || !isOfPresets(choice))) {
    refuse(
      '--app-source is read for the counter of presets alone.',
      'Leave it out, and scan the source with preset-usage scan.',
    );
  }
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
