import type { StepsAnswer } from '../sql/steps-block.ts';
import type { CountedRow, StepFailure, StepName, StepResult, StepsAs } from './counter-steps.ts';
import { stepNames } from './counter-steps.ts';

type AnsweredStep = StepsAnswer['steps'][number];

/** What was to be done. */
interface Intended {
  rows: readonly CountedRow[];
  planned: readonly StepName[];
  notPossible: ReadonlyMap<StepName, string>;
  notSimulated: ReadonlyMap<StepName, string>;
  /** True if it was done as another role than the session's own: what that role may not do, it does not do. */
  asOther: boolean;
}

/** What each step showed, in the order in which they are told. */
export function judgeSteps(
  { steps, failures }: Pick<StepsAnswer, 'steps' | 'failures'>,
  intended: Intended,
): StepsAs {
  const { planned, notPossible, notSimulated } = intended;
  const results = stepNames.flatMap((step): StepResult[] => {
    const unknown = (status: 'not-possible' | 'not-simulated', reason: string): StepResult[] => [
      { step, status, counted: [], touched: null, reason },
    ];
    const refused = notPossible.get(step);
    if (refused !== undefined) return unknown('not-possible', refused);
    const cannot = notSimulated.get(step);
    if (cannot !== undefined) return unknown('not-simulated', cannot);
    if (!planned.includes(step)) return [];
    const done = steps.find(each => each.step === step);
    if (done) return [judge(done, intended)];
    const failure = failures.find(each => each.step === step);
    if (!failure) return unknown('not-simulated', 'The step that it follows was not done.');
    const { message, code, where } = failure;
    const reason = `The server refused it: ${message} (SQLSTATE ${code}${where === null ? '' : `, in ${where}`}).`;
    const allowed = isRefusedRightly(failure, intended);
    return unknown(allowed ? 'not-possible' : 'not-simulated', reason);
  });
  return { steps: anew(results), failures };
}

const countedAnew = 'The count was wrong before, and was counted anew.';

/**
 * A trigger that counts anew corrects a count that was wrong, so the first step changes it by another number. That another record
 * then changes it by exactly what it should shows that this was no chance.
 */
function anew(results: readonly StepResult[]): StepResult[] {
  const [add, again] = (['add', 'add-again'] as const).map(name => results.find(({ step }) => step === name));
  const isAnew =
    add?.status === 'wrong' && add.counted.every(({ accurate }) => accurate) && again?.status === 'right';
  return results.map(result => {
    const { counted } = result;
    if (!isAnew || result.status !== 'wrong' || !counted.every(({ accurate }) => accurate)) return result;
    return {
      ...result,
      status: 'right',
      counted: counted.map(each => ({ ...each, right: true })),
      reason: countedAnew,
    };
  });
}

/** A second record may be one too many, a check may allow no other amount, and another role may not be meant to change records. */
function isRefusedRightly({ step, code, where }: StepFailure, { asOther }: Intended): boolean {
  if (step === 'add-again') return code === '23505' || code === '23P01';
  // A check that fails within a function is not that of the amount.
  if (step === 'change-amount' && code === '23514') return where === null;
  return asOther && step !== 'add' && code === '42501';
}

function judge(done: AnsweredStep, { rows, asOther }: Intended): StepResult {
  const { step, affected, counted, touched } = done;
  const adds = step === 'add' || step === 'add-again' || step === 'add-out';
  const reason = whyNotDone(done);
  if (reason !== null) {
    const hidden = asOther && !adds && affected === 0;
    return { step, status: hidden ? 'not-possible' : 'not-simulated', counted: [], touched: null, reason };
  }
  // Where a record may be on either of two rows, the one that it is on is told.
  const own = counted.flatMap((each, place) => {
    const row = rows[place];
    return row && (place === 0 || step === 'move' || each.expected !== '0' || !each.right)
      ? [{ row, ...each }]
      : [];
  });
  const told =
    step === 'remove' && own.length > 1
      ? own.filter(each => Number(each.expected) !== 0 || !each.right)
      : own;
  return {
    step,
    status: counted.every(({ right }) => right) ? 'right' : 'wrong',
    counted: told,
    touched,
    reason: null,
  };
}

/** Why a step shows nothing: what was stored is not what was meant. */
function whyNotDone({ step, affected, inserted, made, counted }: AnsweredStep): string | null {
  const changes = counted.map(({ expected }) => Number(expected) !== 0);
  switch (step) {
    case 'add':
    case 'add-again':
    case 'add-out':
      if (made === 0)
        return 'It stored no record of this row: a trigger or a rule may have swallowed or changed it.';
      if (inserted > 1) return `It stored ${inserted} records, so it is not known what the count should be.`;
      if (changes[0] === (step !== 'add-out')) return null;
      return step === 'add-out'
        ? 'What was stored counts by the definition: a trigger or a default may have changed it.'
        : 'What was stored does not count by the definition: a trigger or a default may have changed it.';
    case 'remove-out':
      return affected === 0 ? nothingChanged : null;
    case 'move':
      if (affected === 0) return nothingChanged;
      return changes.every(Boolean) && changes.length === 2 ? null : changedBack;
    default:
      if (affected === 0) return nothingChanged;
      return changes.some(Boolean) ? null : changedBack;
  }
}

const nothingChanged = 'It changed no record: a trigger or a policy may have kept it from that.';
const changedBack = 'The record still counts for as much as before: a trigger may have changed it back.';
