import { createHash } from 'node:crypto';
import type { Database } from '../connection/transactions.ts';
import { type CounterChoice, isOfPresets } from '../counter/definition/counter-choice.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { shortened } from '../errors/shorten.ts';
import { count, countText } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import { formatMoved, formatWarning } from '../simulation/format-use.ts';
import { planSimulation, requireConfirmation } from '../simulation/read-plan.ts';
import { runSimulation } from '../simulation/run.ts';
import { isSound, type Simulation } from '../simulation/simulation.ts';
import { verdictOfUse } from '../simulation/use-result.ts';
import { isDoubt } from '../simulation/verdict.ts';
import { trackName } from '../trigger/expected-names.ts';
import { judgeTrigger, type TriggerHealth } from '../trigger/health.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import { aboutPresets } from './about.ts';
import { counterSteps, readHealth } from './run-counter-steps.ts';
import {
  audit,
  type ChecklistRequest,
  logStep,
  type StepWork,
  verdictOfObstacle,
  type Walk,
} from './run-walk.ts';
import { uncalledIn } from './scan-source.ts';
import { stepTitlesOf } from './step-titles.ts';
import {
  type ChecklistStep,
  judgeCountsStep,
  judgeRecordsStep,
  judgeTriggerStep,
  type StepId,
  type StepVerdict,
  stepIds,
} from './steps.ts';

/** What the evidence is about, for a report. */
export interface ChecklistSubject {
  inspected: InspectedDatabase;
  health: TriggerHealth;
  /** SHA-256 of the trigger's definition and its function's source; null if there is no trigger. */
  definitionHash: string | null;
}

/** The same for any other counter. */
export interface CounterSubject {
  inspected: InspectedDatabase;
  /** The trigger that keeps the count, with the hash of all that do. */
  trigger: { name: string; definition: string | null; definitionHash: string | null };
}

/** Reads the subject of the evidence for any counter but that of presets. */
export async function readCounterSubject(
  database: Database,
  counter: CounterDefinition,
  walk: Walk,
  signal?: AbortSignal,
): Promise<CounterSubject> {
  const { inspected, health, catalog } = await readHealth(database, counter, walk, signal);
  const { name, definition } = health.trigger;
  const texts = health.triggers.map(trigger => {
    const body = catalog.routines.find(({ identity }) => identity === trigger.function);
    return `${trigger.definition}\n${body?.source ?? ''}`;
  });
  return {
    inspected,
    trigger: {
      name,
      definition,
      definitionHash: texts.length === 0 ? null : createHash('sha256').update(texts.join('\n')).digest('hex'),
    },
  };
}

/** Reads the subject of the evidence. */
export function readSubject(
  database: Database,
  counter: CounterChoice,
  signal?: AbortSignal,
): Promise<ChecklistSubject> {
  return database.read(
    async reader => {
      const found = await inspectDatabase(reader, database, counter);
      const catalog = await readTriggerCatalog(reader, found.tables);
      const health = judgeTrigger(catalog);
      const body = catalog.functions.find(({ identity }) => identity === health.trigger.function);
      const text = health.trigger.definition && `${health.trigger.definition}\n${body?.source ?? ''}`;
      return {
        inspected: found,
        health,
        definitionHash: text && createHash('sha256').update(text).digest('hex'),
      };
    },
    { signal },
  );
}

/** Runs all six steps in order. Each is yielded when it begins and again with its result. */
export async function* walkChecklist(
  database: Database,
  request: ChecklistRequest,
  signal?: AbortSignal,
  walk: Walk = {},
): AsyncGenerator<{ id: StepId; step: ChecklistStep | null }> {
  for (const id of stepIds) {
    yield { id, step: null };
    yield { id, step: await runStep(id, database, request, walk, signal) };
  }
}

// In characters: evidence and hints include text from the database and the log.
const longest = 4_000;

/**
 * Runs one step. It is `failed` if its condition does not hold, and `skipped` if that cannot be checked, with the reason as
 * its evidence. Rejects if the database cannot be reached.
 */
export async function runStep(
  id: StepId,
  database: Database,
  request: ChecklistRequest,
  walk: Walk,
  signal?: AbortSignal,
): Promise<ChecklistStep> {
  const at = Date.now();
  const start = performance.now();
  const { counter } = request;
  const [works, titles] = isOfPresets(counter)
    ? [steps, stepTitlesOf(undefined)]
    : [counterSteps(counter), stepTitlesOf(counter)];
  const verdict = await works[id](database, request, walk, signal);
  return {
    id,
    title: titles[id],
    ...verdict,
    evidence: shortened(verdict.evidence, longest),
    hint: shortened(verdict.hint, longest),
    at,
    durationMs: performance.now() - start,
  };
}

