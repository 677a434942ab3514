import { column, type Expression, type Source, sourceKey } from '../body/expression.ts';
import type { CatalogTable } from '../catalog.ts';
import type { Equalities } from './equalities.ts';

/** How records lead to rows: the columns of a record, and those of the row that they are equal to. */
export interface Link {
  key: string[];
  reference: string[];
  through: { table: CatalogTable; key: string[]; reference: string[] } | null;
  /** The source of `through`. */
  between: Source | null;
}

/** The record of a change, how it leads to the row, and the conditions that hold then. */
export interface Linked {
  record: Source;
  link: Link;
  conditions: readonly Expression[];
}

/**
 * How the conditions join a record to the row `target`: directly, or by the key of one more table. Columns that are equal to a
 * constant join nothing. Null if they do not.
 */
export function findLink(
  target: Source,
  record: Source,
  equalities: Equalities,
  others: readonly Source[],
): Link | null {
  const direct = pairs(target, record, equalities);
  const found = direct.length === 0 ? null : { ...apart(direct), through: null, between: null };
  // Part of a key may come with the record, and the rest by way of the table between.
  if (found && isUnique(target.table, found.key)) return found;
  for (const between of others) {
    const toRow = pairs(target, between, equalities);
    const toBetween = pairs(between, record, equalities);
    const near = apart(toBetween);
    if (toRow.length === 0 || toBetween.length === 0 || !isUnique(between.table, near.key)) continue;
    const { key, reference } = apart(toRow);
    return {
      key,
      reference: near.reference,
      through: { table: between.table, key: near.key, reference },
      between,
    };
  }
  return found;
}

/** Whether these columns hold all of a unique key. */
export function isUnique(table: CatalogTable, columns: readonly string[]): boolean {
  return table.unique.some(each => each.length > 0 && each.every(name => columns.includes(name)));
}

interface Pair {
  one: string;
  other: string;
}

function pairs(one: Source, other: Source, equalities: Equalities): Pair[] {
  const references = new Set(other.table.references.flatMap(({ columns }) => columns));
  return columnsOf(one, equalities).flatMap(name => {
    const mine = column(one, name);
    if (equalities.constantOf(mine)) return [];
    const found = equalities.columnsOf(other, mine);
    const best = found.find(each => references.has(each)) ?? found[0];
    return best === undefined ? [] : [{ one: name, other: best }];
  });
}

function columnsOf(source: Source, equalities: Equalities): string[] {
  return equalities.columnsIn(source).flatMap(each => (each.kind === 'column' ? [each.column] : []));
}

const apart = (list: readonly Pair[]) => ({
  key: list.map(({ one }) => one),
  reference: list.map(({ other }) => other),
});

/** The sources of tables in these expressions, each once. */
export function sourcesIn(expressions: Iterable<Expression>): Source[] {
  const found = new Map<string, Source>();
  for (const each of expressions) {
    if (each.kind === 'column' || each.kind === 'row') found.set(sourceKey(each.source), each.source);
  }
  return [...found.values()];
}
