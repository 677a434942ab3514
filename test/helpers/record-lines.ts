import type { RecordLines } from '../../source/repair/receipts/records/stored-records.ts';

/** These records, a text of its own each, as a receipt takes them. */
export function linesOf(records: readonly string[]): RecordLines {
  return { number: records.length, texts: [...records] };
}
