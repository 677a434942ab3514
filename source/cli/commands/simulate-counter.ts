import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { idJson } from '../../counter/definition/id-json.ts';
import { usageError } from '../../errors/errors.ts';
import { toWidth } from '../../format/text.ts';
import { formatUser } from '../../simulation/format-use.ts';
import { requireConfirmation } from '../../simulation/read-plan.ts';
import type {
  CountedRow,
  CountedStep,
  CounterSimulation,
  StepsAs,
} from '../../simulation/steps/counter-steps.ts';
import { stepPhrase } from '../../simulation/steps/explain-steps.ts';
import { formatStep, stepsHeadline } from '../../simulation/steps/format-steps.ts';
import { planSteps, type StepsPlan } from '../../simulation/steps/read-steps-plan.ts';
import { runSteps } from '../../simulation/steps/run-steps.ts';
import type { Outcome } from '../output/outcome.ts';
import { simulationOutcome } from './simulation-outcome.ts';

/**
 * Adds, changes, moves and removes records of a counter in a transaction that is rolled back. Exit code 1 where the count came out
 * wrong, or a step is not proved; 4 where a step reaches outside the transaction and that was not confirmed.
 */
export async function simulateCounter(
  database: Database,
  config: Config,
  counter: CounterDefinition,
  signal: AbortSignal,
): Promise<Outcome> {
  refuseRealUse(config, counter);
  const { asUser, asRole, claims, readOnly, presets } = config;
  const plan = await planSteps(
    database,
    { counter, row: presets[0] ?? null, asUser, asRole, claims, readOnly },
    signal,
  );
  requireConfirmation(plan, config.confirm);
  const simulation = await runSteps(database, plan, config, signal);
  const { definition } = plan.inspected.tables;
  const { row, asRole: other } = simulation;
  const own = {
    about: { row: rowJson(row, definition) },
    done: { steps: stepsJson(simulation, definition) },
    asRole: other && {
      role: other.role,
      confirmed: other.confirmed,
      steps: stepsJson(other, definition),
      failures: other.failures,
    },
    headline: stepsHeadline(simulation, definition),
    lines: linesOf(plan, simulation, definition),
  };
  return simulationOutcome(database, plan.inspected, simulation, own, signal);
}

function refuseRealUse({ commit, takeBack }: Config, { id }: CounterDefinition): void {
  if (!commit && takeBack === null) return;
  throw usageError(
    'bad-flag',
    `${commit ? '--commit' : '--take-back'} is not possible for ${id}, only for the counter of presets.`,
    'Leave it out: the simulation is rolled back.',
  );
}

function rowJson({ id, name }: CountedRow, definition: CounterDefinition) {
  return { id: idJson(id, definition), name };
}

function stepsJson({ steps }: StepsAs, definition: CounterDefinition) {
  return steps.map(({ step, status, counted: [first, second], reason, touched, tolerated }) => ({
    step,
    status,
    ok: status === 'right' ? true : status === 'wrong' ? false : null,
    ...figures(first),
    ...(second ? { other: { row: rowJson(second.row, definition), ...figures(second) } } : {}),
    ...(status === 'wrong' ? { severity: tolerated?.severity ?? 'error' } : {}),
    ...(touched === null ? {} : { touched }),
    reason,
  }));
}

function figures(counted: CountedStep | undefined) {
  const { before = null, after = null, change = null, expected = null } = counted ?? {};
  return { before: number(before), after: number(after), change: number(change), expected: number(expected) };
}

/** JSON has no NaN. */
function number(text: string | null): number | null {
  const value = text === null ? null : Number(text);
  return Number.isFinite(value) ? value : null;
}

function linesOf(plan: StepsPlan, simulation: CounterSimulation, definition: CounterDefinition): string[] {
  const { row, steps, asRole, heldMs } = simulation;
  const [, other] = plan.rows;
  const named = ({ id, name }: CountedRow) => (name === id ? id : `${name} (${id})`);
  const noun = definition.nouns.row[0];
  const title = `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`;
  return [
    fact(title, named(row)),
    ...(other ? [fact('Moved to', named(other))] : []),
    fact('As user', formatUser(simulation)),
    ...(asRole ? [`As ${asRole.role}: ${asRole.confirmed ? 'right too' : 'not all right'}`] : []),
    fact('Rows held', `${heldMs.toFixed(1)} ms`),
    '',
    ...steps.flatMap(step => [
      `${step.tolerated ? 'wrong' : marks[step.status]} ${stepPhrase(step.step, definition)}`,
      `      ${formatStep(step, definition.row.count)}`,
    ]),
  ];
}

const fact = (name: string, value: string) => `${toWidth(name, 12)} ${value}`;

const marks = { right: 'right', wrong: 'WRONG', 'not-possible': '-    ', 'not-simulated': '?    ' } as const;
