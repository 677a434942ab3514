import type { CatalogTable } from '../catalog.ts';

/**
 * Where the rows of a column come from: a table that is read or written, the record before or after the event (also each row of a
 * transition table), or a row that a function inserts or deletes.
 */
export type Source =
  | { kind: 'table' | 'inserted' | 'deleted'; table: CatalogTable; id: number }
  | { kind: 'new' | 'old'; table: CatalogTable; id: number };

export type Value = string | number | boolean | null;

/** An expression of a body, with every variable replaced by what it stands for. */
export type Expression =
  | { kind: 'value'; value: Value }
  | { kind: 'column'; source: Source; column: string }
  | { kind: 'row'; source: Source }
  /** What a caller gives a function. */
  | { kind: 'argument'; name: string }
  /** `distinct` is IS DISTINCT FROM. */
  | { kind: 'operator'; name: string; args: readonly Expression[] }
  | { kind: 'and' | 'or'; args: readonly Expression[] }
  | { kind: 'not'; arg: Expression }
  | { kind: 'null'; arg: Expression }
  | { kind: 'is'; arg: Expression; value: boolean }
  | { kind: 'in'; arg: Expression; values: readonly Expression[] }
  | { kind: 'case'; branches: readonly Branch[]; otherwise: Expression }
  | { kind: 'coalesce'; args: readonly Expression[] }
  | { kind: 'extreme'; name: 'GREATEST' | 'LEAST'; args: readonly Expression[] }
  | {
      kind: 'aggregate';
      name: string;
      arg: Expression | null;
      distinct: boolean;
      conditions: readonly Expression[];
      sources: readonly Source[];
      /** See `groups` of a row. */
      groups?: readonly Source[];
      /** See `by` of a row. */
      by?: readonly Expression[];
    }
  /** A value that a query looks up: `conditions` say in which row. */
  | { kind: 'lookup'; value: Expression; conditions: readonly Expression[] }
  /** IN (SELECT ...) and EXISTS: true where one of the rows matches. */
  | { kind: 'among'; arg: Expression | null; rows: readonly Row[] }
  /** What depends on the session alone, such as pg_trigger_depth() or FOUND. If `fixed`, not even on that: hashtext() of a constant. */
  | { kind: 'session'; name: string; fixed?: true }
  /**
   * A clause changes how many rows are counted. If it merges them, all rows with the same `args` become one. A sum over what was added
   * up for each of those is still right.
   */
  | { kind: 'altered'; by: string; how: 'merges' | 'cuts' | 'adds'; args: readonly Expression[] }
  /** What is not followed. */
  | { kind: 'opaque'; text: string; args: readonly Expression[] };

interface Branch {
  when: Expression;
  result: Expression;
}

/** One way in which a query gives rows: its columns by name, and what has to be true for a row. */
export interface Row {
  columns: readonly { name: string; value: Expression }[];
  conditions: readonly Expression[];
  sources: readonly Source[];
  /** What makes fewer or more rows than the sources have, which matters where they are counted. */
  altered?: readonly Altered[];
  /** Of UNION or VALUES: another of its rows may be joined to the same row. */
  apart?: true;
  /** Of a query with GROUP BY: the sources without which it gives no such row. */
  groups?: readonly Source[];
  /** Outer joins of which is not known that they find something: what their ON asks is not asked of the row. */
  outer?: readonly OuterJoin[];
  /** What it is grouped by: there is one row for each combination of these. */
  by?: readonly Expression[];
}

/** One side of an outer join, which gives NULL where nothing is found. */
export interface OuterJoin {
  sources: readonly Source[];
  /** What is true where something is found, and is no condition of the query. */
  inner: readonly Expression[];
  /** ON, which is no condition of what stands on the other side. */
  on: readonly Expression[];
  full: boolean;
}

export type Altered = Extract<Expression, { kind: 'altered' }>;

export const value = (given: Value): Expression => ({ kind: 'value', value: given });
export const column = (source: Source, name: string): Expression => ({
  kind: 'column',
  source,
  column: name,
});
const yes = value(true);
const no = value(false);

export function isValue(each: Expression, given: Value): boolean {
  return each.kind === 'value' && each.value === given;
}

