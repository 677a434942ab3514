import type { JoinExpr, Node, RangeVar, SelectStmt, WithClause } from 'libpg-query';
import { type Expression, type Row, type Source, sourceKey, value, within } from './expression.ts';
import { readExpression } from './expressions.ts';
import { namesOf, opaque, rowOf, type Scope, starred, withEntries } from './scope.ts';

type Entries = Scope['entries'];

/** The condition of rows that are not followed. */
export const unfollowed = opaque('rows that are not followed');

/** One way to take a row from each item of FROM. */
interface Combination {
  entries: Entries;
  conditions: Expression[];
  /** The items of an outer join that may have no row. */
  optional: Entries;
}

/** The ways in which a query gives rows: one for each branch of UNION ALL, below or inside it. */
export function readQuery(select: SelectStmt, given: Scope): Row[] {
  const scope = withQueries(select.withClause, given);
  if (select.op && select.op !== 'SETOP_NONE') return united(select, scope);
  if (select.valuesLists && select.valuesLists.length > 0) return valuesOf(select.valuesLists, scope);
  return combinations(select.fromClause ?? [], scope).map(combination =>
    selected(select, combination, scope),
  );
}

function united({ op, larg, rarg }: SelectStmt, scope: Scope): Row[] {
  const left = larg ? readQuery(larg, scope) : [];
  if (op !== 'SETOP_UNION')
    return left.map(row => ({ ...row, conditions: [...row.conditions, opaque('EXCEPT')] }));
  const right = rarg ? readQuery(rarg, scope) : [];
  const names = left[0]?.columns.map(({ name }) => name) ?? [];
  return [
    ...left,
    ...right.map(row => ({
      ...row,
      columns: row.columns.map((each, place) => ({ ...each, name: names[place] ?? each.name })),
    })),
  ];
}

function valuesOf(lists: readonly Node[], scope: Scope): Row[] {
  return lists.map(list => ({
    columns: ('List' in list ? (list.List.items ?? []) : []).map((each, place) => ({
      name: `column${place + 1}`,
      value: readExpression(each, scope),
    })),
    conditions: [],
    sources: [],
  }));
}

function selected(select: SelectStmt, { entries, conditions, optional }: Combination, scope: Scope): Row {
  const inner = withEntries(scope, entries);
  const sources = [...entries.flatMap(({ row }) => row.sources)];
  const where = select.whereClause ? [readExpression(select.whereClause, inner)] : [];
  const all = [...conditions, ...where];
  const columns = (select.targetList ?? []).flatMap(target => targetColumns(target, inner));
  const aggregated = columns.some(each => aggregates(each.value));
  const thinned = thinning(select, aggregated);
  // What is counted is not what the conditions alone say.
  const others = [
    ...entries.flatMap(({ row }) => row.thinned ?? []),
    ...(aggregated && select.havingClause && !isAnyFound(select.havingClause)
      ? ['HAVING leaves out rows']
      : []),
    ...(aggregated && thinned ? [thinned] : []),
  ].map(text => opaque(text));
  const over = {
    conditions: [...all, ...others],
    sources,
    optional: optional.flatMap(({ row }) => row.sources),
  };
  return {
    columns: aggregated ? columns.map(each => ({ ...each, value: completed(each.value, over) })) : columns,
    // Without GROUP BY an aggregate gives one row, whether anything was found or not.
    conditions: aggregated && !select.groupClause ? [] : all,
    sources,
    ...(thinned && !aggregated ? { thinned } : {}),
  };
}

/** What leaves out rows of a query besides its conditions; null if nothing does. */
function thinning(select: SelectStmt, aggregated: boolean): string | null {
  if (select.limitOffset || (select.limitCount && !aggregated)) return 'LIMIT or OFFSET leaves out rows';
  if (aggregated) return null;
  if (select.distinctClause) return 'DISTINCT leaves out rows';
  return select.groupClause ? 'GROUP BY leaves out rows' : null;
}

