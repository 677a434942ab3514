import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { Noun } from '../definition/definition.ts';
import { builtIn, type Operators } from '../operators.ts';
import { type Column, findColumn } from './find-column.ts';

/** A column, and the quoted name of its table. */
interface Of {
  table: string;
  column: Column;
}

// The send functions of int2, int4, int8 and numeric, and of text and varchar. Within each set values compare alike.
const sameNumbers: ReadonlySet<string> = new Set(['2405', '2407', '2409', '2461']);
const sameText: ReadonlySet<string> = new Set(['2415', '2433']);
// Of enums, arrays, composites, ranges and multiranges: many types share each, but a type only compares with itself.
const shared: ReadonlySet<string> = new Set(['3533', '2401', '2403', '3837', '4234']);

/**
 * Whether both columns distinguish and order values alike. A char(n) ignores trailing blanks and a citext ignores case. Values
 * sorted by one collation are not in the order of another.
 */
export function areAlike(key: Column, reference: Column): boolean {
  if (key.collation !== reference.collation) return false;
  return (
    key.kind === reference.kind ||
    [sameNumbers, sameText].some(kinds => kinds.has(key.kind) && kinds.has(reference.kind))
  );
}

/** The operators between a key and a reference to it. If only one is of PostgreSQL's own types, the other is cast to it. */
export function operatorsBetween(key: Column, reference: Column): Operators {
  return key.kind === reference.kind ? (key.operators ?? builtIn) : builtIn;
}

/**
 * Throws (exit code 3) if the server cannot compare a key with a reference to it. It compares any types of numbers with each
 * other, and any types of text; anything else only with its own kind.
 */
export function requireComparable(row: Of, record: Of, [, rows]: Noun): void {
  const [key, reference] = [row.column, record.column];
  const named = `${record.table}.${reference.quoted} is ${reference.type} and ${row.table}.${key.quoted} is ${key.type}`;
  const family = key.category === reference.category && ['N', 'S'].includes(key.category);
  const own = !shared.has(key.kind) || (key.type === reference.type && !key.domain && key.category !== 'A');
  if (!family && !(key.kind === reference.kind && own)) {
    throw keysDiffer(
      key.category === 'A'
        ? `${row.table}.${key.quoted} is ${key.type}: the console cannot look ${rows} up by an array.`
        : `${named}: the server cannot compare the two.`,
      key.category === 'A'
        ? `Give ${rows} a key with a single value, and let the records refer to it.`
        : `Give both columns the same type: ALTER TABLE ${record.table} ALTER COLUMN ${reference.quoted} TYPE ${key.type} USING ${reference.quoted}::${key.type}.`,
    );
  }
  const collations = new Set(
    [key.collation, reference.collation].filter(each => !['0', '100'].includes(each)),
  );
  if (collations.size > 1) {
    throw keysDiffer(
      `${record.table}.${reference.quoted} and ${row.table}.${key.quoted} have different collations: the server does not know which to compare them by.`,
      `Give both columns the same one: ALTER TABLE ${record.table} ALTER COLUMN ${reference.quoted} TYPE ${reference.type} COLLATE ...`,
    );
  }
}

function keysDiffer(message: string, hint: string): ConsoleError {
  return new ConsoleError({ code: 'keys-differ', message, hint, exitCode: exitCodes.unreachable });
}

/** What a count can hold: an `integer` fits a JavaScript number, a `bigint` may not, the others may also be NaN. */
export type CountKind = 'integer' | 'bigint' | 'numeric' | 'float';

// The send functions of int2, int4, int8, numeric, float4 and float8. Domains over them have the same.
const countKinds: Readonly<Record<string, CountKind>> = {
  '2405': 'integer',
  '2407': 'integer',
  '2409': 'bigint',
  '2461': 'numeric',
  '2425': 'float',
  '2427': 'float',
};

/** Throws (exit code 3) if the count is no number. */
export function countKind({ table, column }: Of): CountKind {
  const kind = countKinds[column.kind];
  if (kind) return kind;
  throw new ConsoleError({
    code: 'count-is-no-number',
    message: `${table}.${column.quoted} is ${column.type}, which is not a number.`,
    hint: 'The count can be integer, bigint, smallint, numeric, real or double precision.',
    exitCode: exitCodes.unreachable,
  });
}

/** Throws (exit code 3) if the values of a column cannot be added up exactly. */
export function requireExactAmount({ table, column }: Of): void {
  const kind = countKinds[column.kind];
  if (kind && kind !== 'float') return;
  throw new ConsoleError({
    code: 'amount-is-inexact',
    message:
      kind === 'float'
        ? `${table}.${column.quoted} is ${column.type}: the sum of such numbers depends on the order in which they are added.`
        : `${table}.${column.quoted} is ${column.type}, which is not a number that can be added up.`,
    hint: 'What is added up can be integer, bigint, smallint or numeric.',
    exitCode: exitCodes.unreachable,
  });
}

// The same for timestamptz, timestamp and date.
const timeKinds: ReadonlySet<string> = new Set(['2477', '2475', '2469']);

/** Whether a column holds points in time. */
export function isTime({ kind }: Column): boolean {
  return timeKinds.has(kind);
}

/** The column with one of `names` that holds a point in time; columns of other types are ignored. */
export function timeColumn(
  table: { name: string; columns: readonly Column[] },
  names: readonly string[],
): Column | undefined {
  return findColumn({ ...table, columns: table.columns.filter(isTime) }, names);
}
