import type { A_Expr, Node, SelectStmt, SubLink } from 'libpg-query';
import { nameOf, namesIn, tableName } from './names.ts';
import type { SqlEquality, SqlName, SqlReading, SqlTerm, SqlValue } from './sql-effects.ts';

/** The tables of FROM by their names there; null for a query, whose columns are not followed. */
type Scope = ReadonlyMap<string, SqlName | null>;

/** What a statement says to be equal, and what it selects if that is a single column. */
export function equalitiesOf(statement: Node): Pick<SqlReading, 'equals' | 'lookups' | 'gives'> {
  const found = { equals: [], lookups: [] };
  visit(statement, [], found);
  return { ...found, gives: givenBy(statement) };
}

function givenBy(statement: Node): SqlTerm[] {
  // The statements of BEGIN ATOMIC are lists of lists.
  if ('List' in statement) return (statement.List.items ?? []).flatMap(givenBy);
  const given =
    'SelectStmt' in statement
      ? selected(statement.SelectStmt, [])
      : 'ReturnStmt' in statement && statement.ReturnStmt.returnval
        ? term(statement.ReturnStmt.returnval, [])
        : null;
  return given ? [given] : [];
}

function visit(value: unknown, scopes: readonly Scope[], into: Found): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, scopes, into);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  if ('A_Expr' in node) {
    into.equals.push(...compared(node.A_Expr, scopes));
    if (takes(node.A_Expr)) {
      const taken = term(node, scopes);
      if (taken?.kind === 'value') {
        // What is inside is a part of it.
        into.lookups.push(taken);
        return;
      }
    }
  }
  if ('SubLink' in node) into.equals.push(...among(node.SubLink, scopes));
  if ('InsertStmt' in node) {
    const { relation, cols = [], selectStmt } = node.InsertStmt;
    if (relation) into.equals.push(...stored(tableName(relation), cols, selectStmt, scopes));
  }
  for (const each of Object.values(node)) {
    const own = scopeOf(each);
    visit(each, own ? [own, ...scopes] : scopes, into);
  }
}

type Found = Pick<SqlReading, 'equals' | 'lookups'>;

/** The tables that a statement itself names in FROM, or writes. */
function scopeOf(statement: unknown): Scope | null {
  if (typeof statement !== 'object' || statement === null || Array.isArray(statement)) return null;
  const { fromClause, usingClause, relation } = statement as Record<string, unknown>;
  const from = [...nodes(fromClause), ...nodes(usingClause)];
  const written = relation && typeof relation === 'object' ? [{ RangeVar: relation } as Node] : [];
  const tables = [...written, ...from].flatMap(tablesOf);
  return tables.length === 0 ? null : new Map(tables);
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? (value as Node[]) : [];
}

function tablesOf(node: Node): [string, SqlName | null][] {
  if ('RangeVar' in node)
    return [[node.RangeVar.alias?.aliasname ?? node.RangeVar.relname ?? '', tableName(node.RangeVar)]];
  if ('JoinExpr' in node)
    return [node.JoinExpr.larg, node.JoinExpr.rarg].flatMap(each => (each ? tablesOf(each) : []));
  if ('RangeSubselect' in node) return [[node.RangeSubselect.alias?.aliasname ?? '', null]];
  return [];
}

// In OPERATOR(pg_catalog.=) the schema comes first.
const operatorOf = ({ name }: A_Expr) => namesIn(name).at(-1) ?? '';

const takes = (expression: A_Expr) => /^#?->>?$/.test(operatorOf(expression));

function compared(expression: A_Expr, scopes: readonly Scope[]): SqlEquality[] {
  const { kind, lexpr, rexpr } = expression;
  const equal = kind === 'AEXPR_NOT_DISTINCT' || operatorOf(expression) === '=';
  if (!equal || !lexpr || !rexpr) return [];
  const others = kind === 'AEXPR_IN' && 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr];
  return others.flatMap(other => pair(term(lexpr, scopes), term(other, scopes)));
}

/** `x IN (SELECT ...)` and `x = ANY (SELECT ...)`. */
function among({ subLinkType, testexpr, operName = [], subselect }: SubLink, scopes: readonly Scope[]) {
  const equal = operName.length === 0 || namesIn(operName).at(-1) === '=';
  if (subLinkType !== 'ANY_SUBLINK' || !equal || !testexpr) return [];
  return pair(term(testexpr, scopes), queried(subselect, scopes));
}

/** The columns of an INSERT, each with what it is set to. */
function stored(
  table: SqlName,
  columns: readonly Node[],
  source: Node | undefined,
  scopes: readonly Scope[],
): SqlEquality[] {
  if (!source || !('SelectStmt' in source)) return [];
  const { valuesLists = [], targetList = [] } = source.SelectStmt;
  const inner = [scopeOf(source.SelectStmt) ?? new Map(), ...scopes];
  const rows =
    valuesLists.length > 0
      ? valuesLists.map(row => ('List' in row ? (row.List.items ?? []) : []))
      : [targetList.map(each => ('ResTarget' in each ? (each.ResTarget.val ?? each) : each))];
  return rows.flatMap(values =>
    columns.flatMap((column, place) => {
      const value = values[place];
      if (!value || !('ResTarget' in column)) return [];
      return pair({ kind: 'column', table, column: column.ResTarget.name ?? '' }, term(value, inner));
    }),
  );
}

