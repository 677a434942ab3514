import type { Node, SelectStmt } from 'libpg-query';
import type { SqlColumn } from './sql-effects.ts';

/** What the names in an expression can refer to. */
export interface Scope {
  /** The names of the written table in the statement: its alias, else its name; in a trigger NEW and OLD. */
  own: readonly string[];
  /** The queries that other names refer to: those of FROM, WITH and USING. */
  queries: ReadonlyMap<string, SelectStmt>;
}

type What = Omit<SqlColumn, 'name'>;

/** How setting `column` to `value` changes it, in rows that meet `where`. */
export function assigned(column: string, value: Node | undefined, scope: Scope, where?: Node): SqlColumn {
  const change = what(column, value, scope);
  const isAdded = change.how === 'adds' || change.how === 'subtracts';
  const limited = isAdded ? limitOf(value, where, node => isOwn(column, node, scope)) : null;
  return { name: column, ...change, ...(limited === null ? {} : { limited }) };
}

function what(column: string, value: Node | undefined, scope: Scope): What {
  const node = plain(value);
  if (!node) return { how: 'sets' };
  if ('CaseExpr' in node) return caseOf(column, node.CaseExpr, scope);
  if ('MinMaxExpr' in node) {
    // greatest(count - 1, 0)
    const moving = (node.MinMaxExpr.args ?? []).filter(each => numberOf(each) === null);
    if (moving.length === 1) return what(column, moving[0], scope);
  }
  const sum = terms(node);
  const own = sum.filter(({ term, sign }) => sign > 0 && isOwn(column, term, scope));
  if (own.length === 1 && sum.length > 1) {
    const rest = sum.filter(each => each !== own[0]);
    const numbers = rest.map(({ term, sign }) => (numberOf(term) ?? Number.NaN) * sign);
    const by = numbers.reduce((a, b) => a + b, 0);
    if (Number.isNaN(by)) {
      return { how: rest.every(({ sign }) => sign < 0) ? 'subtracts' : 'adds', by: null };
    }
    return by < 0 ? { how: 'subtracts', by: -by } : { how: 'adds', by };
  }
  if (numberOf(node) === 0) return { how: 'zero' };
  return countsRows(node, scope, 0) ? { how: 'counts' } : { how: 'sets' };
}

/** A CASE does what its branches do, if they agree; branches that leave the column unchanged are ignored. */
function caseOf(
  column: string,
  { args = [], defresult }: { args?: Node[]; defresult?: Node },
  scope: Scope,
): What {
  const results = [
    ...args.map(each => ('CaseWhen' in each ? each.CaseWhen.result : undefined)),
    ...(defresult ? [defresult] : []),
  ].filter(result => !isOwn(column, plain(result), scope));
  const [first, ...others] = results.map(result => what(column, result, scope));
  if (!first) return { how: 'sets' };
  if (others.every(({ how }) => how === first.how)) {
    if (others.every(({ by }) => by === first.by)) return first;
    return { how: first.how, by: null };
  }
  return { how: 'sets' };
}

/** An expression without casts, and without coalesce() and similar functions around a single value that is not a number. */
function plain(node: Node | undefined): Node | undefined {
  if (!node) return node;
  if ('TypeCast' in node) return plain(node.TypeCast.arg);
  if ('CoalesceExpr' in node) return plain(node.CoalesceExpr.args?.[0]);
  return node;
}

/** The terms of a sum, with their signs. */
function terms(node: Node, sign = 1): { term: Node; sign: number }[] {
  const inner = plain(node) ?? node;
  if ('A_Expr' in inner && inner.A_Expr.kind === 'AEXPR_OP') {
    const { name = [], lexpr, rexpr } = inner.A_Expr;
    // In OPERATOR(pg_catalog.+) the schema comes first.
    const operator = name.map(each => ('String' in each ? each.String.sval : '')).at(-1);
    if (rexpr && (operator === '+' || operator === '-')) {
      return [...(lexpr ? terms(lexpr, sign) : []), ...terms(rexpr, operator === '-' ? -sign : sign)];
    }
  }
  return [{ term: inner, sign }];
}

function isOwn(column: string, node: Node | undefined, { own }: Scope): boolean {
  if (!node || !('ColumnRef' in node)) return false;
  const names = (node.ColumnRef.fields ?? []).map(each => ('String' in each ? each.String.sval : undefined));
  if (names.at(-1) !== column) return false;
  return names.length === 1 || own.includes(names.at(-2) ?? '');
}

/** A number that is written out; null for anything else. */
export function numberOf(node: Node | undefined): number | null {
  const inner = plain(node);
  if (!inner || !('A_Const' in inner)) return null;
  const { ival, fval, isnull } = inner.A_Const;
  if (isnull) return null;
  if (ival) return ival.ival ?? 0;
  return fval?.fval === undefined ? null : Number(fval.fval);
}

