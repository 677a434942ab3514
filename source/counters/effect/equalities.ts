import type { Change } from '../body/change.ts';
import {
  allOf,
  column,
  type Expression,
  isValue,
  keyOf,
  type Source,
  sourceKey,
  value,
  within,
} from '../body/expression.ts';
import { printed } from '../body/print.ts';

/** What conditions say to be equal, as classes of expressions. */
export class Equalities {
  readonly #parent = new Map<string, string>();
  readonly #members = new Map<string, Expression>();

  constructor(conditions: readonly Expression[]) {
    for (const each of conditions) {
      if (each.kind !== 'operator' || each.name !== '=') continue;
      const [left, right] = each.args.map(unguarded);
      if (left && right && isTerm(left) && isTerm(right)) this.#join(left, right);
    }
  }

  /** The columns of a source that are equal to an expression. */
  columnsOf(source: Source, each: Expression): string[] {
    const root = this.#root(keyOf(each));
    const wanted = sourceKey(source);
    return [...this.#members].flatMap(([key, member]) =>
      member.kind === 'column' && sourceKey(member.source) === wanted && this.#root(key) === root
        ? [member.column]
        : [],
    );
  }

  /** The constant that an expression is equal to; undefined if no constant is known. */
  constantOf(each: Expression): Expression | undefined {
    const root = this.#root(keyOf(each));
    return [...this.#members].find(
      ([key, member]) => member.kind === 'value' && this.#root(key) === root,
    )?.[1];
  }

  /** Every column of a source that takes part. */
  columnsIn(source: Source): Expression[] {
    const wanted = sourceKey(source);
    return [...this.#members.values()].filter(
      member => member.kind === 'column' && sourceKey(member.source) === wanted,
    );
  }

  #join(left: Expression, right: Expression): void {
    const [one, other] = [keyOf(left), keyOf(right)];
    this.#members.set(one, left);
    this.#members.set(other, right);
    this.#parent.set(this.#root(one), this.#root(other));
  }

  #root(key: string): string {
    let at = key;
    for (let up = this.#parent.get(at); up !== undefined && up !== at; up = this.#parent.get(at)) at = up;
    return at;
  }
}

// What stands for no row.
const none: ReadonlySet<unknown> = new Set([0, -1, '']);

/**
 * A value behind COALESCE(NEW.x, OLD.x), which is x wherever x is something. Anything else that stands for NULL may be another row's
 * key.
 */
export function unguarded(each: Expression): Expression {
  if (each.kind !== 'coalesce') return each;
  const [first, ...others] = each.args.map(unguarded);
  const isStandIn = (other: Expression) =>
    other.kind === 'value'
      ? none.has(other.value)
      : first?.kind === 'column' &&
        other.kind === 'column' &&
        other.column === first.column &&
        other.source.table === first.source.table;
  return first && others.every(isStandIn) ? first : each;
}

export function isTerm({ kind }: Expression): boolean {
  return kind === 'column' || kind === 'argument' || kind === 'value';
}

