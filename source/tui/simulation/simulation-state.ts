import { isRemoval, judgeObservedRecord } from '../../checklist/judge-observed-record.ts';
import type { SourceEvidence } from '../../checklist/source-evidence.ts';
import { stepTitlesOf } from '../../checklist/step-titles.ts';
import { type ChecklistStep, judgeObservedUse, type StepId, stepIds } from '../../checklist/steps.ts';
import { isOfPresets } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import type { SimulationPlan } from '../../simulation/read-plan.ts';
import type { RealUse, TakenBack } from '../../simulation/real-use.ts';
import type { StepsPlan } from '../../simulation/steps/read-steps-plan.ts';
import { outlastsRollback } from '../../trigger/side-effects.ts';
import type { Watching } from '../preset/watching-model.ts';
import type { ShownSimulation } from './shown-simulation.ts';

/** A simulation that is planned: uses of a preset, or steps with records of any other counter. */
export type PlannedSimulation = SimulationPlan | StepsPlan;

/** True for uses of a preset, one of which can be made for real. */
export function isOfUses(plan: PlannedSimulation): plan is SimulationPlan {
  return 'calls' in plan;
}

/** A simulation on its screen, from the key to its result. */
export interface UseSimulation {
  preset: { id: string; name: string };
  /** `asking`: it has effects outside its transaction, and a person must agree first. */
  phase: 'planning' | 'asking' | 'running' | 'done' | 'failed';
  plan: PlannedSimulation | null;
  result: ShownSimulation | null;
  error: ConsoleError | null;
  real: RealUseState | null;
}

/** One real use, from the key that asks for it until it is taken back. */
export interface RealUseState {
  phase: 'confirming' | 'making' | 'made' | 'taking-back' | 'taken-back' | 'failed';
  use: RealUse | null;
  taken: TakenBack | null;
  error: ConsoleError | null;
}

/** The checklist, as far as it has run. */
export interface ChecklistRun {
  cursor: number;
  running: StepId | null;
  steps: Readonly<Partial<Record<StepId, ChecklistStep>>>;
  error: ConsoleError | null;
  /** What the scan of the application's source found; it is not a step. */
  source: SourceEvidence | 'scanning' | null;
  /** True while steps 2 and 3 wait for real uses instead of simulated ones. */
  byWatching: boolean;
}

/** The simulation and the checklist. */
export interface SimulationState {
  use: UseSimulation | null;
  list: ChecklistRun;
}

export type SimulationAction =
  | { type: 'simulate' }
  | { type: 'agree' }
  | { type: 'simulation-planned'; plan: PlannedSimulation }
  | { type: 'simulation-done'; result: ShownSimulation }
  | { type: 'simulation-failed'; error: ConsoleError }
  | { type: 'ask-real-use' }
  | { type: 'real-use-made'; use: RealUse }
  | { type: 'take-back' }
  | { type: 'taken-back'; taken: TakenBack }
  | { type: 'real-use-failed'; error: ConsoleError }
  | { type: 'run-step' }
  | { type: 'run-all' }
  | { type: 'step-running'; id: StepId }
  | { type: 'step-done'; step: ChecklistStep }
  | { type: 'source-scanning' }
  | { type: 'source-scanned'; source: SourceEvidence }
  | { type: 'checklist-failed'; error: ConsoleError };

export const noSimulation: SimulationState = {
  use: null,
  list: { cursor: 0, running: null, steps: {}, error: null, source: null, byWatching: false },
};

/** The step under the cursor. */
export function stepAtCursor({ cursor }: ChecklistRun): StepId {
  return stepIds[cursor] ?? 'trigger-enabled';
}

/** True while a simulation or a step is running; only one may run at a time. */
export function isSimulating({ use, list }: SimulationState): boolean {
  const phase = use?.real?.phase;
  if (phase === 'making' || phase === 'taking-back') return true;
  return (
    use?.phase === 'planning' ||
    use?.phase === 'running' ||
    list.running !== null ||
    list.source === 'scanning'
  );
}

