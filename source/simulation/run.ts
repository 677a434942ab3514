import { givenSetting, resultSetting } from '../connection/block-settings.ts';
import { endedEarly } from '../connection/deadlines.ts';
import type { ServerNotice } from '../connection/pool.ts';
import type { Database } from '../connection/transactions.ts';
import { ConsoleError, databaseError, exitCodes, type Place } from '../errors/errors.ts';
import { raisedIn } from '../errors/raised-in.ts';
import { withoutPasswords } from '../errors/redact.ts';
import { shortened } from '../errors/shorten.ts';
import { explainUse, limitsUsesOf } from './explain-use.ts';
import { claimsOf } from './read-identity.ts';
import type { SimulationPlan } from './read-plan.ts';
import { explainCircumstances, type Simulation, type UseWarning } from './simulation.ts';
import {
  type SimulationAnswer,
  simulationBlock,
  simulationValues,
  toSimulationAnswer,
} from './sql/simulation-block.ts';
import type { UseResult } from './use-result.ts';
import { isConfirmed } from './use-result.ts';
import { judgeUses } from './verdict.ts';

/**
 * Uses the preset twice in a transaction that is rolled back, then again as the plan's role. `timeouts` are in seconds.
 * Rejects if the preset's row cannot be locked or the connection is lost; a use that fails is a result.
 */
export async function runSimulation(
  database: Database,
  plan: SimulationPlan,
  timeouts: { timeout: number; lockTimeout: number },
  signal?: AbortSignal,
): Promise<Simulation> {
  const takenAt = Date.now();
  const heard: UseWarning[] = [];
  const own = await simulateAs(database, plan, null, heard, timeouts, signal);
  const { role } = plan;
  const other = role?.allowed ? await simulateAs(database, plan, role.name, heard, timeouts, signal) : null;
  const uses = own.uses.map(toResult);
  const { health, replicationRole } = plan;
  const limited = limitsUsesOf(health);
  const asRole =
    other && role
      ? {
          role: role.name,
          confirmed: other.failures.length === 0 && isConfirmed(other.uses.map(toResult), limited),
          uses: other.uses.map(toResult),
          failures: other.failures,
        }
      : null;
  const { identity, asks, inspected } = plan;
  const { definition } = inspected.tables;
  const asked = role?.asked ?? false;
  const { verdict, doubts } = judgeUses({
    uses,
    failures: own.failures,
    asRole,
    asked,
    untried: role && !role.allowed ? role.name : null,
    limited,
    identity,
    asks,
  });
  return {
    counter: definition,
    preset: plan.preset,
    path: own.path,
    asUser: identity.user,
    subject: identity.subject,
    subjectFrom: identity.via,
    verdict,
    confirmed: doubts.length === 0 && isConfirmed(uses, limited),
    uses,
    failures: own.failures,
    findings: [
      ...doubts,
      ...explainUse({
        path: own.path,
        uses,
        failures: own.failures,
        health,
        replicationRole,
        definition,
        undeclared: plan.calls.some(call => call.undeclared === true),
      }),
      ...explainCircumstances({
        path: own.path,
        firstPath: plan.calls[0]?.path ?? 'insert',
        strangers: plan.strangers,
        others: plan.others,
        uncalledIn: plan.uncalledIn,
        role,
        own: plan.inspected.server.user,
        asRole,
        confirmed: own.failures.length === 0 && isConfirmed(uses, limited),
        user: identity.user,
        recorded: [...(own.users ?? []), ...(other?.users ?? [])],
        reach: plan.reach,
        unknown: plan.unknown,
        sequences: plan.sequences,
      }),
    ],
    warnings: distinct(heard),
    asRole,
    waitedMs: own.waited ?? 0,
    heldMs: Math.max(own.held ?? 0, other?.held ?? 0),
    takenAt,
  };
}

// In seconds: the longest that the preset's row may be held, whatever --timeout allows for reads.
export const longestHold = 2;

