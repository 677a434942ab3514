import type { Finding } from '../../counter/finding.ts';
import { formatUse, formatUser, headlineOf } from '../../simulation/format-use.ts';
import type { SimulationPlan } from '../../simulation/read-plan.ts';
import { isSound, type Simulation, type UseWarning } from '../../simulation/simulation.ts';
import type { CounterSimulation, StepStatus } from '../../simulation/steps/counter-steps.ts';
import { stepPhrase } from '../../simulation/steps/explain-steps.ts';
import { formatStep, stepsHeadline } from '../../simulation/steps/format-steps.ts';
import type { StepsPlan } from '../../simulation/steps/read-steps-plan.ts';
import type { Verdict } from '../../simulation/verdict.ts';

/** A simulation that was run and rolled back, in the same form for presets and for any other counter. */
export interface ShownSimulation {
  /** True if it was confirmed and no finding is an error. */
  sound: boolean;
  verdict: Verdict;
  headline: string;
  facts: [name: string, value: string][];
  /** What was done with records, in order; empty for presets, whose two uses are facts. */
  steps: { status: StepStatus | 'tolerated'; what: string; seen: string }[];
  warnings: UseWarning[];
  findings: Finding[];
}

/** Two uses of a preset. */
export function shownUses(simulation: Simulation, { calls }: SimulationPlan): ShownSimulation {
  const { uses, findings, warnings, asRole, heldMs, path, verdict } = simulation;
  const call = calls.find(candidate => candidate.path === path);
  return {
    sound: isSound(simulation),
    verdict,
    headline: headlineOf(simulation),
    facts: [
      ['Made by', call?.what ?? path],
      ['As user', formatUser(simulation)],
      ...uses.map((use, index): [string, string] => [
        index === 0 ? 'First use' : 'Second use',
        formatUse(use, simulation.counter.row),
      ]),
      ...roleFact(asRole, 'confirmed too', 'not confirmed'),
      ['Row locked', `${heldMs.toFixed(1)} ms; other uses of this preset waited that long`],
    ],
    steps: [],
    warnings,
    findings,
  };
}

/** The steps with records of any other counter. */
export function shownSteps(
  simulation: CounterSimulation,
  { rows: [, other], inspected }: StepsPlan,
): ShownSimulation {
  const { steps, findings, warnings, asRole, heldMs, verdict } = simulation;
  const { definition } = inspected.tables;
  return {
    sound: isSound(simulation),
    verdict,
    headline: stepsHeadline(simulation, definition),
    facts: [
      ...(other ? [['Moved to', other.name || other.id] as [string, string]] : []),
      ['As user', formatUser(simulation)],
      ...roleFact(asRole, 'right too', 'not all right'),
      ['Rows locked', `${heldMs.toFixed(1)} ms; other writers of these rows waited that long`],
    ],
    steps: steps.map(step => ({
      status: step.tolerated ? 'tolerated' : step.status,
      what: stepPhrase(step.step, definition),
      seen: formatStep(step, definition.row.count),
    })),
    warnings,
    findings,
  };
}

function roleFact(
  asRole: { role: string; confirmed: boolean } | null,
  yes: string,
  no: string,
): [string, string][] {
  return asRole ? [[`As ${asRole.role}`, asRole.confirmed ? yes : no]] : [];
}
