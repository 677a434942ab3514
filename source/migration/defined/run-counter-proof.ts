import { givenSetting, resultSetting } from '../../connection/block-settings.ts';
import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { refused } from '../../counter/guards.ts';
import { databaseError, isConsoleError } from '../../errors/errors.ts';
import { claimsOf } from '../../simulation/read-identity.ts';
import { stepsBlock, stepsValues, toStepsAnswer } from '../../simulation/sql/steps-block.ts';
import type { StepName, StepResult } from '../../simulation/steps/counter-steps.ts';
import { stepPhrase } from '../../simulation/steps/explain-steps.ts';
import { formatStep } from '../../simulation/steps/format-steps.ts';
import { judgeSteps } from '../../simulation/steps/judge-steps.ts';
import { planSteps, type StepsPlan } from '../../simulation/steps/read-steps-plan.ts';
import { obstacle } from '../run-proof.ts';

/** What was played to see that a counter is kept afterwards. */
export interface CounterProof {
  /** True if every step came out right. */
  proved: boolean;
  /** Why it is not proved; null if it is. */
  reason: string | null;
  steps: { step: StepName; status: StepResult['status']; words: string }[];
}

// In seconds: the longest that the table may be locked, whatever --timeout allows for reads.
const longestHold = 2;

/**
 * Adds, removes, changes and moves records of a counter after `statements`, in a transaction that is rolled back. Where something is in
 * the way nothing is proved, and the reason says why. Rejects with exit code 4 if the server then refuses what it takes today, and if
 * the connection is lost.
 */
export async function runCounterProof(
  database: Database,
  definition: CounterDefinition,
  statements: readonly string[],
  signal?: AbortSignal,
): Promise<CounterProof> {
  const request = { counter: definition, row: null, asUser: null, asRole: null, readOnly: false };
  let plan: StepsPlan;
  try {
    plan = await planSteps(database, request, signal);
  } catch (error) {
    if (!isConsoleError(error) || error.code === 'connection-lost') throw error;
    return unproved(lowered(error.message));
  }
  const [reach] = plan.reach;
  if (reach) return unproved(`it runs what no rollback can undo: ${reach.function} (${reach.means})`);
  const { subject, rows, notPossible, notSimulated } = plan;
  if (subject.steps.length === 0) return unproved('no record can be made here');
  const answer = await play(database, plan, statements, signal);
  if ('refused' in answer) return unproved(answer.refused);
  if (answer.error) return unproved(answer.error.message);
  if (!answer.found) return unproved('the row that it would be played with is gone');
  const planned = subject.steps.map(({ step }) => step);
  const { steps } = judgeSteps(answer, { rows, planned, notPossible, notSimulated, asOther: false });
  const failed = steps.find(
    ({ step, status }) => status === 'not-simulated' && answer.failures.some(each => each.step === step),
  );
  const before = failed && (await play(database, plan, [], signal));
  if (failed && before && 'steps' in before && before.steps.some(({ step }) => step === failed.step))
    throw refused(
      'would-break',
      `With this migration, the server would refuse what works today. ${stepPhrase(failed.step, definition)}: ${lowered(failed.reason ?? '')}.`,
      'Both were tried in transactions that were rolled back. Change what refuses it first: a constraint, a type or another trigger.',
    );
  const told = steps.map(result => ({
    step: result.step,
    status: isBeyondNumbers(result) ? ('not-simulated' as const) : result.status,
    words: `${stepPhrase(result.step, definition)}: ${formatStep(result, definition.row.count)}`,
  }));
  const missed = told.find(({ status }) => status === 'not-simulated');
  const right = told.some(({ status }) => status === 'right');
  return {
    proved: right && !missed,
    reason: missed ? lowered(missed.words) : right ? null : 'nothing could be played',
    steps: told,
  };
}

/** A count of NaN or Infinity stays that, whatever is added. */
function isBeyondNumbers({ counted }: StepResult): boolean {
  const wrong = counted.filter(({ right }) => !right);
  return wrong.length > 0 && wrong.every(({ before }) => /NaN|Infinity/.test(before ?? ''));
}

async function play(
  database: Database,
  { subject, identities }: StepsPlan,
  statements: readonly string[],
  signal: AbortSignal | undefined,
) {
  const { timeout, lockTimeout } = database.timeouts;
  try {
    const text = await database.write(
      async ({ rows, script, ownPath }) => {
        const claims = identities.map(identity => claimsOf(identity, null));
        await rows('SELECT set_config($1, $2, true)', [
          givenSetting,
          stepsValues(subject, { claims, role: null, path: ownPath }),
        ]);
        const [row] = (await script(
          `${statements.join(';\n')};\n${stepsBlock(subject)}; SELECT current_setting('${resultSetting}', true) AS answer; ROLLBACK AND CHAIN`,
        )) as { answer: string | null }[];
        return row?.answer;
      },
      { timeout: Math.min(timeout, lockTimeout + longestHold), lockTimeout, signal },
    );
    if (text) return toStepsAnswer(text);
  } catch (error) {
    const state = isConsoleError(error) ? (error.cause as { code?: string } | undefined)?.code : undefined;
    if (state === undefined || !isConsoleError(error) || !/^[0-9A-Z]{5}$/.test(state)) throw error;
    return {
      refused:
        obstacle(state, error.code === 'cancelled') ?? `the server refuses it: ${lowered(error.message)}`,
    };
  }
  throw databaseError(Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' }), database.place);
}

const unproved = (reason: string): CounterProof => ({ proved: false, reason, steps: [] });

function lowered(sentence: string): string {
  const plain = sentence.replace(/\.$/, '');
  return /^[A-Z][a-z ]/.test(plain) ? plain.charAt(0).toLowerCase() + plain.slice(1) : plain;
}
