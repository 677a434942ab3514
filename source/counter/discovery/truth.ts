import { inSchema } from '../../connection/search-path.ts';
import { literal } from '../../format/sql-literal.ts';
import type { CounterDefinition } from '../definition/definition.ts';
import { columnsOf, printPredicate } from '../definition/predicate.ts';
import type { Operators } from '../operators.ts';
import type { Relation } from '../schema/relation.ts';
import { areAlike, operatorsBetween } from './column-kinds.ts';
import { definedColumn } from './defined-column.ts';
import type { Column } from './find-column.ts';

/** The relations that a counter stands on, as the catalog has them. */
export interface Relations {
  row: Relation;
  via: Relation | null;
  record: Relation;
  through: Relation | null;
}

/** What rows are read from, with the columns that it has: SQL, quoted. */
interface RowSource {
  /** Stands after FROM: the table itself, or a query of it. */
  rows: string;
  key: string;
  label: string;
  count: string;
  lastUsed: string | null;
  /** Says that the row has none in the other table, if the count is there. */
  missing: string | null;
}

/** What records are counted from, with the columns that it has: SQL, quoted. */
interface RecordSource {
  /** Stands after FROM: the table itself, or a query of exactly the records that count. */
  counted: string;
  /** The column that refers to the row. */
  preset: string;
  /** The number of records `r`, or the sum of their amounts: what the count should be. */
  aggregate: string;
  /** True if amounts are added up. */
  sums: boolean;
}

/** A column of a row's key, one that refers to it, and how they are compared. */
export interface KeyPair {
  key: string;
  reference: string;
  operators: Operators;
}

// A key of one column is that column. Any other is the text of a JSON array: it names a row, and is never compared by itself.
const keyName = 'row_key';
const referenceName = 'row_reference';

/** The SQL that rows are read from. If a counter is as simple as that of presets, it is the table's name. */
export function rowSource(definition: CounterDefinition, { row, via }: Relations): RowSource {
  const column = (name: string) => definedColumn(row, name, definition).quoted;
  const { key, label, touched, count } = definition.row;
  const single = key.length === 1 ? column(key[0] ?? '') : null;
  const lastUsed = touched === null ? null : column(touched);
  if (single !== null && via === null) {
    return {
      rows: row.name,
      key: single,
      label: label === null ? single : column(label),
      count: column(count),
      lastUsed,
      missing: null,
    };
  }
  const own = new Set([...key, label, touched].filter(name => name !== null).map(column));
  const whole = single ?? unused(keyName, own);
  const counts = via ? unused('row_count', own) : column(count);
  const missing = via ? unused('row_missing', own) : null;
  const name = label === null && key.length !== 1 ? unused('row_label', own) : null;
  const columns = [...own].map(quoted => `q.${quoted}`);
  if (single === null) columns.push(`${jsonKey(key.map(each => `q.${column(each)}`))} AS ${whole}`);
  if (name) columns.push(`${keyLabel(row.table, key.map(column))} AS ${name}`);
  if (via) {
    const [refers = ''] = definition.via?.row ?? [];
    columns.push(`v.${definedColumn(via, count, definition).quoted} AS ${counts}`);
    columns.push(`v.${definedColumn(via, refers, definition).quoted} IS NULL AS ${missing}`);
  }
  if (!via && !own.has(counts)) columns.push(`q.${counts}`);
  return {
    rows: `(SELECT ${columns.join(', ')} FROM ${row.name} q${via ? ` LEFT JOIN ${via.name} v ON ${viaJoin(definition, row, via)}` : ''})`,
    key: whole,
    label: name ?? (label === null ? whole : column(label)),
    count: counts,
    lastUsed,
    missing,
  };
}

function viaJoin(definition: CounterDefinition, row: Relation, via: Relation): string {
  const of = definition.via?.row ?? [];
  return definition.row.key
    .map((name, place) => {
      const key = definedColumn(row, name, definition);
      const refers = definedColumn(via, of[place] ?? '', definition);
      const { equal, of: cast } = operatorsBetween(key, refers);
      return `v.${refers.quoted} ${equal} q.${key.quoted}${cast}`;
    })
    .join(' AND ');
}

/**
 * The SQL that records are counted from: what `count` should be, for every reader of it. Only columns that are needed are in
 * it, because a role may have been granted no others. The planner dissolves the query, so that indexes are used. `among` is a
 * condition on `r`, the table's own row: then only such records are counted.
 */
export function recordSource(
  definition: CounterDefinition,
  { row, record, through }: Relations,
  among: string | null = null,
): RecordSource {
  const { reference, where, amount, time, kind } = definition.record;
  const column = (name: string) => definedColumn(record, name, definition).quoted;
  const [sums, aggregate] =
    amount === null
      ? [false, 'pg_catalog.count(*)']
      : [true, `coalesce(pg_catalog.sum(r.${column(amount)}), 0)`];
  const [first = ''] = reference;
  const simple = where === null && through === null && reference.length === 1 && among === null;
  if (simple) return { counted: record.name, preset: column(first), aggregate, sums };
  const own = new Set([time, kind, amount].filter(name => name !== null).map(column));
  const refers = referring(definition, { record, through });
  const columns = [...own].map(quoted => `r.${quoted}`);
  const single = refers.length === 1 && through === null ? (refers[0]?.quoted ?? '') : null;
  const preset = single ?? unused(referenceName, own);
  if (single !== null && !own.has(single)) columns.push(`r.${single}`);
  if (single === null) {
    const [from, names] = through ? ['t', throughNames(refers, own)] : ['r', refers.map(each => each.quoted)];
    refers.forEach((each, place) => {
      const name = names[place] ?? '';
      if (!own.has(name)) columns.push(`${from}.${each.quoted}${name === each.quoted ? '' : ` AS ${name}`}`);
    });
    if (refers.length !== 1) {
      const keys = definition.row.key.map((name, place) => {
        const key = definedColumn(row, name, definition);
        return `${from}.${refers[place]?.quoted}::${inSchema(key.plainType)}`;
      });
      columns.push(`${jsonKey(keys)} AS ${preset}`);
    }
  }
  const conditions = [among, conditionOf(definition, record)]
    .filter(condition => condition !== null)
    .map((condition, _, { length }) => (length > 1 ? `(${condition})` : condition));
  return {
    counted: `(SELECT ${columns.join(', ')} FROM ${record.name} r${through ? ` LEFT JOIN ${through.name} t ON ${throughJoin(definition, record, through)}` : ''}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''})`,
    preset,
    aggregate,
    sums,
  };
}

