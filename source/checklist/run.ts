import { createHash } from 'node:crypto';
import type { JwtClaims } from '../config/jwt-claims.ts';
import type { Database } from '../connection/transactions.ts';
import { auditCounters } from '../counter/audit/audit-counters.ts';
import { type Counter, drift, type Totals } from '../counter/counter.ts';
import type { CounterChoice } from '../counter/definition/counter-choice.ts';
import { rolesThatSeeAll } from '../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { exitCodes, isConsoleError, isTransient } from '../errors/errors.ts';
import { shortened } from '../errors/shorten.ts';
import { amount } from '../format/plurals.ts';
import { formatWarning } from '../simulation/format-use.ts';
import { planSimulation, requireConfirmation } from '../simulation/read-plan.ts';
import { runSimulation } from '../simulation/run.ts';
import { isSound, type Simulation } from '../simulation/simulation.ts';
import { verdictOfUse } from '../simulation/use-result.ts';
import { isDoubt } from '../simulation/verdict.ts';
import { trackName } from '../trigger/expected-names.ts';
import { judgeTrigger, type TriggerHealth } from '../trigger/health.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import { readLog } from './app-log/read-log.ts';
import { judgeLogStep } from './judge-log-step.ts';
import { readServerActivity, type ServerActivity } from './read-server-activity.ts';
import { uncalledIn } from './scan-source.ts';
import {
  type ChecklistStep,
  judgeCountsStep,
  judgeRecordsStep,
  judgeTriggerStep,
  type StepId,
  type StepVerdict,
  stepIds,
  stepTitles,
} from './steps.ts';

/** The subject and options of a checklist. */
export interface ChecklistRequest {
  counter: CounterChoice;
  /** The preset to use, by id or name; null for the most used one. */
  preset: string | null;
  asUser: string | null;
  asRole: string | null;
  /** All claims of the application's token, if they were given. */
  claims?: JwtClaims | null;
  readOnly: boolean;
  /** The fingerprint that confirms a simulation with effects outside its transaction. */
  confirm: string | null;
  /** The application's log, and how far back errors in it count (milliseconds since 1970). */
  appLog: string | null;
  /** The directory of the application's source, if it was given. */
  appSource?: string | null;
  logSince: number;
  timeout: number;
  lockTimeout: number;
}

/** What the steps of one run share, so that nothing is read twice. */
export interface Walk {
  simulation?: Promise<Simulation>;
  audit?: Promise<Audited>;
}

interface Audited {
  tables: InspectedDatabase['tables'];
  totals: Totals;
  orphans: number;
  worst: Counter[];
}

/** What the evidence is about, for a report. */
export interface ChecklistSubject {
  inspected: InspectedDatabase;
  health: TriggerHealth;
  /** SHA-256 of the trigger's definition and its function's source; null if there is no trigger. */
  definitionHash: string | null;
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
): AsyncGenerator<{ id: StepId; step: ChecklistStep | null }> {
  const walk: Walk = {};
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
  const verdict = await steps[id](database, request, walk, signal);
  return {
    id,
    title: stepTitles[id],
    ...verdict,
    evidence: shortened(verdict.evidence, longest),
    hint: shortened(verdict.hint, longest),
    at,
    durationMs: performance.now() - start,
  };
}