/** AND of conditions, without those that are true; false if one is. */
export function allOf(args: readonly Expression[]): Expression {
  const parts = args
    .flatMap(each => (each.kind === 'and' ? each.args : [each]))
    .filter(each => !isValue(each, true));
  if (parts.some(each => isValue(each, false))) return no;
  const [only] = parts;
  return parts.length === 0 ? yes : parts.length === 1 && only ? only : { kind: 'and', args: parts };
}

export function anyOf(args: readonly Expression[]): Expression {
  const parts = args
    .flatMap(each => (each.kind === 'or' ? each.args : [each]))
    .filter(each => !isValue(each, false));
  if (parts.some(each => isValue(each, true))) return yes;
  const [only] = parts;
  return parts.length === 0 ? no : parts.length === 1 && only ? only : { kind: 'or', args: parts };
}

export function not(arg: Expression): Expression {
  if (arg.kind === 'value') return arg.value === null ? arg : value(!arg.value);
  return arg.kind === 'not' ? arg.arg : { kind: 'not', arg };
}

/** What is true where count() counts its argument: it is not NULL. */
export function counted(arg: Expression): Expression[] {
  if (isNeverNull(arg)) return [];
  const own = arg.kind === 'column' && arg.source.table.columns.find(({ name }) => name === arg.column);
  return own && !own.nullable ? [] : [not(isNull(arg))];
}

const neverNull: ReadonlySet<string> = new Set(
  'an array,concat(),num_nonnulls(),num_nulls(),json_build_array(),jsonb_build_array(),json_build_object(),jsonb_build_object()'.split(
    ',',
  ),
);

/** ARRAY[...] is something whatever is in it. */
function isNeverNull(arg: Expression): boolean {
  if (arg.kind === 'coalesce') return arg.args.some(isNeverNull);
  if (arg.kind !== 'opaque') return arg.kind === 'value' && arg.value !== null;
  const [first] = arg.args;
  const isFirst = /^(?:format|concat_ws)\(\)$/.test(arg.text);
  return neverNull.has(arg.text) || (isFirst && first !== undefined && isNeverNull(first));
}

/** Whether a sum or COALESCE has CASE in it, or is one. */
export function hasCase(each: Expression): boolean {
  return (
    each.kind === 'case' ||
    (['operator', 'coalesce'].includes(each.kind) && [...within(each)].some(({ kind }) => kind === 'case'))
  );
}

/** In IF and WHERE unknown is false; the branches after it are taken where it is not true. */
export function notTrue(arg: Expression): Expression {
  if (arg.kind === 'value') return value(arg.value !== true);
  if (arg.kind === 'and' && arg.args.some(each => isValue(each, null))) return yes;
  // IS TRUE is never NULL.
  if (arg.kind === 'not' && arg.arg.kind === 'is') return arg.arg;
  return { kind: 'not', arg: { kind: 'is', arg, value: true } };
}

export function isNull(arg: Expression): Expression {
  if (arg.kind === 'value') return value(arg.value === null);
  if (arg.kind === 'row') return no;
  return { kind: 'null', arg };
}

export function isBoolean(arg: Expression, wanted: boolean): Expression {
  return arg.kind === 'value' ? value(arg.value === wanted) : { kind: 'is', arg, value: wanted };
}

/** What a join gives that finds nothing. It is not NULL as a value, so that nothing is taken for known where both sides are found. */
export const nothing: Expression = { kind: 'opaque', text: 'what a join may not find', args: [] };

export function coalesce(args: readonly Expression[]): Expression {
  const left = args.filter(each => !isValue(each, null) && each !== nothing);
  const known = left.findIndex(each => each.kind === 'value' || each.kind === 'row');
  const parts = known < 0 ? left : left.slice(0, known + 1);
  const [only] = parts;
  return parts.length === 0
    ? value(null)
    : parts.length === 1 && only
      ? only
      : { kind: 'coalesce', args: parts };
}

/** CASE: the first branch that is true. Branches that cannot be true are left out. */
export function choose(branches: readonly Branch[], otherwise: Expression): Expression {
  const left = branches.filter(({ when }) => when.kind !== 'value' || when.value === true);
  const certain = left.findIndex(({ when }) => isValue(when, true));
  const last = certain < 0 ? otherwise : (left[certain]?.result ?? otherwise);
  const open = certain < 0 ? left : left.slice(0, certain);
  if (open.length === 0) return last;
  const ends = [...open.map(({ result }) => result), last];
  if (ends.some(each => !isValue(each, true) && !isValue(each, false)))
    return { kind: 'case', branches: open, otherwise: last };
  // What is true or false by branches is a condition.
  return open.reduceRight(
    (rest, { when, result }) =>
      isValue(result, true) ? anyOf([isBoolean(when, true), rest]) : allOf([notTrue(when), rest]),
    last,
  );
}

