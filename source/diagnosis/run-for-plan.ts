import type { Database } from '../connection/transactions.ts';
import { type Counter, drift } from '../counter/counter.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { Diagnosis } from './diagnosis.ts';
import { diagnose } from './run.ts';

/** A diagnosis, and the drift that it explains. */
interface Known {
  diagnosis: Diagnosis;
  drift: number;
}

/**
 * Finds out why counts are wrong, for the plan of a sync. What is known already, from `known` or from an earlier call, holds as
 * long as the drift does, so that the plan that runs is the one that was confirmed. Rejects like `diagnose`.
 */
export function diagnoseForPlan(database: Database, known: ReadonlyMap<string, Known>) {
  const found = new Map(known);
  return async (
    tables: Tables,
    wrong: readonly Counter[],
    allRecords: number | null,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, { code: string; isSure: boolean }>> => {
    const driftOf = (counter: Counter) => drift(counter) ?? 0;
    const isKnown = (counter: Counter) => Object.is(found.get(counter.id)?.drift, driftOf(counter));
    if (!wrong.every(isKnown)) {
      const diagnoses = await diagnose(database, tables, wrong, { signal, allRecords });
      for (const counter of wrong) {
        const diagnosis = diagnoses.get(counter.id);
        if (diagnosis && !isKnown(counter)) found.set(counter.id, { diagnosis, drift: driftOf(counter) });
      }
    }
    return new Map(
      wrong.filter(isKnown).map(({ id }) => {
        const { code, certainty } = found.get(id)!.diagnosis;
        return [id, { code, isSure: certainty !== 'possible' }];
      }),
    );
  };
}