/** Conditions taken apart: AND, the conditions of lookups, and lookups replaced by what they give. */
export function flattened(conditions: readonly Expression[]): Expression[] {
  const found: Expression[] = [];
  const add = (each: Expression): void => {
    if (isValue(each, true)) return;
    if (each.kind === 'and') {
      for (const part of each.args) add(part);
      return;
    }
    // "Is true" of a condition is the condition, where it stands alone.
    if (each.kind === 'is' && each.value && isCondition(each.arg)) {
      add(each.arg);
      return;
    }
    const pulled: Expression[] = [];
    const plain = withoutLookups(each, pulled);
    // Where a query finds nothing, this may be true.
    if (pulled.length > 0 && !needsFound(each)) {
      found.push({ kind: 'opaque', text: printed(plain), args: [each] });
      return;
    }
    found.push(plain);
    for (const part of pulled) add(part);
  };
  for (const each of conditions) add(each);
  const seen = new Set<string>();
  return found.filter(each => {
    const key = keyOf(each);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const looksUp = (each: Expression): boolean => [...within(each)].some(({ kind }) => kind === 'lookup');

/** Whether a condition is true only where all that it looks up is found. */
function needsFound(each: Expression): boolean {
  if (!looksUp(each)) return true;
  if (each.kind === 'is') return isOfFound(each.arg);
  if (each.kind !== 'not') return isOfFound(each);
  const { arg } = each;
  if (arg.kind === 'null') return isOfFound(arg.arg);
  if (arg.kind === 'is' && (arg.arg.kind === 'null' || arg.arg.kind === 'is'))
    return arg.value && needsFound({ kind: 'not', arg: arg.arg });
  if (arg.kind === 'operator' && arg.name === 'distinct')
    return (
      arg.args.some(inner => inner.kind === 'value' && inner.value !== null) && arg.args.every(isOfFound)
    );
  return isOfFound(arg);
}

/** Whether a value is not NULL only where all that it looks up is found. */
function isOfFound(each: Expression): boolean {
  if (!looksUp(each) || each.kind === 'lookup') return true;
  if (each.kind === 'operator') return each.name !== 'distinct' && each.args.every(isOfFound);
  if (each.kind === 'in' || each.kind === 'not') return isOfFound(each.arg);
  return false;
}

function isCondition({ kind }: Expression): boolean {
  return ['and', 'or', 'not', 'null', 'in', 'operator', 'among', 'is', 'opaque'].includes(kind);
}

/** What SELECT NEW.n WHERE NEW.ok gives, which no table has a part in: NULL where that is not so. Null for any other query. */
export function asCase({
  value: found,
  conditions,
}: Extract<Expression, { kind: 'lookup' }>): Expression | null {
  const when = allOf(conditions);
  const isOther = [...within(when)].some(
    inner => inner.kind === 'opaque' || ('source' in inner && inner.source.kind === 'table'),
  );
  if (when.kind === 'value' || isOther) return null;
  return { kind: 'case', branches: [{ when, result: found }], otherwise: value(null) };
}

/** An expression with each lookup replaced by its value; the conditions of the lookups are added to `pulled`. */
export function withoutLookups(each: Expression, pulled: Expression[]): Expression {
  const inner = (arg: Expression) => withoutLookups(arg, pulled);
  switch (each.kind) {
    case 'lookup': {
      const chosen = asCase(each);
      if (chosen) return inner(chosen);
      pulled.push(...each.conditions);
      return inner(each.value);
    }
    case 'operator':
    case 'coalesce':
    case 'extreme':
    case 'opaque':
      return { ...each, args: each.args.map(inner) };
    case 'not':
    case 'null':
    case 'is':
      return { ...each, arg: inner(each.arg) };
    case 'in':
      return { ...each, arg: inner(each.arg), values: each.values.map(inner) };
    default:
      return each;
  }
}

/** Whether COALESCE somewhere in a value gives a number where a query finds nothing. */
export function hasStandIn(given: Expression): boolean {
  return [...within(given)].some(each => {
    if (each.kind !== 'coalesce') return false;
    const first = each.args.findIndex(looksUp);
    const others = first < 0 ? [] : each.args.slice(first + 1);
    return others.some(one => one.kind !== 'value' || (one.value !== 0 && one.value !== null));
  });
}

/**
 * Whether a query with GROUP BY that is joined to the row may give several rows for it: what it is grouped by is neither fixed by the row
 * nor the same for all records of it.
 */
export function hasSeveralGroups({
  by = [],
  target,
  conditions,
}: Pick<Change, 'by' | 'target' | 'conditions'>): boolean {
  const equalities = new Equalities(conditions);
  const isOfRow = (each: Expression) =>
    each.kind === 'column' && sourceKey(each.source) === sourceKey(target);
  const asked = new Set(conditions.map(keyOf));
  const isTied = (each: Expression) =>
    isOfRow(each) ||
    settling(each).some(condition => asked.has(keyOf(condition))) ||
    equalities.columnsOf(target, each).length > 0 ||
    equalities.constantOf(each) !== undefined;
  // A row that is found by its key has one value in each column.
  const isFixed = (each: Expression) =>
    isTied(each) ||
    (each.kind === 'column' &&
      each.source.kind === 'table' &&
      each.source.table.unique.some(
        key => key.length > 0 && key.every(name => isTied(column(each.source, name))),
      ));
  return !by.every(isFixed);
}

/** The conditions that leave a truth value, or a value that may be missing, one thing to be. */
function settling(each: Expression): Expression[] {
  const not: Expression = { kind: 'not', arg: each };
  return [each, not, { kind: 'is', arg: each, value: false }, { kind: 'null', arg: each }];
}
