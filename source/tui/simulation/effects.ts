import type { ChecklistRequest, Walk } from '../../checklist/run-walk.ts';
import { logDay, type StepId, stepIds } from '../../checklist/steps.ts';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { isOfPresets } from '../../counter/definition/counter-choice.ts';
import { type ConsoleError, isConsoleError } from '../../errors/errors.ts';
import type { SimulationPlan } from '../../simulation/read-plan.ts';
import type { RealUse } from '../../simulation/real-use.ts';
import { trackName } from '../../trigger/expected-names.ts';
import { outlastsRollback } from '../../trigger/side-effects.ts';
import { createRepairWork } from '../repair/effects.ts';
import type { Action, State } from '../state/model.ts';
import type { ShownSimulation } from './shown-simulation.ts';
import { isOfUses, type PlannedSimulation, stepAtCursor } from './simulation-state.ts';

/** Does what keys ask for, other than watching, and dispatches the results as actions. */
export interface SimulationEffects {
  follow(action: Action, state: State): void;
  /** Resolves when no lasting write is running any more. */
  stop(): Promise<void>;
}

/**
 * Runs simulations and the steps of the checklist; the reducer allows one at a time. A failure is an action too; only a
 * fault of this program is thrown.
 */
export function createSimulationEffects(
  database: Database,
  config: Config,
  dispatch: (action: Action) => void,
): SimulationEffects {
  const stopped = new AbortController();
  const { signal } = stopped;
  const repairs = createRepairWork(database, config, dispatch);

  // These modules are loaded by the first key that needs them, so that the list appears sooner.
  const planned = async (row: string): Promise<PlannedSimulation> => {
    const { choice, asUser, asRole, claims, readOnly, appSource } = config;
    if (!isOfPresets(choice)) {
      const { planSteps } = await import('../../simulation/steps/read-steps-plan.ts');
      return planSteps(database, { counter: choice, row, asUser, asRole, claims, readOnly }, signal);
    }
    const { planSimulation } = await import('../../simulation/read-plan.ts');
    const { uncalledIn } = await import('../../checklist/scan-source.ts');
    const uncalled = await uncalledIn(appSource, trackName, signal);
    const request = { counter: choice, preset: row, asUser, asRole, claims, readOnly, uncalledIn: uncalled };
    return planSimulation(database, request, signal);
  };
  const simulated = async (plan: PlannedSimulation): Promise<ShownSimulation> => {
    const { shownSteps, shownUses } = await import('./shown-simulation.ts');
    if (isOfUses(plan)) {
      const { runSimulation } = await import('../../simulation/run.ts');
      return shownUses(await runSimulation(database, plan, config, signal), plan);
    }
    const { runSteps } = await import('../../simulation/steps/run-steps.ts');
    return shownSteps(await runSteps(database, plan, config, signal), plan);
  };
  const plan = async (row: string) => {
    const found = await planned(row);
    dispatch({ type: 'simulation-planned', plan: found });
    if (!found.reach.some(outlastsRollback)) await run(found);
  };
  const run = async (plan: PlannedSimulation) =>
    dispatch({ type: 'simulation-done', result: await simulated(plan) });
  const make = async (plan: SimulationPlan) => {
    const { commitUse } = await import('../../simulation/run-real-use.ts');
    dispatch({ type: 'real-use-made', use: await commitUse(database, plan, config, signal) });
  };
  const takeBack = async (plan: SimulationPlan, use: RealUse) => {
    const { takeUseBack } = await import('../../simulation/run-real-use.ts');
    dispatch({ type: 'taken-back', taken: await takeUseBack(database, plan, use, config, signal) });
  };
  const walk = async (ids: readonly StepId[], request: ChecklistRequest) => {
    const { runStep } = await import('../../checklist/run.ts');
    const shared: Walk = {};
    for (const id of ids) {
      dispatch({ type: 'step-running', id });
      dispatch({ type: 'step-done', step: await runStep(id, database, request, shared, signal) });
    }
  };
  const walkAll = async (asked: ChecklistRequest) => {
    await walk(stepIds, asked);
    if (config.appSource === null) return;
    dispatch({ type: 'source-scanning' });
    const { scanSource } = await import('../../checklist/scan-source.ts');
    const source = await scanSource(config.appSource, [asked.counter], signal);
    dispatch({ type: 'source-scanned', source });
  };
  const request = (state: State): ChecklistRequest => ({
    ...config,
    counter: config.choice,
    preset: state.selected ?? state.order.at(state.cursor) ?? null,
    logSince: Date.now() - logDay,
  });
  const start = (work: Promise<void>, failed: (error: ConsoleError) => Action) => {
    work.catch(error => {
      if (signal.aborted) return;
      if (isConsoleError(error)) return dispatch(failed(error));
      // A fault of this program must end it with a stack trace for its authors.
      queueMicrotask(() => {
        throw error;
      });
    });
  };

  return {
    follow(action, state) {
      repairs.follow(action, state);
      const { use, list } = state.simulation;
      const uses = use?.plan && isOfUses(use.plan) ? use.plan : null;
      const failedUse = (error: ConsoleError): Action => ({ type: 'simulation-failed', error });
      const failedReal = (error: ConsoleError): Action => ({ type: 'real-use-failed', error });
      const failedList = (error: ConsoleError): Action => ({ type: 'checklist-failed', error });
      if (action.type === 'simulate' && use?.phase === 'planning') start(plan(use.preset.id), failedUse);
      else if (action.type === 'agree' && use?.real?.phase === 'making' && uses)
        start(make(uses), failedReal);
      else if (action.type === 'take-back' && use?.real?.phase === 'taking-back' && uses && use.real.use)
        start(takeBack(uses, use.real.use), failedReal);
      else if (action.type === 'agree' && use?.phase === 'running' && use.plan)
        start(run(use.plan), failedUse);
      else if (action.type === 'run-step' && list.running)
        start(walk([stepAtCursor(list)], request(state)), failedList);
      else if (action.type === 'run-all' && list.running) start(walkAll(request(state)), failedList);
    },
    async stop() {
      stopped.abort();
      await repairs.stop();
    },
  };
}
