import type { Change, Insertion } from '../body/change.ts';
import {
  column,
  type Expression,
  isNull,
  keyOf,
  notTrue,
  type Source,
  sourceKey,
  within,
} from '../body/expression.ts';
import { printed } from '../body/print.ts';
import { areSingle } from '../body/single.ts';
import type { Occasion } from './effect.ts';
import { Equalities, flattened } from './equalities.ts';
import type { Linked } from './link.ts';
import { mentions, mentionsColumn } from './mentions.ts';
import { isInserted, perhapsUnstored } from './perhaps-stored.ts';

/**
 * What a function stores or deletes where it makes a change, what stands on the same way through it first. What is added counts what is
 * stored; what is subtracted counts what is deleted, or it counts down. `near` are the sources of the number that is added.
 */
export function storedBeside(
  change: Change,
  { insertions }: Occasion,
  near: readonly Source[],
  sign: 1 | -1,
): Source[] {
  const on = new Set(flattened(change.conditions).map(keyOf));
  const numbered = new Set(
    near.filter(({ kind }) => kind === 'inserted' || kind === 'deleted').map(sourceKey),
  );
  const shared = (path: readonly Expression[]) =>
    path.reduce((sum, each) => sum + (on.has(keyOf(each)) ? 1 : -1), 0);
  const isNear = ({ source, values }: Insertion) =>
    numbered.size === 0 ||
    numbered.has(sourceKey(source)) ||
    values.some(({ value }) =>
      [...within(value)].some(each => each.kind === 'column' && numbered.has(sourceKey(each.source))),
    );
  const here = insertions
    .filter(isNear)
    .map(({ source, path }) => ({ source, path: flattened(path) }))
    .filter(({ path }) => !path.some(each => isDenied(each, on)))
    .toSorted((a, b) => shared(b.path) - shared(a.path))
    .map(({ source }) => source);
  const deleted = here.filter(({ kind }) => kind === 'deleted');
  const stored = here.filter(({ kind }) => kind === 'inserted');
  return sign === 1 ? stored : [...deleted, ...stored];
}

/** Whether a function may do both on one way through it. */
export function areOnOneWay(one: Insertion, other: Insertion): boolean {
  const on = new Set(flattened(other.path).map(keyOf));
  return !flattened(one.path).some(each => isDenied(each, on));
}

/** Whether a condition of one branch is not true in another. */
function isDenied(each: Expression, on: ReadonlySet<string>): boolean {
  const denied = each.kind === 'not' && each.arg.kind === 'is' && each.arg.value ? each.arg.arg : null;
  return on.has(keyOf(notTrue(each))) || (denied !== null && on.has(keyOf(denied)));
}

/** What is true of a record that is counted, and what speaks against it. */
interface Beside {
  /** The conditions of the change that not every such record has, by the record's own columns where they are stored there. */
  conditions: readonly Expression[];
  doubts: readonly string[];
}

/** How a change belongs to the record that a function stores or deletes; null if there may be more of one than of the other. */
export function beside(
  change: Change,
  { link, record, conditions }: Linked,
  amount: Expression,
  { insertions }: Occasion,
): Beside | null {
  const own = insertions.find(({ source }) => source === record);
  if (!own) return { conditions, doubts: [] };
  if (own.repeated !== change.repeated) return null;
  const on = new Set(flattened(change.conditions).map(keyOf));
  const alone = ({ path }: Insertion) =>
    flattened(path).filter(each => !on.has(keyOf(each)) && !isResult(each));
  if (amount.kind !== 'aggregate') {
    const rows = (each: Insertion) => JSON.stringify(link.reference.map(name => held(each, name).map(keyOf)));
    const twins = insertions.filter(
      each =>
        each.table === own.table &&
        each.source.kind === own.source.kind &&
        alone(each).length === 0 &&
        rows(each) === rows(own),
    );
    if (twins.length > 1 || (own.several && isOfOneRow(own, link.reference))) return null;
  }
  const left = conditions.filter(each => !isWhereStored(each, own));
  if (left.some(each => mentionsColumn(each, record, 'xmax'))) return null;
  const always = new Set(flattened(own.conditions).map(keyOf));
  return {
    conditions: left.flatMap(each => {
      if (mentions(each, change.target)) return each;
      return always.has(keyOf(each)) ? [] : asStored(each, own);
    }),
    doubts: [
      ...alone(own).map(
        each =>
          `a record is only ${own.source.kind === 'deleted' ? 'deleted' : 'stored'} where ${printed(each)}`,
      ),
      ...perhapsUnstored(change, own, amount),
      ...(amount.kind !== 'aggregate' && mayDeleteSeveral(own, conditions)
        ? ['several records may be deleted at once, and it subtracts as for one']
        : []),
    ],
  };
}

