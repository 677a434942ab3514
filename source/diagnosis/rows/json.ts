import { type Counter, drift } from '../../counter/counter.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { idJson } from '../../counter/definition/id-json.ts';
import type { Diagnosis } from '../diagnosis.ts';

/** A count with the code of its cause, as JSON of version 2 has it. */
export function rowJson(counter: Counter, diagnosis: Diagnosis | undefined, definition: CounterDefinition) {
  const { id, name, usageCount, exact, records, exactRecords, exactDrift } = counter;
  const isExact = exact !== undefined || exactRecords !== undefined;
  return {
    id: idJson(id, definition),
    name,
    count: finite(usageCount),
    ...(exact === undefined ? {} : { countText: exact }),
    records: finite(records),
    ...(exactRecords === undefined ? {} : { recordsText: exactRecords }),
    drift: finite(drift(counter)),
    ...(isExact && exactDrift !== undefined ? { driftText: exactDrift } : {}),
    diagnosis: diagnosis?.code ?? null,
  };
}

/** JSON has no NaN and no Infinity. */
export function finite(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}
