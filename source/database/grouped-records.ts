import type { Tables } from './tables.ts';

/** Which records are added up: those that meet a condition on `r`, or those of some presets, as SQL for an array of keys. */
type Which = { where: string } | { of: string };

/**
 * A query for `what` of the records `r`, added up by preset, as `id`. Where records tell presets apart in another way than
 * presets do (Tables.records.alike), they are added up by the preset that each belongs to: several of their groups may be
 * one preset's. Records of no preset come as NULL then.
 */
export function groupedRecords({ presets, records }: Tables, what: string, which: Which): string {
  const where = (key: string) => ('of' in which ? `${key} = ANY (${which.of})` : which.where);
  return records.alike
    ? `SELECT r.${records.preset} AS id, ${what} FROM ${records.name} r WHERE ${where(`r.${records.preset}`)} GROUP BY 1`
    : `SELECT k.${presets.key} AS id, ${what} FROM ${records.name} r
         LEFT JOIN ${presets.name} k ON k.${presets.key} = r.${records.preset} WHERE ${where(`k.${presets.key}`)} GROUP BY 1`;
}
