import type { Tables } from '../discovery/tables.ts';
import type { Operators } from '../operators.ts';

/**
 * Which records are added up: those that meet a condition on `r`, or those of some presets, as SQL for an array of keys, or for a
 * query of many. An array that is no constant is gone through for each record: where no index leads there, ten thousand keys and
 * three million records were not done in half a minute, and as a query, which is hashed, in less than one second.
 */
type Which = { where: string } | { of: string } | { among: string };

/**
 * A query for `what` of the records `r`, added up by preset, as `id`. Where records tell presets apart in another way than
 * presets do (Tables.records.alike), they are added up by the preset that each belongs to: several of their groups may be
 * one preset's. Records of no preset come as NULL then.
 */
export function groupedRecords({ presets, records }: Tables, what: string, which: Which): string {
  const where = (key: string, equal: string) => {
    if ('among' in which) return `${key} ${equal} ANY (${which.among})`;
    return 'of' in which ? `${key} ${equal} ANY (${which.of})` : which.where;
  };
  return records.alike
    ? `SELECT r.${records.preset} AS id, ${what} FROM ${records.name} r WHERE ${where(`r.${records.preset}`, records.keys.equal)} GROUP BY 1`
    : `SELECT k.${presets.key} AS id, ${what} FROM ${records.name} r
         LEFT JOIN ${presets.name} k ON k.${presets.key} ${records.keys.equal} r.${records.preset}${records.keys.of} WHERE ${where(`k.${presets.key}`, presets.keys.equal)} GROUP BY 1`;
}

/** How the `id` of such a query is compared with a key of presets. */
export function groupedKeys({ presets, records }: Tables): Operators {
  return records.alike ? records.keys : presets.keys;
}
