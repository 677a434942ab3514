import type { ChecklistSubject, CounterSubject } from '../../checklist/run.ts';
import type { SourceEvidence } from '../../checklist/source-evidence.ts';
import { type ChecklistStep, tally } from '../../checklist/steps.ts';
import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { iso } from '../../format/numbers.ts';
import { briefHealth } from './brief-health.ts';
import { counterJson } from './counter-json.ts';
import { databaseInfo } from './database-info.ts';

/** The contract's `checklist` document, with what identifies the evidence. */
export type ChecklistJson = ReturnType<typeof checklistJson>;

/** What a walk through the checklist found, as the contract words it. */
export function checklistJson(
  { inspected, health, definitionHash }: ChecklistSubject,
  database: Database,
  steps: readonly ChecklistStep[],
  takenAt: number,
  source: SourceEvidence | null,
) {
  return {
    database: databaseInfo(inspected, database).json,
    takenAt: iso(takenAt),
    trigger: {
      name: health.trigger.name,
      definition: briefHealth(health).trigger.definition,
      definitionHash,
    },
    ...stepsJson(steps),
    source,
  };
}

/** One counter of a checklist of several, or of any other counter than that of presets. */
export type CountedChecklist = ReturnType<typeof countedChecklist>;

/** What a walk found for one counter, without the database. */
export function countedChecklist(
  definition: CounterDefinition,
  reserved: ReadonlySet<string>,
  trigger: CounterSubject['trigger'],
  steps: readonly ChecklistStep[],
) {
  return { counter: counterJson(definition, reserved), trigger, ...stepsJson(steps) };
}

function stepsJson(steps: readonly ChecklistStep[]) {
  return {
    ...tally(steps),
    steps: steps.map(({ at, durationMs, ...step }) => ({
      ...step,
      understood: step.understood ?? true,
      at: iso(at),
      durationMs: Math.round(durationMs),
    })),
  };
}
