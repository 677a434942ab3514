import { byOwnPath, inSchema } from '../../../connection/search-path.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { keysDiffer } from '../../../counter/operators.ts';
import { manyValues, valueAsText } from '../../../counter/reading/sql-values.ts';
import { inRaise } from '../../../format/sql-literal.ts';
import type { RepairFacts } from '../facts.ts';
import { deferredFirst } from './deferred-triggers.ts';
import { insertion } from './insertion.ts';
import { givenRows, isGiven } from './order.ts';
import { isInPlace, orderedPlaces } from './places.ts';

/**
 * Keeps the values of up to `most` records of each row that are deleted, as the receipt has them. What refers to a row that is gone
 * would not come back: that is asked about all of them, because it costs little.
 */
export interface Keeping {
  /** The columns that `kept` needs, of a record `r` that is deleted, and of its place `m`. */
  columns: string;
  /** SQL for the two values of `into`, over rows `r` with those columns. */
  kept: string;
  /** The variables that they go into. */
  into: string;
  /** The columns and the value that `check` alone needs. */
  references: string[];
  dangling: string;
  /** Refuses what would not come back. */
  check: string;
}

/** What is kept of a batch that deletes records. */
export function keeping({ recordColumns, references }: RepairFacts, most: number): Keeping {
  const own = (place: number) => `r.c${place}`;
  // A reference with a NULL in it refers to nothing.
  const dangling = references.map(({ pairs, table }) => {
    const named = pairs.map(({ place }) => `${own(place)} IS NOT NULL`).join(' AND ');
    const join = pairs
      .map(({ place, column, type, equal }) => `t.${column} ${equal} ${own(place)}::${inSchema(type)}`)
      .join(' AND ');
    return `pg_catalog.bool_or(${named} AND NOT EXISTS (SELECT FROM ${table} t WHERE ${join}))`;
  });
  const values = manyValues(recordColumns.map(({ cast }, place) => valueAsText(`c${place}`, cast)));
  const checked = `pg_catalog.jsonb_build_array(${dangling.join(', ')})`;
  return {
    columns: [...recordColumns.map(({ quoted }, place) => `r.${quoted} AS c${place}`), 'm.n', 'm.batch'].join(
      ', ',
    ),
    kept: `pg_catalog.jsonb_agg((${values})::pg_catalog.jsonb ORDER BY r.batch, r.n) FILTER (WHERE r.n OPERATOR(pg_catalog.<=) ${most}), ${checked}`,
    into: 'played, dangling',
    references: [...new Set(references.flatMap(({ pairs }) => pairs.map(({ place }) => place)))].map(
      place => `r.${recordColumns[place]?.quoted} AS c${place}`,
    ),
    dangling: checked,
    check: references
      .map(
        ({ table }, at) => `IF (dangling->>${at})::boolean THEN
    RAISE EXCEPTION 'a record refers to a row that is not in ${inRaise(table)}, so an undo could not put it back' USING ERRCODE = '23503';
  END IF;`,
      )
      .join('\n  '),
  };
}

/** Keeps those values before the records are deleted. */
export function gathering(records: string, { columns, kept, into, check }: Keeping): string {
  return `${byOwnPath(`SELECT ${kept} INTO ${into} FROM (SELECT ${columns} FROM ${records} r JOIN ${orderedPlaces} m ON ${isInPlace}) r;`)}
  ${check}`;
}

/** Undoes the batch, so that it is refused if that is refused. Nothing of the attempt stays. */
export function playing(tables: Tables, facts: RepairFacts, quiet: boolean): string {
  const { written, records } = tables;
  const before = `(held OPERATOR(pg_catalog.->>) (o.value OPERATOR(pg_catalog.->>) 'id'))::${facts.countType}`;
  return `given := given || jsonb_build_object('inserts', coalesce(played, '[]'));
  BEGIN
    ${byOwnPath('SET CONSTRAINTS ALL DEFERRED;')}
    ${insertion(records.name, facts, quiet)}
    ${deferredFirst}
    IF jsonb_array_length(given->'inserts') = (given->>'deleted')::int8 THEN
      ${byOwnPath(`UPDATE ${written.name} p SET ${written.count} = ${before} FROM ${givenRows} o WHERE ${isGiven(tables)} AND ${keysDiffer(`p.${written.count}`, before)};
      SET CONSTRAINTS ALL IMMEDIATE;`)}
    END IF;
    RAISE EXCEPTION 'it can be undone' USING ERRCODE = '${couldBeUndone}';
  EXCEPTION
    WHEN SQLSTATE '${couldBeUndone}' THEN NULL;
    WHEN lock_not_available OR transaction_rollback THEN RAISE;
    WHEN OTHERS THEN
      RAISE EXCEPTION 'an undo could not put the records back, so they are not deleted: %', SQLERRM USING ERRCODE = SQLSTATE;
  END;`;
}
const couldBeUndone = 'PUC00';
