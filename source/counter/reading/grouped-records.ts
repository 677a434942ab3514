import type { Tables } from '../discovery/tables.ts';
import type { Operators } from '../operators.ts';

/**
 * Which records are counted: those that meet a condition on `r` (`where`), or those of some presets, as SQL for an array of
 * keys (`of`) or for a query of many (`among`). Without an index, an array that is not a constant is searched for each record:
 * ten thousand keys and three million records took over half a minute. A query is hashed: less than one second.
 */
type Which = { where: string } | { of: string } | { among: string };

type Subject = Pick<Tables, 'presets' | 'records'>;

/** SQL for whether the record `r` belongs to the row `row`; an index on the side that stands first can be used. */
export function belongsTo(
  { presets, records }: Subject,
  row: string,
  order: 'key first' | 'record first' = 'record first',
): string {
  const pairs = records.pairs ?? [{ key: presets.key, reference: records.preset, operators: records.keys }];
  if (pairs.length === 0) return 'true';
  return pairs
    .map(({ key, reference, operators: { equal, of } }) =>
      order === 'key first'
        ? `${row}.${key} ${equal} r.${reference}${of}`
        : `r.${reference} ${equal} ${row}.${key}${of}`,
    )
    .join(' AND ');
}

/** SQL for whether the record `r` refers to any row at all. */
export function refersToAny({ records }: Subject): string {
  const references = records.pairs?.map(({ reference }) => reference) ?? [records.preset];
  return ['true', ...references.map(reference => `r.${reference} IS NOT NULL`)].join(' AND ');
}

/**
 * A query for the aggregate `what` of the records `r` by preset, as `id`. If records and presets compare keys differently
 * (Tables.records.alike), it joins presets first, because several spellings may belong to one preset. Orphans then have the
 * id NULL.
 */
export function groupedRecords({ presets, records }: Subject, what: string, which: Which): string {
  const where = (key: string, equal: string) => {
    if ('among' in which) return `${key} ${equal} ANY (${which.among})`;
    return 'of' in which ? `${key} ${equal} ANY (${which.of})` : which.where;
  };
  return records.alike
    ? `SELECT r.${records.preset} AS id, ${what} FROM ${records.counted} r WHERE ${where(`r.${records.preset}`, records.keys.equal)} GROUP BY 1`
    : `SELECT k.${presets.key} AS id, ${what} FROM ${records.counted} r
         LEFT JOIN ${presets.rows} k ON ${belongsTo({ presets, records }, 'k', 'key first')} WHERE ${where(`k.${presets.key}`, presets.keys.equal)} GROUP BY 1`;
}

/** The operators that compare the `id` of such a query with a key of presets. */
export function groupedKeys({ presets, records }: Tables): Operators {
  return records.alike ? records.keys : presets.keys;
}
