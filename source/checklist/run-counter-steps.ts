import type { Database } from '../connection/transactions.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { countOf } from '../format/numbers.ts';
import { requireConfirmation } from '../simulation/read-plan.ts';
import type { CounterSimulation } from '../simulation/steps/counter-steps.ts';
import { planSteps } from '../simulation/steps/read-steps-plan.ts';
import { runSteps } from '../simulation/steps/run-steps.ts';
import { type ReadHealth, readCounterHealth } from '../trigger/defined/read-health.ts';
import { aboutCounter } from './about.ts';
import {
  judgeCounterCounts,
  judgeCounterRecords,
  judgeFirstRecord,
  judgeKeptStep,
  judgeSecondRecord,
} from './judge-counter-steps.ts';
import {
  audit,
  type ChecklistRequest,
  logStep,
  type StepWork,
  verdictOfObstacle,
  type Walk,
} from './run-walk.ts';
import type { StepId, StepVerdict } from './steps.ts';

/** The work of each step for any counter but that of presets. */
export function counterSteps(definition: CounterDefinition): Record<StepId, StepWork> {
  const bySimulation =
    (judge: (simulation: CounterSimulation, definition: CounterDefinition) => StepVerdict): StepWork =>
    async (database, request, walk, signal) => {
      try {
        walk.counterSimulation ??= simulate(database, definition, request, walk, signal);
        return judge(await walk.counterSimulation, definition);
      } catch (error) {
        delete walk.counterSimulation;
        const verdict = verdictOfObstacle(error);
        if (verdict) return verdict;
        throw error;
      }
    };
  const byAudit =
    (judge: (audited: Exclude<Awaited<ReturnType<typeof audit>>, StepVerdict>) => StepVerdict): StepWork =>
    async (database, request, walk, signal) => {
      const audited = await audit(database, request, walk, signal);
      return 'status' in audited ? audited : judge(audited);
    };
  return {
    'trigger-enabled': async (database, _, walk, signal) =>
      judgeKeptStep((await readHealth(database, definition, walk, signal)).health, definition),
    'use-increments': bySimulation(judgeFirstRecord),
    'second-use-increments': bySimulation(judgeSecondRecord),
    'records-exist': byAudit(({ totals, orphans, tables }) => judgeCounterRecords(totals, orphans, tables)),
    'counts-match': byAudit(({ totals, tables, worst }) => {
      const told = worst.slice(0, 3).map(counter => {
        const should = counter.exactRecords ?? String(counter.records);
        return `"${counter.name || counter.id}" has ${countOf(counter)} and should have ${should}`;
      });
      return judgeCounterCounts(totals, told, tables);
    }),
    'no-log-errors': (database, request, _, signal) =>
      logStep(database, request, aboutCounter(definition), signal),
  };
}

async function simulate(
  database: Database,
  definition: CounterDefinition,
  { preset, confirm, timeout, lockTimeout, ...request }: ChecklistRequest,
  walk: Walk,
  signal: AbortSignal | undefined,
): Promise<CounterSimulation> {
  const plan = await planSteps(database, { ...request, counter: definition, row: preset }, signal);
  requireConfirmation(plan, confirm);
  const health = async () => (await readHealth(database, definition, walk, signal)).health;
  return runSteps(database, plan, { timeout, lockTimeout }, signal, health);
}

/** What keeps a counter, read once. */
export function readHealth(
  database: Database,
  definition: CounterDefinition,
  walk: Walk,
  signal?: AbortSignal,
): Promise<ReadHealth> {
  walk.health ??= readCounterHealth(database, definition, signal);
  return walk.health;
}