/** HAVING count(*) > 0, which every group has. */
function isAnyFound(having: Node): boolean {
  if (!('A_Expr' in having)) return false;
  const { lexpr, rexpr, name } = having.A_Expr;
  const isCount = lexpr && 'FuncCall' in lexpr && lexpr.FuncCall.agg_star;
  const zero = rexpr && 'A_Const' in rexpr && rexpr.A_Const.ival && !rexpr.A_Const.ival.ival;
  return Boolean(isCount && zero) && namesOf(name).at(-1) === '>';
}

/** What the aggregates of a query are taken over. */
interface Over {
  conditions: readonly Expression[];
  sources: readonly Source[];
  /** Sources of an outer join that may have no row. */
  optional: readonly Source[];
}

const aggregates = (each: Expression) => [...within(each)].some(({ kind }) => kind === 'aggregate');

/** Aggregates with what they are taken over: the conditions and sources of their query. */
function completed(each: Expression, over: Over): Expression {
  const inner = (arg: Expression) => completed(arg, over);
  switch (each.kind) {
    case 'aggregate': {
      // The sum of counts that an inner query made is a count.
      const { arg } = each;
      if (each.name === 'sum' && arg?.kind === 'aggregate')
        return { ...arg, conditions: [...arg.conditions, ...over.conditions, ...each.conditions] };
      if (each.sources.length > 0) return each;
      // A row without a partner is counted too, unless what is counted is NULL then.
      const extra =
        over.optional.length > 0 && !isOf(arg, over.optional) ? [opaque('an outer join adds rows')] : [];
      return {
        ...each,
        conditions: [...over.conditions, ...each.conditions, ...extra],
        sources: over.sources,
      };
    }
    case 'operator':
    case 'coalesce':
    case 'extreme':
    case 'opaque':
      return { ...each, args: each.args.map(inner) };
    case 'case':
      return {
        ...each,
        branches: each.branches.map(({ when, result }) => ({ when, result: inner(result) })),
        otherwise: inner(each.otherwise),
      };
    default:
      return each;
  }
}

function isOf(arg: Expression | null, sources: readonly Source[]): boolean {
  return arg?.kind === 'column' && sources.some(each => sourceKey(each) === sourceKey(arg.source));
}

/** The columns that one item of a SELECT list gives; a star gives several. */
export function targetColumns(target: Node, scope: Scope): Row['columns'] {
  const { name, val } = 'ResTarget' in target ? target.ResTarget : {};
  if (!val) return [];
  if ('ColumnRef' in val) {
    const names = namesOf(val.ColumnRef.fields);
    if (names.at(-1) === '*') return starred(names.at(-2) ?? null, scope);
    return [{ name: name ?? names.at(-1) ?? '', value: readExpression(val, scope) }];
  }
  const called = 'FuncCall' in val ? (namesOf(val.FuncCall.funcname).at(-1) ?? '') : '';
  const named = 'CoalesceExpr' in val ? 'coalesce' : 'CaseExpr' in val ? 'case' : called;
  return [{ name: name ?? named, value: readExpression(val, scope) }];
}

/** The scope with the queries of WITH added. */
export function withQueries(clause: WithClause | undefined, scope: Scope): Scope {
  let inner = scope;
  for (const each of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in each)) continue;
    const { ctename = '', ctequery, aliascolnames = [] } = each.CommonTableExpr;
    if (!ctequery || !('SelectStmt' in ctequery)) continue;
    const before = inner;
    const names = namesOf(aliascolnames);
    // Read when it is used: a recursive query is not followed into itself.
    const rows = () => renamed(readQuery(ctequery.SelectStmt, before), names);
    inner = { ...inner, queries: new Map([...inner.queries, [ctename, rows]]) };
  }
  return inner;
}

function renamed(rows: readonly Row[], names: readonly string[]): Row[] {
  return rows.map(row => ({
    ...row,
    columns: row.columns.map((each, place) => ({ ...each, name: names[place] ?? each.name })),
  }));
}

