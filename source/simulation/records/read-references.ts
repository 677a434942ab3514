import * as z from 'zod/mini';
import { inSchema } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Column } from '../../counter/discovery/find-column.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { type Relations, referring } from '../../counter/discovery/truth.ts';
import { allOf, isValue } from '../sql/is-value.ts';
import type { KeyedRow } from './read-rows.ts';
import type { RecordReference, RecordValues, UniqueIndex } from './record-facts.ts';

interface Ground {
  tables: Tables;
  relations: Relations;
}

/** The columns of the records that refer to the row, or to the table between. */
export function referenceColumns({ tables, relations }: Ground): Column[] {
  return columnsNamed(tables.definition.record.reference, relations);
}

function columnsNamed(names: readonly string[], { record }: Pick<Relations, 'record'>): Column[] {
  return names.flatMap(name => record.columns.filter(each => each.name === name));
}

const texts = z.array(z.string());
const parameter = (place: number) =>
  `($1::pg_catalog.text::pg_catalog.json OPERATOR(pg_catalog.->>) ${place})`;

/**
 * What a record of this row holds in the columns that refer to it, as text. Null if there is a table between, and nothing in it
 * belongs to the row.
 */
export async function readReference(reader: Reader, ground: Ground, row: KeyedRow): Promise<string[] | null> {
  const { tables, relations } = ground;
  const { row: rowTable, through } = relations;
  const { key, record } = { key: tables.definition.row.key, record: tables.definition.record };
  const columns = referenceColumns(ground);
  if (columns.length === 0) return [];
  const keys = key.flatMap(name => rowTable.columns.filter(each => each.name === name));
  const asReference = (value: string, place: number) =>
    `(${value})::${inSchema(columns[place]?.plainType ?? 'text')}::pg_catalog.text`;
  const list = (values: readonly string[]) =>
    `pg_catalog.json_build_array(${values.map(asReference).join(', ')})::pg_catalog.text`;
  const between = record.through;
  const query =
    through && between
      ? `SELECT ${list(between.key.map(name => `t.${through.columns.find(each => each.name === name)?.quoted}`))} AS held FROM ${through.name} t
          WHERE ${allOf(referring(tables.definition, relations).map((column, place) => isValue('t', column, parameter(place))))} AND $1::pg_catalog.text IS NOT NULL LIMIT 1`
      : `SELECT ${list(keys.map((column, place) => `${parameter(place)}::${inSchema(column.plainType)}`))} AS held`;
  const [found] = (await reader.rows(query, [JSON.stringify(row.key)], tables.path)) as { held: string }[];
  return found ? texts.parse(JSON.parse(found.held)) : null;
}

/** True if there is a record already with the same values in a unique index. */
export async function isTaken(
  reader: Reader,
  { tables, relations }: Ground,
  { columns, within }: UniqueIndex,
  values: RecordValues,
): Promise<boolean> {
  const held = columns.map(name => values[name]);
  // What only the server knows is for the server to refuse.
  if (within.length > 0 || columns.length === 0 || held.some(value => value === undefined || value === null))
    return false;
  const is = columnsNamed(columns, relations).map((column, place) => isValue('r', column, parameter(place)));
  const rows = await reader.rows(
    `SELECT 1 FROM ${tables.records.name} r WHERE ${is.join(' AND ')} LIMIT 1`,
    [JSON.stringify(held)],
    tables.path,
  );
  return rows.length > 0;
}

const found = z.array(z.object({ value: z.string() }));

/**
 * The key that a record refers to already, if `reference` is to the same table: nobody follows themselves, and no comment
 * answers itself.
 */
function sameSide({ tables, relations }: Ground, reference: RecordReference | null, values: RecordValues) {
  const [refers, ...more] = tables.definition.record.reference;
  if (!refers || more.length > 0 || relations.through !== null) return null;
  return reference?.table === relations.row.name ? (values[refers] ?? null) : null;
}

/**
 * Other values of `column` with which a record would not be refused by a unique index: of what its foreign key refers to, but for
 * the counted row itself, else of what records hold.
 */
export async function readOtherValues(
  reader: Reader,
  ground: Ground,
  index: UniqueIndex,
  { column, reference }: { column: string; reference: RecordReference | null },
  values: RecordValues,
): Promise<string[]> {
  const { tables, relations } = ground;
  const [own] = columnsNamed([column], relations);
  if (!own) return [];
  const others = index.columns.filter(name => name !== column && (values[name] ?? null) !== null);
  const is = columnsNamed(others, relations).map((each, place) => isValue('r', each, parameter(place)));
  const source = reference?.readable
    ? `SELECT k.${reference.keys[0]}::pg_catalog.text AS value FROM ${reference.table} k`
    : `SELECT DISTINCT s.${own.quoted}::pg_catalog.text AS value FROM (SELECT r.${own.quoted} FROM ${tables.records.name} r LIMIT 2000) s`;
  const rows = await reader.rows(
    `SELECT f.value FROM (${source}) f WHERE f.value IS NOT NULL AND f.value OPERATOR(pg_catalog.<>) coalesce($2::pg_catalog.text, '') AND coalesce(f.value OPERATOR(pg_catalog.<>) $3::pg_catalog.text, true) AND $1::pg_catalog.text IS NOT NULL
        AND NOT EXISTS (SELECT FROM ${tables.records.name} r WHERE ${allOf([...is, `r.${own.quoted}::pg_catalog.text OPERATOR(pg_catalog.=) f.value`])}) LIMIT 3`,
    [
      JSON.stringify(others.map(name => values[name])),
      values[column] ?? null,
      sameSide(ground, reference, values),
    ],
    tables.path,
  );
  return found.parse(rows).map(({ value }) => value);
}

/**
 * A value that a foreign key may refer to, the counted row itself last; null if the other table is empty or this role may not
 * read it.
 */
export async function readReferenced(
  reader: Reader,
  ground: Ground,
  reference: RecordReference,
  refers: RecordValues,
): Promise<string | null> {
  const { table, keys, readable } = reference;
  if (!readable) return null;
  const rows = await reader.rows(
    `SELECT k.${keys[0]}::pg_catalog.text AS value FROM ${table} k WHERE k.${keys[0]} IS NOT NULL
      ORDER BY coalesce(k.${keys[0]}::pg_catalog.text OPERATOR(pg_catalog.=) $1::pg_catalog.text, false) LIMIT 1`,
    [sameSide(ground, reference, refers)],
    ground.tables.path,
  );
  return found.parse(rows)[0]?.value ?? null;
}
