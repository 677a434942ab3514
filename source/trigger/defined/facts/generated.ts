import type { Node } from 'libpg-query';
import type { Expression } from '../../../counters/body/expression.ts';
import { readExpression } from '../../../counters/body/expressions.ts';
import { rowOf } from '../../../counters/body/scope.ts';
import type { CatalogTable } from '../../../counters/catalog.ts';
import { isReadable } from '../../../counters/condition/evaluate.ts';
import { namesIn } from '../../../sql/names.ts';

/** A column of the records that the server computes. */
export interface GeneratedColumn {
  column: string;
  /** The columns that it is computed from. */
  sources: readonly string[];
  /** It is computed when it is read: a trigger finds NULL in it. */
  virtual: boolean;
  /** What it is; null if that is not followed. */
  value: Expression | null;
  /** It cannot be NULL, by its expression and the columns in it. */
  full: boolean;
}

/** What a query of one expression gives for a record of the table; null if that is not followed. */
export function generatedValue(query: Node | undefined, table: CatalogTable): Expression | null {
  const expression = expressionIn(query);
  if (!expression) return null;
  const source = { kind: 'new', table, id: 0 } as const;
  const read = readExpression(expression, {
    entries: [{ alias: table.name, row: rowOf(source), source }],
    outer: null,
    queries: new Map(),
    variables: new Map(),
    around: { table: () => undefined, call: () => undefined, query: () => [], next: () => 0 },
  });
  return isReadable(read, ({ kind }) => kind === 'new') ? read : null;
}

/** Whether an expression cannot be NULL: operators of constants and of columns that are not, and COALESCE with one of them. */
export function isFull(node: Node | undefined, full: ReadonlySet<string>): boolean {
  if (!node) return false;
  const inner = (each: Node | undefined) => isFull(each, full);
  if ('ColumnRef' in node) return full.has(namesIn(node.ColumnRef.fields).at(-1) ?? '');
  if ('A_Const' in node) return node.A_Const.isnull !== true;
  if ('TypeCast' in node) return inner(node.TypeCast.arg);
  if ('CollateClause' in node) return inner(node.CollateClause.arg);
  if ('CoalesceExpr' in node) return (node.CoalesceExpr.args ?? []).some(inner);
  if ('NullTest' in node || 'BooleanTest' in node) return true;
  if ('BoolExpr' in node) return (node.BoolExpr.args ?? []).every(inner);
  if ('CaseExpr' in node) {
    const { args = [], defresult } = node.CaseExpr;
    return inner(defresult) && args.every(each => 'CaseWhen' in each && inner(each.CaseWhen.result));
  }
  if (!('A_Expr' in node)) return false;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const [symbol = '', more] = namesIn(name);
  const isStrict = kind === 'AEXPR_OP' && more === undefined && strict.has(symbol);
  return isStrict && (lexpr === undefined || inner(lexpr)) && inner(rexpr);
}

// PostgreSQL's own of these give NULL for NULL alone.
const strict: ReadonlySet<string> = new Set('+ - * / % || = <> < <= > >='.split(' '));

/** The query of one expression that the parser gives. */
export function expressionIn(query: Node | undefined): Node | undefined {
  const [target] = query && 'SelectStmt' in query ? (query.SelectStmt.targetList ?? []) : [];
  return target && 'ResTarget' in target ? target.ResTarget.val : undefined;
}

/** The columns, each followed by those that it is computed from. */
export function withSources(names: readonly string[], generated: readonly GeneratedColumn[]): string[] {
  return names.flatMap(name => [name, ...(generated.find(({ column }) => column === name)?.sources ?? [])]);
}