function pair(left: SqlTerm | null, right: SqlTerm | null): SqlEquality[] {
  return left && right && (left.kind === 'column' || right.kind === 'column') ? [{ left, right }] : [];
}

/** The term that a query of one column selects; null for any other. */
function queried(query: Node | undefined, scopes: readonly Scope[]): SqlTerm | null {
  return query && 'SelectStmt' in query ? selected(query.SelectStmt, scopes) : null;
}

function selected(query: SelectStmt, scopes: readonly Scope[]): SqlTerm | null {
  const { targetList = [] } = query;
  const [target] = targetList;
  if (targetList.length !== 1 || !target || !('ResTarget' in target) || !target.ResTarget.val) return null;
  return term(target.ResTarget.val, [scopeOf(query) ?? new Map(), ...scopes]);
}

/** An expression as a term; null if it is neither a column nor a value that functions give. */
function term(expression: Node, scopes: readonly Scope[]): SqlTerm | null {
  const node = uncast(expression);
  if ('ColumnRef' in node) return columnOf(namesIn(node.ColumnRef.fields), scopes);
  if ('SubLink' in node) {
    const { subLinkType, subselect } = node.SubLink;
    return subLinkType === 'EXPR_SUBLINK' || subLinkType === 'ARRAY_SUBLINK'
      ? queried(subselect, scopes)
      : null;
  }
  const value: SqlValue = { kind: 'value', calls: [], keys: [], names: [] };
  return gather(node, value, scopes) ? value : null;
}

function uncast(node: Node): Node {
  if ('TypeCast' in node && node.TypeCast.arg) return uncast(node.TypeCast.arg);
  if ('CollateClause' in node && node.CollateClause.arg) return uncast(node.CollateClause.arg);
  return node;
}

/** Adds the calls in a value; false if it depends on anything else, such as a column of a table. */
function gather(expression: Node, into: SqlValue, scopes: readonly Scope[]): boolean {
  const node = uncast(expression);
  const all = (list: readonly Node[] = []) => list.every(each => gather(each, into, scopes));
  if ('A_Const' in node) return true;
  if ('CoalesceExpr' in node) return all(node.CoalesceExpr.args);
  if ('CaseExpr' in node) {
    // The conditions only decide which of the values it is.
    const { args = [], defresult } = node.CaseExpr;
    const results = args.map(each => ('CaseWhen' in each ? each.CaseWhen.result : undefined));
    return all([...results, defresult].filter(each => each !== undefined));
  }
  if ('FuncCall' in node) {
    const { funcname, args = [] } = node.FuncCall;
    into.calls.push({ ...nameOf(funcname), literals: args.map(textOf) });
    return all(args);
  }
  if ('A_Expr' in node) {
    const { kind, lexpr, rexpr } = node.A_Expr;
    const key = rexpr ? textOf(rexpr) : null;
    if (takes(node.A_Expr) && key !== null) into.keys.push(key);
    else if (kind !== 'AEXPR_NULLIF') return false;
    return all([lexpr, rexpr].filter(each => each !== undefined));
  }
  if ('SubLink' in node) {
    const inner =
      node.SubLink.subLinkType === 'EXPR_SUBLINK' ? queried(node.SubLink.subselect, scopes) : null;
    if (inner?.kind !== 'value') return false;
    into.calls.push(...inner.calls);
    into.keys.push(...inner.keys);
    into.names.push(...inner.names);
    return true;
  }
  if ('ColumnRef' in node) {
    const names = namesIn(node.ColumnRef.fields);
    into.names.push(names.at(-1) ?? '');
    return names.length === 1;
  }
  return false;
}

function textOf(node: Node): string | null {
  const inner = uncast(node);
  return 'A_Const' in inner ? (inner.A_Const.sval?.sval ?? null) : null;
}

function columnOf(names: readonly string[], scopes: readonly Scope[]): SqlTerm | null {
  const column = names.at(-1) ?? '';
  if (column === '') return null;
  const [alias, ...others] = names.slice(0, -1).reverse();
  if (alias === undefined) {
    // Without a catalog, only a single table tells whose column it is.
    const [near = new Map<string, SqlName | null>()] = scopes;
    const tables = [...near.values()];
    return tables.length > 1 ? null : { kind: 'column', table: tables[0] ?? null, column };
  }
  const known = others.length === 0 ? scopes.find(scope => scope.has(alias)) : undefined;
  if (!known) return { kind: 'column', table: { schema: others[0] ?? null, name: alias }, column };
  const table = known.get(alias) ?? null;
  return table && { kind: 'column', table, column };
}
