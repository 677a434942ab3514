import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Finding } from '../../counter/finding.ts';
import {
  type CounterSimulation,
  isWrong,
  type StepName,
  type StepResult,
  type StepsAs,
} from './counter-steps.ts';

type Named = Pick<CounterDefinition, 'id' | 'nouns' | 'row' | 'record' | 'writers'>;

/** What a step does, as the beginning of a sentence. */
export function stepPhrase(step: StepName, { nouns, record }: Pick<Named, 'nouns' | 'record'>): string {
  const [one] = nouns.record;
  const phrases: Record<StepName, string> = {
    add: `Adding one ${one}`,
    'add-again': `Adding another ${one}`,
    remove: `Removing one ${one}`,
    'change-out': `Changing one ${one} so that it no longer counts`,
    'change-in': `Changing one ${one} so that it counts again`,
    'change-amount': `Raising ${record.amount ?? 'the amount'} of one ${one}`,
    'add-out': `Adding one ${one} that does not count`,
    'remove-out': `Removing one ${one} that does not count`,
    move: `Moving one ${one} to another ${nouns.row[0]}`,
  };
  return phrases[step];
}

/** True if no step changed the count, and no trigger is known that should: then the application may keep it. */
export function isKeptElsewhere({ steps }: StepsAs, { writers }: Named): boolean {
  const counted = steps.flatMap(each => each.counted);
  return (
    steps.some(({ status }) => status === 'wrong') &&
    counted.every(({ change }) => Number(change) === 0) &&
    !writers.some(({ kind }) => kind === 'trigger')
  );
}

/** The findings about the steps of this session's own role. */
export function explainSteps(
  own: StepsAs,
  definition: Named,
  { replicationRole, hasOtherRow }: { replicationRole: string; hasOtherRow: boolean },
): Finding[] {
  const elsewhere = isKeptElsewhere(own, definition);
  const wrong = own.steps.filter(({ status }) => status === 'wrong');
  return [
    ...(elsewhere ? [keptElsewhere(definition)] : wrong.flatMap(step => miscounted(step, definition))),
    ...(wrong.length > 0 && replicationRole !== 'origin' ? [replicated(replicationRole)] : []),
    ...untouched(own, definition),
    ...own.steps.flatMap(step => notDone(step, definition)),
    ...(hasOtherRow || definition.record.reference.length === 0 ? [] : [noOtherRow(definition)]),
  ];
}

/** What a step did that it should not. A tolerated one is as grave as `trigger` says, which says too what can make it happen. */
function miscounted({ step, counted, tolerated }: StepResult, definition: Named): Finding[] {
  return counted
    .filter(({ right }) => !right)
    .map(({ row, before, after, change, expected }) => ({
      code: `${step}-miscounted`,
      severity: tolerated?.severity ?? 'error',
      message: `${stepPhrase(step, definition)} changed ${definition.row.count} of "${row.name || row.id}" by ${signedText(change)}, not by ${signedText(expected)}: ${before ?? 'NULL'} to ${after ?? 'NULL'}.`,
      hint: tolerated?.hint ?? `preset-usage trigger --counter ${definition.id} shows what keeps the count.`,
    }));
}

function keptElsewhere({ row, writers }: Named): Finding {
  const names = writers.map(({ name }) => name).join(', ');
  return {
    code: 'kept-elsewhere',
    severity: 'warning',
    message:
      names === ''
        ? `No step changed ${row.count}, and no trigger that keeps it was found.`
        : `No step changed ${row.count}: no trigger keeps it, and the simulation does not call ${names}.`,
    hint: 'If the application keeps the count itself, a simulation cannot show whether it does: check compares the counts.',
  };
}

function replicated(role: string): Finding {
  return {
    code: 'replication-role',
    severity: 'error',
    message: `session_replication_role is ${role} for this role or database: ordinary triggers do not fire.`,
    hint: 'ALTER ROLE ... RESET session_replication_role, or ALTER DATABASE, wherever it is set.',
  };
}

function untouched({ steps }: StepsAs, { row, nouns }: Named): Finding[] {
  const added = steps.filter(
    ({ step, status }) => (step === 'add' || step === 'add-again') && status === 'right',
  );
  if (!added.some(({ touched }) => touched === false)) return [];
  return [
    {
      code: 'time-not-moved',
      severity: 'error',
      message: `The new ${nouns.record[0]} was counted, but ${row.touched} did not change.`,
      hint: 'What keeps the count should set it too.',
    },
  ];
}

function notDone({ step, status, reason }: StepResult, definition: Named): Finding[] {
  if (reason === null || status === 'right' || status === 'wrong') return [];
  if (status === 'not-possible') {
    return [
      {
        code: `${step}-not-possible`,
        severity: 'info',
        message: `${stepPhrase(step, definition)} is not possible here. ${reason}`,
        hint: 'That is no fault of the counter.',
      },
    ];
  }
  return [
    {
      code: `${step}-not-simulated`,
      severity: 'warning',
      message: `${stepPhrase(step, definition)} was not simulated. ${reason}`,
      hint: 'What the application does may count right: nothing was seen of it.',
    },
  ];
}

function noOtherRow({ nouns }: Named): Finding {
  return {
    code: 'no-other-row',
    severity: 'info',
    message: `Moving one ${nouns.record[0]} was not simulated: no other ${nouns.row[0]} was found that can take it.`,
    hint: `Name the ${nouns.row[0]} to simulate with, or make a second one.`,
  };
}

/** The findings about the other role. */
export function explainRole(
  role: { name: string; allowed: boolean; asked: boolean } | null,
  session: string,
  own: StepsAs,
  asRole: CounterSimulation['asRole'],
  definition: Named,
): Finding[] {
  if (role && !role.allowed) {
    return [
      {
        code: 'role-not-tried',
        severity: 'info',
        message: `There is a role ${role.name}, but this session may not become it, so nothing was tried as that role.`,
        hint: `GRANT ${role.name} TO ${session}, or connect as a role that is a member of it.`,
      },
    ];
  }
  if (!role || !asRole) return [];
  return asRole.steps.flatMap((step): Finding[] => {
    const same = own.steps.find(each => each.step === step.step);
    if (!same || same.status === step.status || step.status === 'not-possible') return [];
    const [first] = step.counted.filter(({ right }) => !right);
    const what = first
      ? `changes ${definition.row.count} by ${signedText(first.change)}, not by ${signedText(first.expected)}.`
      : step.status === 'right'
        ? 'is counted right.'
        : `was not simulated. ${step.reason}`;
    return [
      {
        code: 'role-differs',
        severity: role.asked && isWrong(step) ? 'error' : 'warning',
        message: `As ${role.name}: ${stepPhrase(step.step, definition)} ${what}`,
        hint: `If the application works as ${role.name}, this happens to it. The rights and policies of ${role.name} do not limit ${session}.`,
      },
    ];
  });
}

function signedText(number: string): string {
  return number.startsWith('-') || Number(number) === 0 ? number : `+${number}`;
}
