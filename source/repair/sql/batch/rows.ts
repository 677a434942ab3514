import { byOwnPath, byPath, inSchema } from '../../../connection/search-path.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { keysDiffer } from '../../../counter/operators.ts';
import { comparableCount } from '../../../counter/reading/counters.ts';
import { isNamedBy, partOfId } from '../../../counter/writing/written-row.ts';
import { inRaise } from '../../../format/sql-literal.ts';
import type { RepairFacts } from '../facts.ts';
import { type BlockShape, givenId, givenRows, idsOf, isGiven } from './order.ts';

/**
 * Adds the rows that the other table lacks, with a count of 0. A writer that adds one at the same time comes first or waits: its
 * count is kept either way.
 */
export function addition({ written }: Tables): string {
  const columns = written.keys.map(({ column }) => column);
  const values = written.keys.map((_, place) => partOfId(written.keys, givenId, place));
  return byOwnPath(`INSERT INTO ${written.name} (${[...columns, written.count].join(', ')})
    SELECT ${[...values, '0'].join(', ')} FROM ${givenRows} o WHERE (o.value OPERATOR(pg_catalog.->>) 'adds')::pg_catalog.bool
    ON CONFLICT (${columns.join(', ')}) DO NOTHING;`);
}

/** Locks the rows, and keeps what they hold then: the count in `held`, the time of the last use in `used`, other columns in `others`. */
export function locking(tables: Tables, facts: RepairFacts, order: BlockShape): string {
  const { presets, written, records, path } = tables;
  const restored = restoredColumns(facts, order);
  const count = records.sums
    ? comparableCount(`p.${written.count}`, presets.countKind, true)
    : `p.${written.count}`;
  const used = lastUsedOf(tables, facts, order)
    ? `p.${written.touched}::pg_catalog.text`
    : 'NULL::pg_catalog.text';
  const isOwnKey = written.keys.length === 1 && !written.apart;
  // The id is written as the row has its key; another table may spell the same key in another way.
  const [lockedId, locked] = isOwnKey
    ? [
        `p.${presets.key}::pg_catalog.text`,
        `${written.name} p
           WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY${idsOf(tables)}) ORDER BY p.${presets.key}`,
      ]
    : [
        givenId,
        `${givenRows} o JOIN ${written.name} p ON ${isGiven(tables)}${written.keys.length === 0 ? '' : ` ORDER BY ${written.keys.map(({ column }) => `p.${column}`).join(', ')}`}`,
      ];
  return `${byPath(
    path,
    `SELECT coalesce(pg_catalog.jsonb_object_agg(l.id, l.count), '{}'), coalesce(pg_catalog.jsonb_object_agg(l.id, l.used), '{}')${restored.length > 0 ? `, coalesce(pg_catalog.jsonb_object_agg(l.id, l.others), '{}')` : ''} INTO held, used${restored.length > 0 ? ', others' : ''}
    FROM (SELECT ${lockedId} AS id, ${count} AS count, ${used} AS used${restored.length > 0 ? `, pg_catalog.jsonb_build_array(${restored.map(({ quoted }) => `p.${quoted}::pg_catalog.text`).join(', ')}) AS others` : ''} FROM ${locked} FOR NO KEY UPDATE OF p${order.wait ? '' : ' SKIP LOCKED'}) l;`,
  )}
  started := coalesce(started, clock_timestamp());
  IF (SELECT count(*) FROM jsonb_object_keys(held)) < jsonb_array_length(given->'rows') THEN
    ${
      // A missing row cannot be locked by another session if we wait for locks.
      order.wait
        ? `RAISE EXCEPTION 'a policy on ${inRaise(written.name)} keeps a row from being written, or it was deleted just now' USING ERRCODE = 'P0001';`
        : `RAISE EXCEPTION 'another session holds a row' USING ERRCODE = '55P03';`
    }
  END IF;`;
}

/** What the counts become: what they were when they were locked, plus the ordered difference. */
export function newCounts({ records, presets }: Tables, { countType }: RepairFacts): string {
  const value = `coalesce((held->>(o.value->>'id'))::numeric, 0) + (o.value->>'delta')::numeric`;
  const sum = `SELECT coalesce(jsonb_object_agg(o.value->>'id', CASE WHEN (o.value->>'nullIfZero')::boolean AND ${value} = 0 THEN NULL ELSE ${value} END), '{}')
    INTO becomes FROM jsonb_array_elements(given->'rows') o;`;
  if (!records.sums) return sum;
  // Neither a later audit nor an undo would find a sum again that the column has rounded.
  return `${sum}
  IF EXISTS (SELECT FROM jsonb_each_text(becomes) b WHERE ${keysDiffer(comparableCount(`b.value::${countType}`, presets.countKind, true), 'b.value::numeric')}) THEN
    RAISE EXCEPTION 'the column cannot hold the sum exactly' USING ERRCODE = '22003';
  END IF;`;
}

