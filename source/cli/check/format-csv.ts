import { drift } from '../../counter/counter.ts';
import { jsonText } from '../../format/json-text.ts';
import { iso } from '../../format/numbers.ts';
import { idJson } from '../output/counter-json.ts';
import type { Mismatch } from './audit-result.ts';

const columns = [
  'counter',
  'id',
  'name',
  'count',
  'records',
  'drift',
  'cause',
  'certainty',
  'lastUsedAt',
  'lastRecordAt',
];

/** The wrong counts as CSV (RFC 4180): a line of titles, then a line for each. An id of several columns is a JSON list. */
export function csvOf(mismatches: readonly Mismatch[]): string {
  const rows = mismatches.map(({ of, counter, diagnosis }) => {
    const id = idJson(counter.id, of.audited.definition);
    return [
      of.id,
      typeof id === 'string' ? id : jsonText(id),
      counter.name,
      counter.exact ?? counter.usageCount,
      counter.exactRecords ?? counter.records,
      counter.exactDrift ?? drift(counter),
      diagnosis?.code ?? null,
      diagnosis?.certainty ?? null,
      iso(counter.lastUsedAt),
      iso(of.audited.lastRecords.get(counter.id) ?? null),
    ];
  });
  return [columns, ...rows].map(cells => cells.map(cell).join(',')).join('\r\n');
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