type StepWork = (
  database: Database,
  request: ChecklistRequest,
  walk: Walk,
  signal: AbortSignal | undefined,
) => Promise<StepVerdict>;

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
      return `"${name || id}" has a count of ${usageCount ?? 'NULL'} and ${found} records`;
    });
    return judgeCountsStep(audited.totals, worst, {
      presets: presets.name,
      records: records.name,
      key: presets.key,
      preset: records.preset,
      count: presets.count,
    });
  },
  async 'no-log-errors'(database, { appLog, logSince }, _, signal) {
    // Optional: this step is about the application's log.
    const activity = await database
      .read(reader => readServerActivity(reader), { signal })
      .catch(error => {
        if (isConsoleError(error) && !isTransient(error) && error.code !== 'interrupted') return null;
        throw error;
      });
    const server = serverWords(activity);
    if (appLog === null) {
      return skipped(`No log was given. ${server}`, "Give the application's log with --app-log FILE.");
    }
    const reading = await readLog(appLog, { since: logSince, ...(signal ? { signal } : {}) });
    return judgeLogStep(reading, logSince, server);
  },
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
    if (!isConsoleError(error)) throw error;
    // If a guard refuses, nothing was tried, so the step is skipped.
    if (error.exitCode === exitCodes.refused) return skipped(error.message, error.hint);
    if (obstacles.has(error.code))
      return { status: 'failed', evidence: error.message, hint: error.hint, query: null };
    throw error;
  }
}

const obstacles: ReadonlySet<string> = new Set([
  'lock-timeout',
  'statement-timeout',
  'deadlock',
  'permission-denied',
  'no-presets',
]);

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
  const use = uses[index];
  const failed = failures.find(failure => failure.use === index + 1);
  const right = use !== undefined && verdictOfUse(use) !== 'wrong' && verdict !== 'not-proved';
  const errors = findings.filter(({ severity }) => severity === 'error');
  const doubts = verdict === 'not-proved' ? findings.filter(isDoubt) : [];
  const made = `Simulated with "${preset.name || preset.id}" through ${path === 'insert' ? 'a plain insert' : 'track_preset_usage()'}, rolled back, row locked for ${heldMs.toFixed(0)} ms`;
  const seen = use
    ? `usage_count ${use.before ?? 'NULL'} to ${use.after ?? 'NULL'}, ${amount(use.recordsAdded, 'record')} added${use.recordsUpdated ? `, ${use.recordsUpdated} updated` : ''}${use.lastUsedAtMoved === null ? '' : `, last_used_at ${use.lastUsedAtMoved ? 'moved' : 'did not move'}`}`
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

/** One audit for both steps that need it; a verdict instead if this role may not see every row. */
async function audit(
  database: Database,
  { counter }: ChecklistRequest,
  walk: Walk,
  signal: AbortSignal | undefined,
): Promise<Audited | StepVerdict> {
  const { tables } = await database.read(reader => inspectDatabase(reader, database, counter), { signal });
  if (tables.hiddenBy.length > 0) {
    return skipped(`Counts cannot be checked: ${tables.hiddenBy.join('; ')}.`, rolesThatSeeAll(tables));
  }
  walk.audit ??= (async () => {
    const worst: Counter[] = [];
    const summary = await auditCounters(database, tables, {
      scope: 'mismatched',
      signal,
      onPage: ({ counters }) => worst.push(...counters),
    });
    worst.sort((a, b) => Math.abs(drift(b) ?? 0) - Math.abs(drift(a) ?? 0));
    return { tables, totals: summary.totals, orphans: summary.orphans, worst };
  })();
  try {
    return await walk.audit;
  } catch (error) {
    delete walk.audit;
    throw error;
  }
}

function serverWords(activity: ServerActivity | null): string {
  if (!activity) return "This role may not read the server's statistics.";
  const { commits, rollbacks, deadlocks, since, logErrors } = activity;
  const when = since === null ? '' : ` since ${new Date(since).toISOString()}`;
  const log =
    logErrors === null
      ? 'its own log cannot be read'
      : logErrors.length === 0
        ? 'the end of its own log has no error about usage tracking'
        : `the end of its own log has ${logErrors.length} errors about usage tracking, the last: ${logErrors.at(-1)}`;
  return `The server counts ${amount(commits, 'commit')}, ${amount(rollbacks, 'rollback')} and ${amount(deadlocks, 'deadlock')} in this database${when}; ${log}.`;
}

function skipped(evidence: string, hint: string): StepVerdict {
  return { status: 'skipped', evidence, hint, query: null };
}
