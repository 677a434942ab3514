import { givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { endedEarly } from '../../connection/deadlines.ts';
import type { Database } from '../../connection/transactions.ts';
import { ConsoleError, databaseError, exitCodes, isConsoleError } from '../../errors/errors.ts';
import { readCounterHealth } from '../../trigger/defined/read-health.ts';
import { claimsOf } from '../read-identity.ts';
import { distinct, longestHold, obstacleError, obstacles, readable } from '../run.ts';
import { explainReach, type UseWarning } from '../simulation.ts';
import { type StepsAnswer, stepsBlock, stepsValues, toStepsAnswer } from '../sql/steps-block.ts';
import { areRight, type CounterSimulation, type StepsAs } from './counter-steps.ts';
import { explainRole, explainSteps } from './explain-steps.ts';
import { judgeSimulation } from './judge-simulation.ts';
import { judgeSteps } from './judge-steps.ts';
import type { StepsPlan } from './read-steps-plan.ts';
import { mayBeTolerated, tolerateSteps } from './tolerate-steps.ts';

/**
 * Does the steps of a plan in a transaction that is rolled back, then again as the plan's role. `timeouts` are in seconds. Rejects if
 * the rows cannot be locked or the connection is lost; a step that fails is a result. What keeps the count is read
 * only if a step was wrong that the application may never make.
 */
export async function runSteps(
  database: Database,
  plan: StepsPlan,
  timeouts: { timeout: number; lockTimeout: number },
  signal?: AbortSignal,
  readHealth = async () =>
    (await readCounterHealth(database, plan.inspected.tables.definition, signal)).health,
): Promise<CounterSimulation> {
  const takenAt = Date.now();
  const heard: UseWarning[] = [];
  const { role, rows, inspected, notPossible, notSimulated } = plan;
  const { definition } = inspected.tables;
  const planned = plan.subject.steps.map(({ step }) => step);
  const intended = { rows, planned, notPossible, notSimulated };
  const none: StepsAnswer = { found: true, steps: [], failures: [], error: null, waited: 0, held: 0 };
  const as = (name: string | null) =>
    planned.length > 0 ? stepsAs(database, plan, name, heard, timeouts, signal) : Promise.resolve(none);
  const mine = await as(null);
  const others = role?.allowed ? await as(role.name) : null;
  const ownSteps = judgeSteps(mine, { ...intended, asOther: false });
  const otherSteps = others && judgeSteps(others, { ...intended, asOther: true });
  const all = [...ownSteps.steps, ...(otherSteps?.steps ?? [])];
  const health = mayBeTolerated(all) ? await readHealth().catch(unknownUnless(signal)) : null;
  const weigh = (as: StepsAs): StepsAs => ({
    ...as,
    steps: health ? tolerateSteps(as.steps, health) : as.steps,
  });
  const own = weigh(ownSteps);
  const other = otherSteps && weigh(otherSteps);
  const asRole = other && role ? { role: role.name, confirmed: areRight(other), ...other } : null;
  const { verdict, doubts } = judgeSimulation({ own, asRole, definition, ...plan });
  const [row] = rows;
  const [identity] = plan.identities;
  return {
    row: { id: row?.id ?? '', name: row?.name ?? '' },
    asUser: identity?.user ?? null,
    subject: identity?.subject ?? null,
    subjectFrom: identity?.via ?? null,
    verdict,
    confirmed: verdict === 'confirmed',
    ...own,
    findings: [
      ...doubts,
      ...explainSteps(own, definition, {
        replicationRole: plan.replicationRole,
        hasOtherRow: rows.length > 1 || planned.length === 0,
      }),
      ...explainRole(role, inspected.server.user, own, asRole, definition),
      ...explainReach(plan),
    ],
    warnings: distinct(heard),
    asRole,
    waitedMs: mine.waited ?? 0,
    heldMs: Math.max(mine.held ?? 0, others?.held ?? 0),
    takenAt,
  };
}

/** Where it cannot be read what keeps the count, what was seen stands as it is. */
function unknownUnless(signal: AbortSignal | undefined): (error: unknown) => null {
  return error => {
    if (signal?.aborted || !isConsoleError(error)) throw error;
    return null;
  };
}

async function stepsAs(
  database: Database,
  plan: StepsPlan,
  role: string | null,
  heard: UseWarning[],
  { timeout, lockTimeout }: { timeout: number; lockTimeout: number },
  signal: AbortSignal | undefined,
): Promise<StepsAnswer> {
  const { subject, identities } = plan;
  const { tables } = plan.inspected;
  const claims = identities.map(identity => claimsOf(identity, role));
  const longest = Math.min(timeout, lockTimeout + longestHold);
  let early = false;
  const answer = await database.write(
    async ({ rows, script, ownPath }) => {
      await rows('SELECT set_config($1, $2, true)', [
        givenSetting,
        stepsValues(subject, { claims, role, path: ownPath }),
      ]);
      const asked = performance.now();
      const [row] = (await script(
        `${stepsBlock(subject)}; SELECT current_setting('${resultSetting}', true) AS answer; ROLLBACK AND CHAIN`,
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
  const result = toStepsAnswer(answer);
  const obstacle = result.error ?? result.failures.find(({ code }) => obstacles.has(code));
  const [row] = plan.rows;
  const name = row?.name || row?.id || tables.presets.table;
  if (obstacle) {
    const needs = `It needs UPDATE on ${tables.presets.name}, to hold the row, and SELECT on the tables of the counter.`;
    throw obstacleError({ ...obstacle, early }, { name }, database.place, needs);
  }
  if (!result.found) {
    throw new ConsoleError({
      code: 'no-such-row',
      message: `"${name}" or the row that its record would be moved to is gone, or this role may not see it.`,
      hint: 'Try again.',
      exitCode: exitCodes.unreachable,
    });
  }
  return result;
}