async function simulateAs(
  database: Database,
  plan: SimulationPlan,
  role: string | null,
  heard: UseWarning[],
  { timeout, lockTimeout }: { timeout: number; lockTimeout: number },
  signal: AbortSignal | undefined,
): Promise<SimulationAnswer> {
  const { calls, preset } = plan;
  const claims = claimsOf(plan.identity, role);
  const longest = Math.min(timeout, lockTimeout + longestHold);
  let early = false;
  const answer = await database.write(
    async ({ rows, script, ownPath }) => {
      await rows('SELECT set_config($1, $2, true)', [
        givenSetting,
        simulationValues({ preset: preset.id, claims, role }, calls, ownPath),
      ]);
      const asked = performance.now();
      const [row] = (await script(
        `${simulationBlock(plan.inspected.tables, calls, plan.userColumn)}; SELECT current_setting('${resultSetting}', true) AS answer; ROLLBACK AND CHAIN`,
      )) as { answer: string | null }[];
      early = endedEarly(asked, longest);
      return row?.answer;
    },
    {
      timeout: longest,
      lockTimeout,
      signal,
      onNotice: notice => heard.push(readable(notice)),
    },
  );
  // The block does nothing in any other transaction: the connection was lost between the two statements.
  if (!answer)
    throw databaseError(Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' }), database.place);
  const result = toSimulationAnswer(answer);
  const obstacle = result.error ?? result.failures.find(({ code }) => obstacles.has(code));
  if (obstacle) throw obstacleError({ ...obstacle, early }, preset, database.place);
  if (!result.found) {
    throw new ConsoleError({
      code: 'no-such-preset',
      message: `The preset "${preset.name}" is gone, or this role may not see its row.`,
      hint: 'Check the list of presets again.',
      exitCode: exitCodes.unreachable,
    });
  }
  return result;
}

// In characters, and in number: a trigger may warn of anything, for every record.
const longestWarning = 1_000;
const mostWarnings = 20;

/** A warning of the server, safe to show. */
export function readable({ severity, code, message, where }: ServerNotice): UseWarning {
  const short = (text: string) => withoutPasswords(shortened(text, longestWarning));
  const routine = raisedIn(where);
  return { severity, code, message: short(message), where: routine === null ? null : short(routine) };
}

/** Each warning once, those of the second use and of the other role left out where they are the same. */
export function distinct(heard: readonly UseWarning[]): UseWarning[] {
  const key = (each: UseWarning) => JSON.stringify([each.severity, each.code, each.message]);
  return heard
    .filter((each, at) => heard.findIndex(other => key(other) === key(each)) === at)
    .slice(0, mostWarnings);
}

// A lock or a timeout is about what else is running, not about how uses are counted.
export const obstacles: ReadonlySet<string> = new Set(['57014', '55P03', '40P01']);

/** The error for what kept a simulation from being made: `early` if that was sooner than its timeout. `needs` are the rights that it takes. */
export function obstacleError(
  { code, message, early }: { code: string; message: string; early: boolean },
  { name }: { name: string },
  place: Place,
  needs = "It needs UPDATE on presets, to hold the preset's row, and SELECT on both tables.",
): unknown {
  const errors: Record<string, { code: string; message: string; hint: string }> = {
    '55P03': {
      code: 'lock-timeout',
      message: `Another session holds the row of "${name}" or a lock that a use needs: ${message}.`,
      hint: 'Nothing was changed. Try again, or allow a longer wait with --lock-timeout.',
    },
    '40P01': {
      code: 'deadlock',
      message: `The simulation and another session waited for each other: ${message}.`,
      hint: 'Nothing was changed. Try again.',
    },
    '57014': early
      ? {
          code: 'cancelled',
          message: `Somebody cancelled the simulation: ${message}.`,
          hint: 'Nothing was changed. Try again. A watchdog on this server may be calling pg_cancel_backend().',
        }
      : {
          code: 'statement-timeout',
          message: `The simulation took longer than it may hold the row of "${name}": ${message}.`,
          hint: 'Nothing was changed. Try a preset with fewer records, or find out what makes a use slow.',
        },
    '42501': {
      code: 'permission-denied',
      message: `${place.user} may not do what a simulation does: ${message}.`,
      hint: needs,
    },
  };
  const known = errors[code];
  if (known) return new ConsoleError({ ...known, exitCode: exitCodes.unreachable });
  return databaseError(Object.assign(new Error(message), { code }), place);
}

function toResult(use: SimulationAnswer['uses'][number]): UseResult {
  return {
    before: use.before,
    after: use.after,
    increment: use.increment,
    recordsAdded: use.recordsAfter - use.recordsBefore,
    recordsUpdated: use.recordsUpdated,
    lastUsedAtMoved: use.lastUsedMoved,
  };
}
