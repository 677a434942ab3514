import type { Node } from 'libpg-query';
import type { Expression } from '../../../counters/body/expression.ts';
import { readExpression } from '../../../counters/body/expressions.ts';
import { rowOf } from '../../../counters/body/scope.ts';
import type { CatalogTable } from '../../../counters/catalog.ts';
import { isReadable } from '../../../counters/condition/evaluate.ts';

/** A column of the records that the server computes. */
export interface GeneratedColumn {
  column: string;
  /** The columns that it is computed from. */
  sources: readonly string[];
  /** It is computed when it is read: a trigger finds NULL in it. */
  virtual: boolean;
  /** What it is; null if that is not followed. */
  value: Expression | null;
}

/** What a query of one expression gives for a record of the table; null if that is not followed. */
export function generatedValue(query: Node | undefined, table: CatalogTable): Expression | null {
  if (!query || !('SelectStmt' in query)) return null;
  const [target] = query.SelectStmt.targetList ?? [];
  if (!target || !('ResTarget' in target)) return null;
  const source = { kind: 'new', table, id: 0 } as const;
  const read = readExpression(target.ResTarget.val, {
    entries: [{ alias: table.name, row: rowOf(source), source }],
    outer: null,
    queries: new Map(),
    variables: new Map(),
    around: { table: () => undefined, call: () => undefined, query: () => [], next: () => 0 },
  });
  return isReadable(read, ({ kind }) => kind === 'new') ? read : null;
}

/** The columns, each followed by those that it is computed from. */
export function withSources(names: readonly string[], generated: readonly GeneratedColumn[]): string[] {
  return names.flatMap(name => [name, ...(generated.find(({ column }) => column === name)?.sources ?? [])]);
}