/** SQL for which of the records `r` count; null if all do. */
export function conditionOf(definition: CounterDefinition, record: Relation): string | null {
  const { where } = definition.record;
  return where && printPredicate(where, 'r', typedColumns(definition, record));
}

/** The columns that refer to the row's key: of the records, or of the table between. */
export function referring(
  definition: CounterDefinition,
  { record, through }: Pick<Relations, 'record' | 'through'>,
): Column[] {
  const names = definition.record.through?.reference ?? definition.record.reference;
  return names.map(name => definedColumn(through ?? record, name, definition));
}

// One column of the table between is the reference itself.
function throughNames(refers: readonly Column[], own: ReadonlySet<string>): string[] {
  return refers.length === 1
    ? [unused(referenceName, own)]
    : refers.map((_, place) => unused(`${referenceName}_${place + 1}`, own));
}

function throughJoin(definition: CounterDefinition, record: Relation, through: Relation): string {
  const keys = definition.record.through?.key ?? [];
  return keys
    .map((name, place) => {
      const key = definedColumn(through, name, definition);
      const reference = definedColumn(record, definition.record.reference[place] ?? '', definition);
      const { equal, of } = operatorsBetween(key, reference);
      return `t.${key.quoted} ${equal} r.${reference.quoted}${of}`;
    })
    .join(' AND ');
}

/** How each column of a key of several is compared with the one that refers to it; null if the key is one column. */
export function keyPairs(definition: CounterDefinition, relations: Relations): KeyPair[] | null {
  if (definition.row.key.length === 1) return null;
  const refers = referring(definition, relations);
  const amountsAndTimes = [definition.record.time, definition.record.kind, definition.record.amount]
    .filter(name => name !== null)
    .map(name => definedColumn(relations.record, name, definition).quoted);
  const names = relations.through
    ? throughNames(refers, new Set(amountsAndTimes))
    : refers.map(({ quoted }) => quoted);
  return definition.row.key.map((name, place) => {
    const key = definedColumn(relations.row, name, definition);
    const reference = refers[place] ?? key;
    return { key: key.quoted, reference: names[place] ?? '', operators: operatorsBetween(key, reference) };
  });
}

/** Whether keys and the single column that refers to them have the same order, so that a page of one is a page of the other. */
export function keysAlike(definition: CounterDefinition, relations: Relations): boolean {
  const [first = ''] = definition.row.key;
  const [reference] = referring(definition, relations);
  if (definition.row.key.length !== 1 || !reference) return false;
  return areAlike(definedColumn(relations.row, first, definition), reference);
}

/** Whether an index of the records leads with the reference and has every column that is counted by. */
export function isCovered(definition: CounterDefinition, { record, through }: Relations): boolean {
  const { reference, where, amount } = definition.record;
  const [first = ''] = reference;
  if (through || reference.length !== 1) return false;
  const needed = [first, amount, ...(where ? columnsOf(where) : [])].filter(name => name !== null);
  if (new Set(needed).size === 1) return record.indexed.some(([leading]) => leading === first);
  return record.indexes.some(
    ({ columns }) => columns[0] === first && needed.every(name => columns.includes(name)),
  );
}

/** How a condition of a definition is printed: the columns of its records. */
export function typedColumns(definition: CounterDefinition, record: Relation) {
  return (name: string) => {
    const column = definedColumn(record, name, definition);
    const type = inSchema(column.plainType);
    return { quoted: column.quoted, type, castOf: castOf(column, type), operators: column.operators };
  };
}

// The send functions of float4 and float8, which numeric is cast to.
const floats: ReadonlySet<string> = new Set(['2425', '2427']);

/** A number that an integer column could not hold is compared as numeric, as the server does with a constant. */
function castOf({ category, kind }: Column, type: string): (value: string) => string {
  if (category !== 'N' || floats.has(kind)) return () => type;
  return value => (/^-?\d{1,4}$/.test(value) ? type : 'numeric');
}

/** What a row without a label is called: the columns of its key, or its table's name if it is the only row. */
function keyLabel(table: string, columns: readonly string[]): string {
  if (columns.length === 0) return `${literal(table)}::pg_catalog.text`;
  return `pg_catalog.concat_ws(', ', ${columns.map(column => `(q.${column})::pg_catalog.text`).join(', ')})`;
}

function jsonKey(columns: readonly string[]): string {
  if (columns.length === 0) return `'[]'::pg_catalog.text`;
  const known = columns.map(column => `${column} IS NOT NULL`).join(' AND ');
  const texts = columns.map(column => `(${column})::pg_catalog.text`).join(', ');
  return `CASE WHEN ${known} THEN pg_catalog.json_build_array(${texts})::pg_catalog.text END`;
}

/** The name, with a number if it is taken. */
function unused(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
