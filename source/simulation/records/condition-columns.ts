import { columnsOf, type Predicate } from '../../counter/definition/predicate.ts';
import type { RecordColumn, RecordFacts } from './record-facts.ts';

/** The columns that decide whether a record meets a condition: for a generated column, those that it is generated from. */
export function decidingColumns(where: Predicate, { columns }: Pick<RecordFacts, 'columns'>): RecordColumn[] {
  const names = columnsOf(where).flatMap(
    name => columns.find(each => each.name === name)?.generated?.columns ?? [name],
  );
  return [...new Set(names)].flatMap(name => columns.filter(each => each.name === name));
}

/** An expression of a generated column, as the server writes it. */
export interface Generated {
  column: RecordColumn;
  text: string;
}

/** The constants in expressions of generated columns that a column may hold: of its type, or numbers. */
export function constantsWithin(
  expressions: readonly Generated[],
  { base, category }: RecordColumn,
): string[] {
  const isOwn = (type: string) =>
    type.startsWith(base) || (category === 'S' && /^(text|char|bpchar)/.test(type));
  return expressions.flatMap(({ text }) => {
    const texts = [...text.matchAll(quotedText)].flatMap(([, constant = '', type = '']) =>
      isOwn(type) ? [constant.replaceAll("''", "'")] : [],
    );
    const numbers = [...text.replaceAll(quotedText, '').matchAll(/(?<![\w$."])-?\d+(?:\.\d+)?\b/g)];
    return [...texts, ...(category === 'N' ? numbers.map(([number]) => number) : [])];
  });
}

const quotedText = /'((?:[^']|'')*)'(?:::(["\w][^,()']*))?/g;

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
export function readilyChanged(
  where: Predicate,
  { name, quoted, category }: RecordColumn,
  within: readonly Generated[],
): number {
  if (/(^|_)(type|kind|class)$|Type$/.test(name)) return 5;
  if (within.length > 0) {
    if (within.some(({ text }) => text.includes(`${quoted} IS `))) return 0;
    return category === 'B' ? 1 : 2;
  }
  const kinds = kindsOf(where, name);
  if (kinds.has('null')) return 0;
  return kinds.has('is') || constantsOf(where, name).every(text => /^(true|false)$/.test(text)) ? 1 : 2;
}

function kindsOf(where: Predicate, name: string): Set<Predicate['kind']> {
  if ('column' in where) return new Set(where.column === name ? [where.kind] : []);
  return new Set([where.of].flat().flatMap(each => [...kindsOf(each, name)]));
}
