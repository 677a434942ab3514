import { byOwnPath, byPath } from '../../../connection/search-path.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { inRaise } from '../../../format/sql-literal.ts';
import type { RepairFacts } from '../facts.ts';
import { idsOf, type WholeDeletion } from './order.ts';
import { isInPlace, orderedPlaces } from './places.ts';
import type { Keeping } from './undo-trial.ts';

/** Whether all records of some rows are found again without their places, and a few of them stand for all in a trial of the undo. */
export function mayDeleteWhole({ records }: Tables, facts: RepairFacts, plays: number): boolean {
  return (
    records.pairs === null &&
    records.alike &&
    records.where === null &&
    records.indexed &&
    returnsDeleted(facts) &&
    plays < mostGiven
  );
}
const mostGiven = 100;

/** Where a rule fires, nothing can be returned. */
export function returnsDeleted({ besides }: RepairFacts): boolean {
  return !besides.some(({ event }) => event === 'DELETE');
}

/** Deletes exactly the records of the order, by their places, or fails. */
export function deletion(
  { records: { name: records, preset, keys }, path }: Tables,
  ids: string,
  truncate: boolean,
  keeps: Keeping | null,
): string {
  const number = "(given OPERATOR(pg_catalog.->>) 'deleted')::pg_catalog.int8";
  const changed = `RAISE EXCEPTION 'a record was changed meanwhile' USING ERRCODE = '40001';`;
  if (truncate) {
    return byOwnPath(`SELECT pg_catalog.count(*) INTO touched FROM ${records} r JOIN ${orderedPlaces} m ON ${isInPlace};
  IF touched OPERATOR(pg_catalog.<>) ${number} OR touched OPERATOR(pg_catalog.<>) (SELECT pg_catalog.count(*) FROM ${records}) THEN
    ${changed}
  END IF;
  TRUNCATE ${records};`);
  }
  const gone = `DELETE FROM ${records} r USING ${orderedPlaces} m WHERE ${isInPlace}`;
  const counted = keeps
    ? `WITH gone AS (${gone} RETURNING ${keeps.columns})
    SELECT pg_catalog.count(*), ${keeps.kept} INTO touched, ${keeps.into} FROM gone r;`
    : `${gone};
  GET DIAGNOSTICS touched = ROW_COUNT;`;
  return `${byOwnPath(counted)}
  IF touched <> ${number} THEN
    -- Still unchanged, or rewritten by this transaction, as when records are only marked as deleted.
    ${byPath(
      path,
      `is_kept := EXISTS (SELECT FROM ${records} r JOIN ${orderedPlaces} m ON ${isInPlace})
      OR EXISTS (SELECT FROM ${records} r WHERE r.${preset} ${keys.equal} ANY (ARRAY${ids})
                  AND r.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid);`,
    )}
    IF is_kept THEN
      RAISE EXCEPTION 'a trigger, a rule or a policy on ${inRaise(records)} keeps a record from being deleted' USING ERRCODE = 'P0001';
    END IF;
    ${changed}
  END IF;${keeps && keeps.check !== '' ? `\n  ${keeps.check}` : ''}`;
}

/**
 * Deletes all records of the rows, and fails if another transaction was committed since they were read: then a record may have come,
 * gone or changed, and the receipt would not hold exactly what is deleted. The one of the same repair deletes records of other
 * rows; what its triggers did to these is seen by the number that wrote a record.
 */
export function wholeDeletion(
  tables: Tables,
  { beside = null }: WholeDeletion,
  keeps: Keeping | null,
): string {
  const { name, preset, keys } = tables.records;
  const gone = `DELETE FROM ${name} r WHERE r.${preset} ${keys.equal} ANY (ARRAY${idsOf(tables)})`;
  const kept = [
    ...(keeps && keeps.references.length > 0
      ? [{ columns: keeps.references, value: keeps.dangling, into: 'dangling' }]
      : []),
    ...(beside === null
      ? []
      : [
          {
            columns: ['r.xmin AS version'],
            value: `pg_catalog.bool_or(pg_catalog.age(r.version) OPERATOR(pg_catalog.<=) pg_catalog.age(before_this))`,
            into: 'is_newer',
          },
        ]),
  ];
  const deletes =
    kept.length > 0
      ? `WITH gone AS (${gone} RETURNING ${kept.flatMap(({ columns }) => columns).join(', ')})
    SELECT pg_catalog.count(*), ${kept.map(({ value }) => value).join(', ')} INTO touched, ${kept.map(({ into }) => into).join(', ')} FROM gone r;`
      : `${gone};
  GET DIAGNOSTICS touched = ROW_COUNT;`;
  // Into variables first: taking them from the order for each record would take longer than deleting it.
  return `${beside === null ? '' : "before_this := (given->'whole'->>'beside')::xid8::xid;\n  "}${byOwnPath(deletes)}
  was := (given->'whole'->>'snapshot')::pg_snapshot;
  IF touched <> (given->>'deleted')::int8 OR is_newer OR EXISTS (
    SELECT FROM (SELECT x FROM pg_snapshot_xip(was) x
       UNION ALL SELECT n::text::xid8 FROM generate_series(pg_snapshot_xmax(was)::text::int8, pg_snapshot_xmax(pg_current_snapshot())::text::int8 - 1) n) ended (xid)
     WHERE pg_visible_in_snapshot(ended.xid, pg_current_snapshot()) AND pg_xact_status(ended.xid) = 'committed' AND ended.xid::text IS DISTINCT FROM given->'whole'->>'beside') THEN
    RAISE EXCEPTION 'a record was changed meanwhile' USING ERRCODE = '40001';
  END IF;${keeps ? `\n  played := given->'whole'->'played';\n  ${keeps.check}` : ''}`;
}
