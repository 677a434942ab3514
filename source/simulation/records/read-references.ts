import * as z from 'zod/mini';
import { inSchema } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Column } from '../../counter/discovery/find-column.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { type Relations, referring } from '../../counter/discovery/truth.ts';
import { allOf, isValue } from '../sql/is-value.ts';
import type { KeyedRow } from './read-rows.ts';
import type { RecordFacts, RecordReference, RecordValues, UniqueIndex } from './record-facts.ts';

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

/** What the row that a record of these values refers to holds in a column of its key, which is quoted. */
function ofRow({ tables, relations }: Ground, key: string | undefined, values: RecordValues): string | null {
  const { row, record } = tables.definition;
  const place = row.key.findIndex(
    name => relations.row.columns.find(each => each.name === name)?.quoted === key,
  );
  return values[record.reference[place] ?? ''] ?? null;
}

/** True if it is a foreign key to the rows, other than the reference itself. */
function isOtherSide({ tables, relations }: Ground, { table, columns }: RecordReference): boolean {
  const { record } = tables.definition;
  return (
    relations.through === null &&
    table === relations.row.name &&
    !columns.every(name => record.reference.includes(name))
  );
}

/** The foreign keys by which a record refers to its row a second time: nobody follows themselves. */
export function otherSides(ground: Ground & { facts: RecordFacts }, values: RecordValues): RecordReference[] {
  return ground.facts.references.filter(
    reference =>
      isOtherSide(ground, reference) &&
      reference.columns.every((name, place) => {
        const held = values[name] ?? null;
        return held !== null && held === ofRow(ground, reference.keys[place], values);
      }),
  );
}

/**
 * The value with which `column` would refer to the row that the record refers to already: nobody follows themselves, and no comment
 * answers itself.
 */
function sameSide(ground: Ground, { column, reference }: Referring, values: RecordValues): string | null {
  if (reference === null || !isOtherSide(ground, reference)) return null;
  const same = reference.columns.map((_, place) => ofRow(ground, reference.keys[place], values));
  const others = reference.columns.every(
    (name, place) => name === column || (values[name] ?? null) === same[place],
  );
  return others ? (same[reference.columns.indexOf(column)] ?? null) : null;
}

/** A column, and the foreign key that it belongs to. */
interface Referring {
  column: string;
  reference: RecordReference | null;
}

/** Keys that a column may hold beside what the record holds in the others of its foreign key; `$n` is a JSON array of those. */
function keysFor({ column, reference }: Referring, values: RecordValues, n: number) {
  const { columns = [], keys = [], table } = reference ?? {};
  const known = columns.flatMap((name, place) => {
    const value = values[name] ?? null;
    return name === column || value === null ? [] : [{ key: keys[place], value }];
  });
  const is = known.map(
    ({ key }, place) =>
      `k.${key}::pg_catalog.text OPERATOR(pg_catalog.=) ($${n}::pg_catalog.text::pg_catalog.json OPERATOR(pg_catalog.->>) ${place})`,
  );
  const place = columns.indexOf(column);
  return {
    key: `k.${keys[place]}`,
    from: `${table} k WHERE ${allOf([...is, ...(place < 0 ? [] : [`k.${keys[place]} IS NOT NULL`]), `$${n}::pg_catalog.text IS NOT NULL`])}`,
    parameter: JSON.stringify(known.map(({ value }) => value)),
  };
}

/** Whether what a foreign key refers to exists, as far as this role can see. */
export async function isThere(
  reader: Reader,
  ground: Ground,
  reference: RecordReference,
  values: RecordValues,
): Promise<boolean> {
  const { columns, readable } = reference;
  if (!readable || columns.some(name => (values[name] ?? null) === null)) return true;
  const { from, parameter: known } = keysFor({ column: '', reference }, values, 1);
  const rows = await reader.rows(`SELECT 1 FROM ${from} LIMIT 1`, [known], ground.tables.path);
  return rows.length > 0;
}

/**
 * Other values of `column` with which a record would not be refused by a unique index: of what its foreign key refers to, but for
 * the counted row itself, else of what records hold.
 */
export async function readOtherValues(
  reader: Reader,
  ground: Ground,
  index: UniqueIndex,
  referring: Referring,
  values: RecordValues,
): Promise<string[]> {
  const { tables, relations } = ground;
  const { column, reference } = referring;
  const [own] = columnsNamed([column], relations);
  if (!own) return [];
  const others = index.columns.filter(name => name !== column && (values[name] ?? null) !== null);
  const is = columnsNamed(others, relations).map((each, place) => isValue('r', each, parameter(place)));
  const { key, from, parameter: known } = keysFor(referring, values, 4);
  const source = reference?.readable
    ? `SELECT ${key}::pg_catalog.text AS value FROM ${from}`
    : `SELECT DISTINCT s.${own.quoted}::pg_catalog.text AS value FROM (SELECT r.${own.quoted} FROM ${tables.records.name} r WHERE $4::pg_catalog.text IS NOT NULL LIMIT 2000) s`;
  const rows = await reader.rows(
    `SELECT f.value FROM (${source}) f WHERE f.value IS NOT NULL AND f.value OPERATOR(pg_catalog.<>) coalesce($2::pg_catalog.text, '') AND coalesce(f.value OPERATOR(pg_catalog.<>) $3::pg_catalog.text, true) AND $1::pg_catalog.text IS NOT NULL
        AND NOT EXISTS (SELECT FROM ${tables.records.name} r WHERE ${allOf([...is, `r.${own.quoted}::pg_catalog.text OPERATOR(pg_catalog.=) f.value`])}) LIMIT 3`,
    [
      JSON.stringify(others.map(name => values[name])),
      values[column] ?? null,
      sameSide(ground, referring, values),
      known,
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
  referring: { column: string; reference: RecordReference },
  values: RecordValues,
): Promise<string | null> {
  if (!referring.reference.readable) return null;
  const { key, from, parameter: known } = keysFor(referring, values, 2);
  const rows = await reader.rows(
    `SELECT ${key}::pg_catalog.text AS value FROM ${from}
      ORDER BY coalesce(${key}::pg_catalog.text OPERATOR(pg_catalog.=) $1::pg_catalog.text, false) LIMIT 1`,
    [sameSide(ground, referring, values), known],
    ground.tables.path,
  );
  return found.parse(rows)[0]?.value ?? null;
}
