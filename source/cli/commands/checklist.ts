import { closeLogs, openLogs } from '../../checklist/app-log/log-files.ts';
import { readCounterSubject, readSubject, walkChecklist } from '../../checklist/run.ts';
import type { Walk } from '../../checklist/run-walk.ts';
import { scanSource } from '../../checklist/scan-source.ts';
import type { SourceEvidence } from '../../checklist/source-evidence.ts';
import { type ChecklistStep, logDay, stepIds } from '../../checklist/steps.ts';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { isOfOneCounter } from '../../counter/audit/one-counter.ts';
import { type CounterChoice, isOfPresets } from '../../counter/definition/counter-choice.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import { exitCodes, usageError } from '../../errors/errors.ts';
import { iso } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { nothingRead } from '../../scan/not-read.ts';
import { checklistFormats } from '../checklist/formats.ts';
import { type ChecklistJson, checklistJson } from '../checklist/json.ts';
import { type Evidence, type NotWalked, prepareReport } from '../checklist/report.ts';
import { sourceLines, stepLines, summary } from '../checklist/text.ts';
import { briefHealth } from '../output/brief-health.ts';
import { counterJson, notCheckableJson } from '../output/counter-json.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead, databaseHead } from '../output/document-head.ts';
import type { Outcome } from '../output/outcome.ts';
import { everyCounter, nothingFound } from './check-counters.ts';

/** What tells of the walk while it lasts, and writes the report. */
interface Told {
  onLine: (line: string) => void;
  write: ((evidence: Evidence, failed: readonly NotWalked[]) => Promise<void>) | null;
}

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
  refuseTogether(config);
  // Early, for kindness: what cannot work should not begin.
  if (config.appLog !== null) await closeLogs(await openLogs(config.appLog, null));
  const write = config.report === null ? null : await prepareReport(config.report);
  return (config.all ? walkAll : walkOne)(database, config, signal, { onLine, write });
}

function refuseTogether({ all, counter, presets }: Config): void {
  if (all && counter.length > 0) {
    throw usageError('bad-flag', '--all and --counter are both given.', 'Give one of them.');
  }
  if (all && presets.length > 0) {
    throw usageError('bad-flag', '--preset does not go together with --all.', 'Leave it out.');
  }
}

async function walkOne(
  database: Database,
  config: Config,
  signal: AbortSignal,
  { onLine, write }: Told,
): Promise<Outcome> {
  const { choice } = config;
  const source = await sourceOf(config, [choice], signal);
  const takenAt = iso(Date.now());
  const { inspected, steps, document } = await walk(database, config, choice, signal, onLine);
  const head = await counterHead(inspected, database, signal);
  const json = { ...head, takenAt, ...document, source };
  await write?.(json, []);
  return {
    json,
    text: textOf(config, [
      databaseInfo(inspected, database).line,
      `${isOfPresets(choice) ? '' : `${choice.id}: `}${summary(steps)}`,
      ...stepLines(steps),
      '',
      ...sourceLines(source),
    ]),
    exitCode: document.failed > 0 || hasWrites(source) ? exitCodes.unhealthy : exitCodes.healthy,
    as: checklistFormats(json, []),
  };
}

/** Walks every counter except guesses, one after another. Exit code 3 where a counter could not be looked at. */
async function walkAll(
  database: Database,
  config: Config,
  signal: AbortSignal,
  { onLine, write }: Told,
): Promise<Outcome> {
  const found = await knownCounters(database, config, signal);
  const { chosen, notCheckable } = everyCounter(found);
  if (chosen.length === 0) throw nothingFound(notCheckable);
  const source = await sourceOf(config, chosen, signal);
  const takenAt = iso(Date.now());
  const inspected = await database.read(reader => inspectServer(reader, database), { signal });
  const walked: Awaited<ReturnType<typeof walk>>[] = [];
  const failed: NotWalked[] = [];
  for (const definition of chosen) {
    try {
      onLine(displayText(definition.id));
      walked.push(await walk(database, config, definition, signal, onLine));
    } catch (error) {
      if (!isOfOneCounter(error)) throw error;
      failed.push({ id: definition.id, reason: error.message });
    }
  }
  const json = {
    ...databaseHead(inspected, database),
    takenAt,
    complete: failed.length === 0,
    counters: walked.map(each => ({
      counter: counterJson(each.inspected.tables.definition, found.reserved),
      ...each.document,
    })),
    notCheckable: [...failed, ...notCheckable.map(notCheckableJson)],
    source,
  };
  await write?.(json, failed);
  const wrong = hasWrites(source) || walked.some(({ document }) => document.failed > 0);
  return {
    json,
    text: textOf(config, [
      databaseInfo(inspected, database).line,
      ...walked.flatMap(each => [
        '',
        `${each.inspected.tables.definition.id}: ${summary(each.steps)}`,
        ...stepLines(each.steps),
      ]),
      ...failed.map(({ id, reason }) => `${id}: not looked at. ${reason}`),
      ...notCheckable.map(({ id, reason }) => `${id}: not checked. ${reason}`),
      '',
      ...sourceLines(source),
    ]),
    exitCode: failed.length > 0 ? exitCodes.unreachable : wrong ? exitCodes.unhealthy : exitCodes.healthy,
    as: checklistFormats(json, failed),
  };
}

/** What the application's source writes beside what keeps these counters; null where no source was given. */
async function sourceOf(
  { appSource }: Config,
  counters: readonly CounterChoice[],
  signal: AbortSignal,
): Promise<SourceEvidence | null> {
  if (appSource === null) return null;
  const source = await scanSource(appSource, counters, signal);
  const nothing = nothingRead(source);
  if (nothing) throw nothing;
  return source;
}

const hasWrites = (source: SourceEvidence | null) => source !== null && source.writes.length > 0;

async function walk(
  database: Database,
  config: Config,
  counter: CounterChoice,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<{
  inspected: Awaited<ReturnType<typeof subjectOfPresets>>['inspected'];
  steps: readonly ChecklistStep[];
  document: ChecklistJson;
}> {
  const shared: Walk = {};
  const { inspected, trigger } = isOfPresets(counter)
    ? await subjectOfPresets(database, counter, signal)
    : await readCounterSubject(database, counter, shared, signal);
  const request = {
    ...config,
    counter,
    preset: config.presets[0] ?? null,
    logSince: Date.now() - logDay,
  };
  const steps: ChecklistStep[] = [];
  for await (const { id, step } of walkChecklist(database, request, signal, shared)) {
    if (!step) continue;
    steps.push(step);
    onLine(
      displayText(`${stepIds.indexOf(id) + 1}/${stepIds.length} ${step.status.padEnd(7)} ${step.title}`),
    );
  }
  return { inspected, steps, document: checklistJson(trigger, steps) };
}

async function subjectOfPresets(database: Database, counter: CounterChoice, signal: AbortSignal) {
  const { inspected, health, definitionHash } = await readSubject(database, counter, signal);
  const { name, definition } = briefHealth(health).trigger;
  return { inspected, trigger: { name, definition, definitionHash } };
}

function textOf({ report }: Config, lines: readonly string[]): string {
  return [...lines, ...(report === null ? [] : ['', `Written to ${report}.`])].map(displayText).join('\n');
}