/** Whether an expression is a number of rows: a count() in a query, directly or through a name that refers to one. */
function countsRows(node: Node, scope: Scope, depth: number): boolean {
  const inner = plain(node);
  if (!inner || depth > 8) return false;
  if ('SubLink' in inner) {
    const query = inner.SubLink.subselect;
    return (
      query !== undefined && 'SelectStmt' in query && firstCounts(query.SelectStmt, undefined, scope, depth)
    );
  }
  if ('FuncCall' in inner) {
    const name = (inner.FuncCall.funcname ?? []).at(-1);
    return name !== undefined && 'String' in name && name.String.sval === 'count';
  }
  if ('ColumnRef' in inner) {
    const names = (inner.ColumnRef.fields ?? []).map(each =>
      'String' in each ? (each.String.sval ?? '') : '*',
    );
    const column = names.at(-1) ?? '';
    const queries = names.length > 1 ? [scope.queries.get(names.at(-2) ?? '')] : [...scope.queries.values()];
    return queries.some(query => query !== undefined && firstCounts(query, column, scope, depth));
  }
  return false;
}

/** Whether the column of a query with this name, or else its first column, is a number of rows. */
function firstCounts(query: SelectStmt, named: string | undefined, scope: Scope, depth: number): boolean {
  const inner = {
    own: scope.own,
    queries: new Map([...scope.queries, ...queriesOf(query.fromClause ?? [])]),
  };
  const targets = (query.targetList ?? []).map(each => ('ResTarget' in each ? each.ResTarget : {}));
  const target = named === undefined ? targets[0] : targets.find(each => nameOfTarget(each) === named);
  return target?.val !== undefined && countsRows(target.val, inner, depth + 1);
}

/** What a query calls a column; undefined if nothing says so. */
export function nameOfTarget({ name, val }: { name?: string; val?: Node }): string | undefined {
  if (name !== undefined) return name;
  const inner = plain(val);
  const parts =
    inner && 'ColumnRef' in inner
      ? inner.ColumnRef.fields
      : inner && 'FuncCall' in inner
        ? inner.FuncCall.funcname
        : [];
  const last = parts?.at(-1);
  return last && 'String' in last ? last.String.sval : undefined;
}

/** The queries in a FROM list, by their names there. */
export function queriesOf(from: readonly Node[]): [string, SelectStmt][] {
  return from.flatMap((node): [string, SelectStmt][] => {
    if ('JoinExpr' in node) {
      return queriesOf([node.JoinExpr.larg, node.JoinExpr.rarg].filter(each => each !== undefined));
    }
    if (!('RangeSubselect' in node)) return [];
    const { alias, subquery } = node.RangeSubselect;
    if (!alias?.aliasname || !subquery || !('SelectStmt' in subquery)) return [];
    return [[alias.aliasname, renamed(subquery.SelectStmt, alias.colnames)]];
  });
}

/** A query whose columns are named outside of it, as in `(SELECT a, count(*) ...) c (id, uses)`. */
export function renamed(query: SelectStmt, names: readonly Node[] | undefined): SelectStmt {
  if (!names?.length || !query.targetList) return query;
  return {
    ...query,
    targetList: query.targetList.map((target, index) => {
      const name = names[index];
      return name && 'String' in name && name.String.sval && 'ResTarget' in target
        ? { ResTarget: { ...target.ResTarget, name: name.String.sval } }
        : target;
    }),
  };
}

type Limit = NonNullable<SqlColumn['limited']>;

/**
 * What limits adding to a column: a WHERE that names it, greatest(), least(), CASE or nullif() around it, or coalesce(). `isOwn`
 * recognizes the column.
 */
function limitOf(
  value: Node | undefined,
  where: Node | undefined,
  isOwn: (node: Node) => boolean,
): Limit | null {
  if (names(where, isOwn)) return 'value';
  return limitIn(value, isOwn);
}

function limitIn(node: unknown, isOwn: (node: Node) => boolean): Limit | null {
  if (typeof node !== 'object' || node === null) return null;
  const isBound =
    'MinMaxExpr' in node ||
    'CaseExpr' in node ||
    ('A_Expr' in node && (node as Extract<Node, { A_Expr: unknown }>).A_Expr.kind === 'AEXPR_NULLIF');
  if (isBound && names(node, isOwn)) return 'value';
  const inner = Object.values(node).map(each => limitIn(each, isOwn));
  if (inner.includes('value')) return 'value';
  return inner.includes('null') || ('CoalesceExpr' in node && names(node, isOwn)) ? 'null' : null;
}

function names(node: unknown, isOwn: (node: Node) => boolean): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('ColumnRef' in node) return isOwn(node as Node);
  return Object.values(node).some(each => names(each, isOwn));
}