/** Whether a DELETE may meet several records of the row that is changed: no unique key is known of them. */
function mayDeleteSeveral({ source, several, conditions }: Insertion, known: readonly Expression[]): boolean {
  return source.kind === 'deleted' && several && !areSingle([source], [...conditions, ...known]);
}

/** `RETURNING id INTO n; IF n IS NOT NULL`, or `RETURNING (xmax = 0)`: that something was stored at all. */
function isWhereStored(each: Expression, { source, table }: Insertion): boolean {
  if (isInserted(each, source)) return true;
  if (each.kind !== 'not' || source.kind !== 'inserted') return false;
  const asked = each.arg.kind === 'is' && each.arg.value ? each.arg.arg : each.arg;
  const arg = asked.kind === 'null' ? asked.arg : null;
  if (arg?.kind !== 'column' || sourceKey(arg.source) !== sourceKey(source)) return false;
  return table.columns.some(({ name, nullable }) => name === arg.column && !nullable);
}

/** Whether several rows of a statement may be of one row: what they refer to is one thing, or nothing else is asked of them. */
function isOfOneRow(own: Insertion, reference: readonly string[]): boolean {
  if (own.source.kind === 'inserted') {
    const given = reference.flatMap(name => held(own, name));
    return given.every(each => ![...within(each)].some(({ kind }) => kind === 'column'));
  }
  const asked = new Equalities(flattened(own.conditions)).columnsIn(own.source);
  return asked.every(each => each.kind === 'column' && reference.includes(each.column));
}

/** What a column of the stored record is given. */
function held({ values }: Insertion, name: string): Expression[] {
  return values.flatMap(each => (each.column === name ? [each.value] : []));
}

/** That the columns of a stored record have what a function stores in them. */
export function storedIn({ source, values }: Insertion): Expression[] {
  return values.map(each => ({
    kind: 'operator',
    name: '=',
    args: [column(source, each.column), each.value],
  }));
}

/** That columns of a stored record have the constants that a function stores in them. */
export function storedConstants({ table, values }: Insertion, names: readonly string[]): Expression[] {
  return values.flatMap(({ column: name, value: given }) => {
    if (given.kind !== 'value' || !names.includes(name)) return [];
    const own = column({ kind: 'new', table, id: 0 }, name);
    return given.value === null ? isNull(own) : { kind: 'operator', name: '=', args: [own, given] };
  });
}

/** A condition of a function, with the record's own columns instead of what was stored in them. */
function asStored(each: Expression, { source, values, conditions }: Insertion): Expression {
  const equal = new Equalities(flattened(conditions));
  const columnOf = (inner: Expression) => {
    if (inner.kind === 'value') return undefined;
    const stored = values.find(({ value }) => keyOf(value) === keyOf(inner))?.column;
    return stored ?? equal.columnsOf(source, inner)[0];
  };
  return JSON.parse(
    JSON.stringify(each, (_, inner) => {
      const name = typeof inner?.kind === 'string' && !('table' in inner) ? columnOf(inner) : undefined;
      return name === undefined ? inner : column(source, name);
    }),
  ) as Expression;
}

/** That a statement found a row, or failed: what happens then is not a way that the function chooses. */
function isResult(each: Expression): boolean {
  return [...within(each)].some(
    inner => inner.kind === 'session' && (inner.name === 'FOUND' || inner.name === 'an exception'),
  );
}
