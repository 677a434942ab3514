import { readStoredRecords } from '../../source/repair/receipts/records/stored-records.ts';

/** All records that a batch deleted at once. */
export async function readRecords(...given: Parameters<typeof readStoredRecords>): Promise<string[]> {
  const records: string[] = [];
  for await (const record of readStoredRecords(...given)) records.push(record);
  return records;
}