/** Writes the rows, and refuses if they are not what was written once all triggers have run. */
export function writing(tables: Tables, facts: RepairFacts, order: BlockShape): string {
  const { written } = tables;
  const lastUsed = lastUsedOf(tables, facts, order);
  const restored = restoredColumns(facts, order);
  // What a row held when it was locked.
  const other = (place: number) =>
    `((others OPERATOR(pg_catalog.->) (o.value OPERATOR(pg_catalog.->>) 'id')) OPERATOR(pg_catalog.->>) ${place})`;
  const becomes = `(becomes OPERATOR(pg_catalog.->>) (o.value OPERATOR(pg_catalog.->>) 'id'))::${facts.countType}`;
  return `${byOwnPath(`UPDATE ${written.name} p
     SET ${written.count} = ${becomes}${
       lastUsed
         ? `,
         ${lastUsed.sets}`
         : ''
     }${restored.map(({ quoted, type }, place) => `,\n         ${quoted} = ${other(place)}::${inSchema(type)}`).join('')}
    FROM ${givenRows} o
   WHERE ${isGiven(tables)}
     AND (${keysDiffer(`p.${written.count}`, becomes)}${lastUsed ? ` OR ${lastUsed.differs}` : ''}${restored.map(({ quoted }, place) => ` OR ${keysDiffer(`p.${quoted}::pg_catalog.text`, other(place))}`).join('')});
  ${written.keys.length === 0 ? onlyOne(written.name) : ''}SET CONSTRAINTS ALL IMMEDIATE;
  -- A trigger or a policy may have kept a row from being written, or written something else.
  is_other := EXISTS (SELECT FROM pg_catalog.jsonb_each_text(becomes) b JOIN ${written.name} p ON ${isNamedBy(written.keys, 'p', 'b.key')}
              WHERE ${keysDiffer(`p.${written.count}`, `b.value::${facts.countType}`)});`)}
  IF is_other THEN
    RAISE EXCEPTION 'a count is not what was written: a trigger changes it, or a policy on ${inRaise(written.name)} keeps it from being written' USING ERRCODE = 'P0001';
  END IF;`;
}

/** Refuses to write several rows where one counts every record. */
function onlyOne(table: string): string {
  return `GET DIAGNOSTICS touched = ROW_COUNT;
  IF touched OPERATOR(pg_catalog.>) 1 OR (SELECT pg_catalog.count(*) FROM ${table}) OPERATOR(pg_catalog.>) 1 THEN
    RAISE EXCEPTION 'there are several rows now, and one of them counts every record' USING ERRCODE = 'P0001';
  END IF;
  `;
}

/** The columns that triggers set for records that are put back. */
function restoredColumns({ restores }: RepairFacts, { inserts }: BlockShape): RepairFacts['restores'] {
  return inserts.length > 0 ? restores : [];
}

/**
 * How the time of the last use is set, if any row of the batch sets it: naming the column is enough to fire its triggers. When
 * records are put back, the counting trigger sets it too, so then it is reset to its value when the row was locked.
 */
function lastUsedOf(
  { written }: Tables,
  { lastUsedType }: RepairFacts,
  { setsLastUsed, inserts }: BlockShape,
): { sets: string; differs: string } | null {
  const restores = inserts.length > 0;
  if (!(setsLastUsed || restores) || written.touched === null) return null;
  const usedType = inSchema(lastUsedType ?? 'timestamptz');
  const given = "o.value OPERATOR(pg_catalog.->) 'lastUsed'";
  const to = (key: string) => `(${given} OPERATOR(pg_catalog.->>) '${key}')::${usedType}`;
  const isSet = `(${given}) OPERATOR(pg_catalog.<>) 'null'::pg_catalog.jsonb`;
  const locked = `(used OPERATOR(pg_catalog.->>) (o.value OPERATOR(pg_catalog.->>) 'id'))::${usedType}`;
  const otherwise = restores ? locked : `p.${written.touched}`;
  return {
    sets: `${written.touched} = CASE WHEN ${isSet} AND NOT (${keysDiffer(locked, to('from'))}) THEN ${to('to')} ELSE ${otherwise} END`,
    differs: `${isSet}${restores ? ` OR ${keysDiffer(`p.${written.touched}`, locked)}` : ''}`,
  };
}