/** What each event and key changes; `preset` is the one under the cursor or on screen. */
export function reduceSimulation(
  simulation: SimulationState,
  action: SimulationAction,
  preset: { id: string; name: string } | undefined,
): SimulationState {
  const { use, list } = simulation;
  switch (action.type) {
    case 'simulate':
      if (!preset || isSimulating(simulation)) return simulation;
      return {
        ...simulation,
        use: {
          preset: { id: preset.id, name: preset.name },
          phase: 'planning',
          plan: null,
          result: null,
          error: null,
          real: null,
        },
      };
    case 'simulation-planned':
      return use
        ? {
            ...simulation,
            use: {
              ...use,
              plan: action.plan,
              phase: action.plan.reach.some(outlastsRollback) ? 'asking' : 'running',
            },
          }
        : simulation;
    case 'agree':
      if (use?.real?.phase === 'confirming') return withReal(simulation, { phase: 'making' });
      return use?.phase === 'asking' ? { ...simulation, use: { ...use, phase: 'running' } } : simulation;
    case 'ask-real-use':
      if (!use?.plan || !isOfUses(use.plan) || isSimulating(simulation)) return simulation;
      return withReal(simulation, { phase: 'confirming', use: null, taken: null, error: null });
    case 'real-use-made':
      return withReal(simulation, { phase: 'made', use: action.use });
    case 'take-back':
      return use?.real?.phase === 'made' ? withReal(simulation, { phase: 'taking-back' }) : simulation;
    case 'taken-back':
      return withReal(simulation, { phase: 'taken-back', taken: action.taken });
    case 'real-use-failed':
      return withReal(simulation, { phase: 'failed', error: action.error });
    case 'simulation-done':
      return use ? { ...simulation, use: { ...use, phase: 'done', result: action.result } } : simulation;
    case 'simulation-failed':
      return use ? { ...simulation, use: { ...use, phase: 'failed', error: action.error } } : simulation;
    case 'run-step':
      return isSimulating(simulation)
        ? simulation
        : { ...simulation, list: { ...list, running: stepAtCursor(list), error: null } };
    case 'run-all':
      return isSimulating(simulation)
        ? simulation
        : { ...simulation, list: { ...noSimulation.list, running: stepIds[0] } };
    case 'step-running':
      return { ...simulation, list: { ...list, running: action.id, cursor: stepIds.indexOf(action.id) } };
    case 'step-done':
      return {
        ...simulation,
        list: { ...list, running: null, steps: { ...list.steps, [action.step.id]: action.step } },
      };
    case 'source-scanning':
      return { ...simulation, list: { ...list, source: 'scanning' } };
    case 'source-scanned':
      return { ...simulation, list: { ...list, source: action.source } };
    case 'checklist-failed': {
      const source = list.source === 'scanning' ? null : list.source;
      return { ...simulation, list: { ...list, running: null, source, error: action.error } };
    }
  }
}

function withReal(simulation: SimulationState, change: Partial<RealUseState>): SimulationState {
  if (!simulation.use) return simulation;
  const none: RealUseState = { phase: 'confirming', use: null, taken: null, error: null };
  return { ...simulation, use: { ...simulation.use, real: { ...none, ...simulation.use.real, ...change } } };
}

/**
 * Judges the steps that wait for real uses by the change seen last: the first change decides step 2, later ones step 3. The
 * same object if there is nothing new.
 */
export function judgeWatchedUse(
  simulation: SimulationState,
  before: Watching | null,
  now: Watching | null,
  { name, definition }: { name: string; definition: CounterDefinition | undefined },
): SimulationState {
  const { list } = simulation;
  if (!list.byWatching || !now || now.since === null || now.changes === before?.changes) return simulation;
  const other = definition && !isOfPresets(definition) ? definition : null;
  const newest = now.changes.at(-1);
  const telling = other ? now.changes.filter(({ change }) => !isRemoval(change)) : now.changes;
  const seen = telling.at(-1);
  if (!seen || seen !== newest) return simulation;
  const [first, ...later] = telling;
  const ids: StepId[] = [];
  if (first === seen) ids.push('use-increments');
  // Two uses within one tick are the first and the second use. A sum does not tell how many there were.
  const several = (seen.change.recordsBy ?? 0) > 1 && (other?.record.amount ?? null) === null;
  if (later.includes(seen) || several) ids.push('second-use-increments');
  const since = now.since;
  const verdict = other ? judgeObservedRecord(seen.change, name, other) : judgeObservedUse(seen.change, name);
  const steps = ids.map((id): [StepId, ChecklistStep] => [
    id,
    { id, title: stepTitlesOf(definition)[id], ...verdict, at: seen.at, durationMs: seen.at - since },
  ]);
  return { ...simulation, list: { ...list, steps: { ...list.steps, ...Object.fromEntries(steps) } } };
}