/** Every way to take one row from each item of FROM. */
export function combinations(items: readonly Node[], scope: Scope): Combination[] {
  let found: Combination[] = [{ entries: [], conditions: [], optional: [] }];
  for (const item of items) {
    found = found.flatMap(left =>
      itemRows(item, withEntries(scope, left.entries)).map(right => ({
        entries: [...left.entries, ...right.entries],
        conditions: [...left.conditions, ...right.conditions],
        optional: [...left.optional, ...right.optional],
      })),
    );
  }
  return found;
}

function itemRows(item: Node, scope: Scope): Combination[] {
  if ('RangeVar' in item) return named(item.RangeVar, scope);
  if ('JoinExpr' in item) return joined(item.JoinExpr, scope);
  if ('RangeSubselect' in item) {
    const { alias, subquery } = item.RangeSubselect;
    if (!subquery || !('SelectStmt' in subquery)) return [unknownItem(alias?.aliasname)];
    const rows = renamed(readQuery(subquery.SelectStmt, scope), namesOf(alias?.colnames));
    return rows.map(row => entry(alias?.aliasname ?? '', row, null));
  }
  if ('RangeFunction' in item) return [unknownItem(item.RangeFunction.alias?.aliasname)];
  return [unknownItem(undefined)];
}

function entry(alias: string, row: Row, source: Source | null): Combination {
  return { entries: [{ alias, row, source }], conditions: [...row.conditions], optional: [] };
}

/** Rows that are not followed: they may be any, so a condition says so. */
function unknownItem(alias: string | undefined): Combination {
  return {
    entries: [{ alias: alias ?? '', row: { columns: [], conditions: [], sources: [] }, source: null }],
    conditions: [unfollowed],
    optional: [],
  };
}

function named({ schemaname, relname = '', alias }: RangeVar, scope: Scope): Combination[] {
  const name = alias?.aliasname ?? relname;
  const query = schemaname ? undefined : scope.queries.get(relname);
  if (query) {
    return query().map(row => {
      const [only] = row.sources;
      const plain = row.sources.length === 1 && (only?.kind === 'new' || only?.kind === 'old') ? only : null;
      return entry(name, row, plain);
    });
  }
  const table = scope.around.table(schemaname ?? null, relname);
  if (!table) return [unknownItem(name)];
  const source: Source = { kind: 'table', table, id: scope.around.next() };
  return [entry(name, rowOf(source), source)];
}

function joined({ larg, rarg, quals, usingClause = [], jointype }: JoinExpr, scope: Scope): Combination[] {
  const left = larg ? itemRows(larg, scope) : [];
  return left.flatMap(one => {
    const inner = withEntries(scope, one.entries);
    const right = rarg ? itemRows(rarg, inner) : [];
    return right.map(other => {
      const entries = [...one.entries, ...other.entries];
      const on = withEntries(scope, entries);
      const conditions = [
        ...(quals ? [readExpression(quals, on)] : []),
        ...namesOf(usingClause).map(name => sameColumn(name, one.entries, other.entries)),
      ];
      // An outer join gives rows that the condition is not true for.
      const outer = jointype !== 'JOIN_INNER';
      return {
        entries,
        conditions: [...one.conditions, ...(outer ? [] : other.conditions), ...conditions],
        optional: [
          ...one.optional,
          ...other.optional,
          ...(jointype === 'JOIN_LEFT' || jointype === 'JOIN_FULL' ? other.entries : []),
          ...(jointype === 'JOIN_RIGHT' || jointype === 'JOIN_FULL' ? one.entries : []),
        ],
      };
    });
  });
}

function sameColumn(name: string, left: Entries, right: Entries): Expression {
  const of = (entries: Entries) =>
    entries.flatMap(({ row }) => row.columns).find(each => each.name === name)?.value ?? value(null);
  return { kind: 'operator', name: '=', args: [of(left), of(right)] };
}
