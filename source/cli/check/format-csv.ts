import { csvCells, csvLine, csvTitles } from '../../diagnosis/rows/csv.ts';
import { iso } from '../../format/numbers.ts';
import type { Mismatch } from './audit-result.ts';

/** The wrong counts as CSV (RFC 4180): a line of titles, then a line for each. */
export function csvOf(mismatches: readonly Mismatch[]): string {
  const rows = mismatches.map(({ of, counter, diagnosis }) => [
    ...csvCells(counter, diagnosis, of.audited.definition),
    iso(of.audited.lastRecords.get(counter.id) ?? null),
  ]);
  return [[...csvTitles, 'lastRecordAt'], ...rows].map(csvLine).join('\r\n');
}
