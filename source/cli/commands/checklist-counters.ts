import { readCounterSubject, readSubject, walkChecklist } from '../../checklist/run.ts';
import type { Walk } from '../../checklist/run-walk.ts';
import { type ChecklistStep, logDay, stepIds } from '../../checklist/steps.ts';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { isOfOneCounter } from '../../counter/audit/one-counter.ts';
import { isOfPresets } from '../../counter/definition/counter-choice.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { readReservedWords } from '../../counter/definition/read-reserved-words.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import { exitCodes } from '../../errors/errors.ts';
import { iso } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { briefHealth } from '../output/brief-health.ts';
import { type CountedChecklist, countedChecklist } from '../output/checklist-json.ts';
import type { Evidence } from '../output/checklist-report.ts';
import { stepLines, summary } from '../output/checklist-text.ts';
import { notCheckableJson } from '../output/counter-json.ts';
import { databaseInfo } from '../output/database-info.ts';
import type { Outcome } from '../output/outcome.ts';
import { everyCounter, nothingFound } from './check-counters.ts';

/** What tells of the walk while it lasts, and writes the report. */
interface Told {
  onLine: (line: string) => void;
  write: ((evidence: Evidence) => Promise<void>) | null;
}

/** Walks the checklist for any counter but that of presets. Exit code 1 where a step failed. */
export async function checklistOfCounter(
  database: Database,
  config: Config,
  definition: CounterDefinition,
  signal: AbortSignal,
  { onLine, write }: Told,
): Promise<Outcome> {
  const takenAt = Date.now();
  const reserved = await database.read(readReservedWords, { signal });
  const { inspected, steps, document } = await walk(database, config, definition, reserved, signal, onLine);
  const { json, line } = databaseInfo(inspected, database);
  const all = { version: 2, database: json, takenAt: iso(takenAt), ...document, source: null };
  await write?.(all);
  return {
    json: all,
    text: [line, ...linesOf(document, steps), ...writtenTo(config)].map(displayText).join('\n'),
    exitCode: document.failed > 0 ? exitCodes.unhealthy : exitCodes.healthy,
  };
}

/**
 * Walks the checklist for every counter except guesses, one after another. The exit code is the worst of all: 1 where a step failed,
 * 3 where a counter could not be looked at.
 */
export async function checklistOfAll(
  database: Database,
  config: Config,
  signal: AbortSignal,
  { onLine, write }: Told,
): Promise<Outcome> {
  const takenAt = Date.now();
  const found = await knownCounters(database, config, signal);
  const { chosen, notCheckable } = everyCounter(found);
  if (chosen.length === 0) throw nothingFound(notCheckable);
  const inspected = await database.read(reader => inspectServer(reader, database), { signal });
  const walked: { document: CountedChecklist; steps: readonly ChecklistStep[] }[] = [];
  const failed: { id: string; reason: string }[] = [];
  for (const definition of chosen) {
    try {
      onLine(displayText(definition.id));
      walked.push(await walk(database, config, definition, found.reserved, signal, onLine));
    } catch (error) {
      if (!isOfOneCounter(error)) throw error;
      failed.push({ id: definition.id, reason: error.message });
    }
  }
  const { json, line } = databaseInfo(inspected, database);
  const all = {
    version: 2,
    database: json,
    takenAt: iso(takenAt),
    complete: failed.length === 0,
    counters: walked.map(({ document }) => document),
    notCheckable: [...failed, ...notCheckable.map(notCheckableJson)],
    source: null,
  };
  await write?.(all);
  const wrong = walked.some(({ document }) => document.failed > 0);
  return {
    json: all,
    text: [
      line,
      ...walked.flatMap(({ document, steps }) => ['', ...linesOf(document, steps)]),
      ...failed.map(({ id, reason }) => `${id}: not looked at. ${reason}`),
      ...notCheckable.map(({ id, reason }) => `${id}: not checked. ${reason}`),
      ...writtenTo(config),
    ]
      .map(displayText)
      .join('\n'),
    exitCode: failed.length > 0 ? exitCodes.unreachable : wrong ? exitCodes.unhealthy : exitCodes.healthy,
  };
}

async function walk(
  database: Database,
  config: Config,
  definition: CounterDefinition,
  reserved: ReadonlySet<string>,
  signal: AbortSignal,
  onLine: (line: string) => void,
) {
  const shared: Walk = {};
  const { inspected, trigger } = isOfPresets(definition)
    ? await subjectOfPresets(database, definition, signal)
    : await readCounterSubject(database, definition, shared, signal);
  const request = {
    ...config,
    counter: definition,
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
  return {
    inspected,
    steps,
    document: countedChecklist(inspected.tables.definition, reserved, trigger, steps),
  };
}

async function subjectOfPresets(database: Database, definition: CounterDefinition, signal: AbortSignal) {
  const { inspected, health, definitionHash } = await readSubject(database, definition, signal);
  const { name, definition: made } = briefHealth(health).trigger;
  return { inspected, trigger: { name, definition: made, definitionHash } };
}

function linesOf({ counter }: CountedChecklist, steps: readonly ChecklistStep[]): string[] {
  return [`${counter.id}: ${summary(steps)}`, ...stepLines(steps)];
}

function writtenTo({ report }: Config): string[] {
  return report === null ? [] : ['', `Written to ${report}.`];
}