/** An operator on two expressions, computed where both are known. */
export function operator(name: string, args: readonly Expression[]): Expression {
  const known = args.map(each => (each.kind === 'value' ? each.value : undefined));
  if (known.every(each => each !== undefined)) {
    const result = computed(name, known);
    if (result !== undefined) return value(result);
  }
  // A row of NULLs is a row too.
  if (name === 'distinct' && known.includes(null) && args.some(({ kind }) => kind === 'row')) return yes;
  if (name !== 'distinct' && known.some(each => each === null) && comparisons.has(name)) return value(null);
  return { kind: 'operator', name, args };
}

export const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** The result of a comparison or of plain arithmetic; undefined if it is neither. */
export function computed(name: string, [left = null, right = null]: readonly Value[]): Value | undefined {
  if (name === 'distinct') return !same(left, right);
  if (comparisons.has(name)) {
    if (left === null || right === null) return null;
    const order = compared(left, right);
    return {
      '=': order === 0,
      '<>': order !== 0,
      '<': order < 0,
      '<=': order <= 0,
      '>': order > 0,
      '>=': order >= 0,
    }[name];
  }
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  return name === '+' ? left + right : name === '-' ? left - right : name === '*' ? left * right : undefined;
}

function same(left: Value, right: Value): boolean {
  return left === null || right === null ? left === right : compared(left, right) === 0;
}

/** Numbers by their size, also where one is written as text; anything else as text. */
export function compared(left: NonNullable<Value>, right: NonNullable<Value>): number {
  const [a, b] = [left, right].map(each => (typeof each === 'number' ? each : Number.NaN)) as [
    number,
    number,
  ];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  const [one, other] = [textOf(left), textOf(right)];
  return one === other ? 0 : one < other ? -1 : 1;
}

function textOf(given: NonNullable<Value>): string {
  if (typeof given === 'boolean') return given ? 't' : 'f';
  return String(given);
}

/** An expression as a text that is the same for the same expression. */
export function keyOf(each: Expression): string {
  return JSON.stringify(each, (name, given) =>
    name === 'source'
      ? sourceKey(given as Source)
      : name === 'sources'
        ? (given as Source[]).map(sourceKey)
        : given,
  );
}

export function sourceKey({ kind, id, table }: Source): string {
  return kind === 'new' || kind === 'old' ? kind : `${kind}${table.oid}.${id}`;
}

// Each IF that adds to a variable doubles what it holds.
const largest = 400;

/** Whether an expression has too many parts to go through it again and again. */
export function isLarge(each: Expression): boolean {
  let parts = 0;
  for (const _ of within(each)) {
    parts += 1;
    if (parts > largest) return true;
  }
  return false;
}

/** Every expression inside one, itself first. */
export function* within(each: Expression): Generator<Expression> {
  yield each;
  switch (each.kind) {
    case 'operator':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'extreme':
    case 'altered':
    case 'opaque':
      for (const arg of each.args) yield* within(arg);
      break;
    case 'not':
    case 'null':
    case 'is':
      yield* within(each.arg);
      break;
    case 'in':
      yield* within(each.arg);
      for (const arg of each.values) yield* within(arg);
      break;
    case 'case':
      for (const { when, result } of each.branches) {
        yield* within(when);
        yield* within(result);
      }
      yield* within(each.otherwise);
      break;
    case 'aggregate':
      if (each.arg) yield* within(each.arg);
      for (const condition of each.conditions) yield* within(condition);
      break;
    case 'lookup':
      yield* within(each.value);
      for (const condition of each.conditions) yield* within(condition);
      break;
    case 'among':
      if (each.arg) yield* within(each.arg);
      for (const { columns, conditions } of each.rows) {
        for (const { value: inner } of columns) yield* within(inner);
        for (const condition of conditions) yield* within(condition);
      }
      break;
  }
}
