import type { JwtClaims } from '../config/jwt-claims.ts';
import type { Database } from '../connection/transactions.ts';
import { auditCounters } from '../counter/audit/audit-counters.ts';
import { type Counter, drift, type Totals } from '../counter/counter.ts';
import type { CounterChoice } from '../counter/definition/counter-choice.ts';
import { rolesThatSeeAll } from '../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { exitCodes, isConsoleError, isTransient } from '../errors/errors.ts';
import { amount } from '../format/plurals.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { CounterSimulation } from '../simulation/steps/counter-steps.ts';
import type { ReadHealth } from '../trigger/defined/read-health.ts';
import type { About } from './about.ts';
import { readLog } from './app-log/read-log.ts';
import { judgeLogStep } from './judge-log-step.ts';
import { readServerActivity, type ServerActivity } from './read-server-activity.ts';
import type { StepVerdict } from './steps.ts';

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
  /** The same for any other counter. */
  counterSimulation?: Promise<CounterSimulation>;
  /** What keeps any other counter. */
  health?: Promise<ReadHealth>;
  audit?: Promise<Audited>;
}

interface Audited {
  tables: InspectedDatabase['tables'];
  totals: Totals;
  orphans: number;
  worst: Counter[];
}

/** The work of a step. */
export type StepWork = (
  database: Database,
  request: ChecklistRequest,
  walk: Walk,
  signal: AbortSignal | undefined,
) => Promise<StepVerdict>;

/** One audit for both steps that need it; a verdict instead if this role may not see every row. */
export async function audit(
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

/** Step 6: errors about a counter in the application's log, beside what the server counts. */
export async function logStep(
  database: Database,
  { appLog, logSince }: ChecklistRequest,
  about: About,
  signal: AbortSignal | undefined,
): Promise<StepVerdict> {
  // Optional: this step is about the application's log.
  const activity = await database
    .read(reader => readServerActivity(reader, about.isAbout), { signal })
    .catch(error => {
      if (isConsoleError(error) && !isTransient(error) && error.code !== 'interrupted') return null;
      throw error;
    });
  const server = serverWords(activity, about);
  if (appLog === null) {
    return skipped(`No log was given. ${server}`, "Give the application's log with --app-log FILE.");
  }
  const reading = await readLog(appLog, {
    since: logSince,
    isAbout: about.isAbout,
    ...(signal ? { signal } : {}),
  });
  return judgeLogStep(reading, logSince, server, about);
}

/** The verdict on a step whose simulation was not made, if that is a result; null if the checklist cannot go on. */
export function verdictOfObstacle(error: unknown): StepVerdict | null {
  if (!isConsoleError(error)) return null;
  // If a guard refuses, nothing was tried, so the step is skipped.
  if (error.exitCode === exitCodes.refused) return skipped(error.message, error.hint);
  if (!obstacles.has(error.code)) return null;
  return { status: 'failed', evidence: error.message, hint: error.hint, query: null };
}

const obstacles: ReadonlySet<string> = new Set([
  'lock-timeout',
  'statement-timeout',
  'deadlock',
  'permission-denied',
  'no-presets',
  'no-rows',
]);

function serverWords(activity: ServerActivity | null, { topic }: About): string {
  if (!activity) return "This role may not read the server's statistics.";
  const { commits, rollbacks, deadlocks, since, logErrors } = activity;
  const when = since === null ? '' : ` since ${new Date(since).toISOString()}`;
  const log =
    logErrors === null
      ? 'its own log cannot be read'
      : logErrors.length === 0
        ? `the end of its own log has no error about ${topic}`
        : `the end of its own log has ${logErrors.length} errors about ${topic}, the last: ${logErrors.at(-1)}`;
  return `The server counts ${amount(commits, 'commit')}, ${amount(rollbacks, 'rollback')} and ${amount(deadlocks, 'deadlock')} in this database${when}; ${log}.`;
}

/** A step that could not be checked. */
export function skipped(evidence: string, hint: string): StepVerdict {
  return { status: 'skipped', evidence, hint, query: null };
}
