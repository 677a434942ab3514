import { type Counter, drift } from '../../counter/counter.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { idJson } from '../../counter/definition/id-json.ts';
import { jsonText } from '../../format/json-text.ts';
import { iso } from '../../format/numbers.ts';
import type { Diagnosis } from '../diagnosis.ts';

/** The titles of `csvCells`. */
export const csvTitles = [
  'counter',
  'id',
  'name',
  'count',
  'records',
  'drift',
  'cause',
  'certainty',
  'lastUsedAt',
] as const;

/** A count with its cause. An id of several columns is a JSON list. */
export function csvCells(
  counter: Counter,
  diagnosis: Diagnosis | undefined,
  definition: CounterDefinition,
): (string | number | null)[] {
  const id = idJson(counter.id, definition);
  return [
    definition.id,
    typeof id === 'string' ? id : jsonText(id),
    counter.name,
    counter.exact ?? counter.usageCount,
    counter.exactRecords ?? counter.records,
    counter.exactDrift ?? drift(counter),
    diagnosis?.code ?? null,
    diagnosis?.certainty ?? null,
    iso(counter.lastUsedAt),
  ];
}

/** A line of CSV (RFC 4180), without its end. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells.map(cell).join(',');
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