const steps: Record<StepId, StepWork> = {
  async 'trigger-enabled'(database, { counter }, _, signal) {
    return judgeTriggerStep((await readSubject(database, counter, signal)).health);
  },
  'use-increments': (database, request, walk, signal) => stepByUse(0, database, request, walk, signal),
  'second-use-increments': (database, request, walk, signal) => stepByUse(1, database, request, walk, signal),
  async 'records-exist'(database, request, walk, signal) {
    const audited = await audit(database, request, walk, signal);
    if ('status' in audited) return audited;
    const { name, time } = audited.tables.records;
    return judgeRecordsStep(audited.totals, audited.orphans, name, time);
  },
  async 'counts-match'(database, request, walk, signal) {
    const audited = await audit(database, request, walk, signal);
    if ('status' in audited) return audited;
    const { presets, records } = audited.tables;
    const worst = audited.worst.slice(0, 3).map(counter => {
      const { name, id, usageCount, records: found } = counter;
      return `"${name || id}" has a count of ${countText(usageCount)} and ${count(found ?? 0)} records`;
    });
    return judgeCountsStep(audited.totals, worst, {
      presets: presets.name,
      records: records.name,
      key: presets.key,
      preset: records.preset,
      count: presets.count,
    });
  },
  'no-log-errors': (database, request, _, signal) => logStep(database, request, aboutPresets, signal),
};

async function stepByUse(
  index: 0 | 1,
  database: Database,
  request: ChecklistRequest,
  walk: Walk,
  signal: AbortSignal | undefined,
): Promise<StepVerdict> {
  try {
    walk.simulation ??= simulate(database, request, signal);
    return judgeUse(await walk.simulation, index);
  } catch (error) {
    delete walk.simulation;
    const verdict = verdictOfObstacle(error);
    if (verdict) return verdict;
    throw error;
  }
}

async function simulate(
  database: Database,
  { confirm, timeout, lockTimeout, ...request }: ChecklistRequest,
  signal: AbortSignal | undefined,
): Promise<Simulation> {
  const uncalled = await uncalledIn(request.appSource ?? null, trackName, signal);
  const plan = await planSimulation(database, { ...request, uncalledIn: uncalled }, signal);
  requireConfirmation(plan, confirm);
  return runSimulation(database, plan, { timeout, lockTimeout }, signal);
}

function judgeUse(simulation: Simulation, index: 0 | 1): StepVerdict {
  const { preset, path, uses, failures, findings, warnings, heldMs, verdict } = simulation;
  const { row } = simulation.counter;
  const use = uses[index];
  const failed = failures.find(failure => failure.use === index + 1);
  const right = use !== undefined && verdictOfUse(use) !== 'wrong' && verdict !== 'not-proved';
  const errors = findings.filter(({ severity }) => severity === 'error');
  const doubts = verdict === 'not-proved' ? findings.filter(isDoubt) : [];
  const made = `Simulated with "${preset.name || preset.id}" through ${path === 'insert' ? 'a plain insert' : `${trackName}()`}, rolled back, row locked for ${heldMs.toFixed(0)} ms`;
  const seen = use
    ? `${row.count} ${use.before ?? 'NULL'} to ${use.after ?? 'NULL'}, ${amount(use.recordsAdded, 'record')} added${use.recordsUpdated ? `, ${use.recordsUpdated} updated` : ''}${formatMoved(use, row)}`
    : 'the use was not made';
  const passed = right && !failed && (index === 1 || isSound(simulation) || errors.every(onlyTheSecond));
  return {
    status: passed ? 'passed' : 'failed',
    evidence: [
      `${made}: ${seen}.`,
      ...(passed ? [] : [...doubts, ...errors].map(({ message }) => message)),
      ...warnings.map(each => `The server said: ${formatWarning(each)}.`),
    ].join(' '),
    hint: passed ? '' : ([...doubts, ...errors][0]?.hint ?? 'Run preset-usage simulate to see why.'),
    query: null,
  };
}

// Errors of only the second use belong to step 3.
function onlyTheSecond({ code }: { code: string }): boolean {
  return code === 'second-use-refused' || code === 'daily-limit' || code === 'unique-limits-uses';
}
