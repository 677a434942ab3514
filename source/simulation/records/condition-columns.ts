import type { Predicate } from '../../counter/definition/predicate.ts';

/** The constants that a condition compares a column with. */
export function constantsOf(where: Predicate, name: string): string[] {
  switch (where.kind) {
    case 'compare':
      return where.column === name ? [where.value] : [];
    case 'in':
      return where.column === name ? [...where.values] : [];
    case 'not':
      return constantsOf(where.of, name);
    case 'and':
    case 'or':
      return where.of.flatMap(each => constantsOf(each, name));
    default:
      return [];
  }
}

/**
 * How readily an application changes a column of a record that stays: a mark such as `deleted_at` first, what tells which table a
 * record refers to last. The lower, the more readily.
 */
export function readilyChanged(where: Predicate, name: string): number {
  if (/(^|_)(type|kind|class)$|Type$/.test(name)) return 5;
  const kinds = kindsOf(where, name);
  if (kinds.has('null')) return 0;
  return kinds.has('is') || constantsOf(where, name).every(text => /^(true|false)$/.test(text)) ? 1 : 2;
}

function kindsOf(where: Predicate, name: string): Set<Predicate['kind']> {
  if ('column' in where) return new Set(where.column === name ? [where.kind] : []);
  return new Set([where.of].flat().flatMap(each => [...kindsOf(each, name)]));
}
