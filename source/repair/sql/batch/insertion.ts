import { byOwnPath, inSchema } from '../../../connection/search-path.ts';
import { inRaise } from '../../../format/sql-literal.ts';
import type { RepairFacts } from '../facts.ts';

/** Puts the ordered records back. */
export function insertion(
  records: string,
  { recordColumns, references }: RepairFacts,
  quiet: boolean,
): string {
  const text = (place: number) => `(e.value OPERATOR(pg_catalog.->>) ${place})`;
  const value = (place: number) => `${text(place)}::${inSchema(recordColumns[place]?.type ?? 'text')}`;
  const given = "pg_catalog.jsonb_array_elements(given OPERATOR(pg_catalog.->) 'inserts') e";
  // With triggers suppressed, the server does not check references either: they are locked and checked here.
  const checks = quiet
    ? references.map(({ table, pairs }) => {
        const join = pairs
          .map(({ place, column, type, equal }) => `t.${column} ${equal} ${text(place)}::${inSchema(type)}`)
          .join(' AND ');
        const named = pairs.map(({ place }) => `${text(place)} IS NOT NULL`).join(' AND ');
        return `PERFORM 1 FROM ${table} t WHERE EXISTS (SELECT FROM ${given} WHERE ${join}) FOR KEY SHARE;
  IF EXISTS (SELECT FROM ${given} WHERE ${named} AND NOT EXISTS (SELECT FROM ${table} t WHERE ${join})) THEN
    RAISE EXCEPTION 'a record refers to a row that is no longer in ${inRaise(table)}' USING ERRCODE = '23503';
  END IF;`;
      })
    : [];
  return byOwnPath(
    [
      ...checks,
      `INSERT INTO ${records} (${recordColumns.map(({ quoted }) => quoted).join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${recordColumns.map((_, place) => value(place)).join(', ')} FROM ${given};
  GET DIAGNOSTICS touched = ROW_COUNT;
  IF touched OPERATOR(pg_catalog.<>) pg_catalog.jsonb_array_length(given OPERATOR(pg_catalog.->) 'inserts') THEN
    RAISE EXCEPTION 'not every record could be put back' USING ERRCODE = 'P0001';
  END IF;`,
    ].join('\n  '),
  );
}
