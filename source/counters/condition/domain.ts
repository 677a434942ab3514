import { comparisons, type Expression, type Value, within } from '../body/expression.ts';
import type { CatalogTable } from '../catalog.ts';
import { columnsIn, isChoice } from './evaluate.ts';

/** The values of a column that conditions can tell apart. */
export interface Domain {
  column: string;
  category: string;
  values: readonly DomainValue[];
}

export interface DomainValue {
  value: Value;
  /** A value that a condition names; the others stand for all that none names. */
  named: boolean;
  /** Where the named values are ordered: the number of those below it. */
  below: number;
}

const ordering: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** The columns that conditions depend on, each with the values that they tell apart; null if their order is not certain. */
export function domainsOf(
  conditions: readonly Expression[],
  table: CatalogTable,
  keys: ReadonlySet<string>,
): Domain[] | null {
  const literals = new Map<string, Set<NonNullable<Value>>>();
  const ordered = new Set<string>();
  for (const name of conditions.flatMap(columnsIn)) literals.set(name, literals.get(name) ?? new Set());
  for (const condition of conditions) {
    for (const each of within(condition)) {
      const compares = each.kind === 'operator' && (comparisons.has(each.name) || each.name === 'distinct');
      // What CASE chooses between is compared further inside.
      if (compares && each.args.every(isChoice)) continue;
      if (!compares && each.kind !== 'in') continue;
      const constants = [...within(each)].flatMap(inner =>
        inner.kind === 'value' && inner.value !== null ? [inner.value] : [],
      );
      for (const name of columnsIn(each)) {
        for (const constant of constants) literals.get(name)?.add(constant);
        if (each.kind === 'operator' && ordering.has(each.name) && constants.length > 0) ordered.add(name);
      }
    }
  }
  const found: Domain[] = [];
  for (const [name, named] of literals) {
    const category = table.columns.find(each => each.name === name)?.category ?? 'S';
    const values = valuesOf(category, [...named], ordered.has(name), !keys.has(name));
    if (!values) return null;
    found.push({ column: name, category, values });
  }
  return found;
}

function valuesOf(
  category: string,
  named: NonNullable<Value>[],
  ordered: boolean,
  nullable: boolean,
): DomainValue[] | null {
  const none = nullable ? [{ value: null, named: false, below: 0 }] : [];
  if (category === 'B') {
    return [...[true, false].map(value => ({ value, named: true, below: 0 })), ...none];
  }
  const numeric = category === 'N';
  const values = numeric ? named.map(Number) : named.map(String);
  if (numeric && values.some(each => Number.isNaN(each))) return null;
  const unique = [...new Set<string | number>(values)];
  if (!ordered) {
    const others = numeric ? [0.123_25, 0.123_5] : ['\u0001 one', '\u0001 other'];
    return [
      ...unique.map(value => ({ value, named: true, below: 0 })),
      ...others.map(value => ({ value, named: false, below: 0 })),
      ...none,
    ];
  }
  // Text is ordered by its collation, which only one value, or dates, do not depend on.
  if (!numeric && unique.length > 1 && !unique.every(each => /^\d{4}-\d{2}-\d{2}/.test(String(each))))
    return null;
  const sorted = unique.toSorted((a, b) => (a < b ? -1 : 1));
  return [...sorted.flatMap((value, place) => around(sorted, value, place)), ...none];
}

/** A value of an order, two before it, and behind the last one two after it. */
function around(sorted: readonly (string | number)[], value: string | number, place: number): DomainValue[] {
  const before = sorted[place - 1];
  const last = place === sorted.length - 1;
  const between: (string | number)[] =
    typeof value === 'number'
      ? typeof before === 'number'
        ? [before + (value - before) / 3, before + ((value - before) * 2) / 3]
        : [value - 2, value - 1]
      : before === undefined
        ? ['', '\u0001']
        : [`${before}\u0001`, `${before}\u0002`];
  const after: (string | number)[] =
    typeof value === 'number' ? [value + 1, value + 2] : [`${value}\uffff`, `${value}\uffff\uffff`];
  return [
    ...between.map(each => ({ value: each, named: false, below: place })),
    { value, named: true, below: place },
    ...(last ? after.map(each => ({ value: each, named: false, below: place + 1 })) : []),
  ];
}
