import type { JoinExpr, Node, RangeVar, SelectStmt, WithClause } from 'libpg-query';
import { alteredBy, askedByHaving, found, joins, leftBy, merged } from './altered.ts';
import type { Round } from './change.ts';
import {
  type Altered,
  type Expression,
  keyOf,
  nothing,
  type OuterJoin,
  type Row,
  type Source,
  sourceKey,
  value,
  within,
} from './expression.ts';
import { readExpression } from './expressions.ts';
import { namesOf, opaque, perhaps, rowOf, type Scope, starred, under, withEntries } from './scope.ts';

type Entries = Scope['entries'];

/** The condition of rows that are not followed. */
export const unfollowed = opaque('rows that are not followed');

/** One way to take a row from each item of FROM. */
interface Combination {
  entries: Entries;
  conditions: Expression[];
  outer: OuterJoin[];
}

/** The ways in which a query gives rows: one for each branch of UNION ALL, below or inside it. */
export function readQuery(select: SelectStmt, given: Scope): Row[] {
  const scope = withQueries(select.withClause, given);
  if (select.op && select.op !== 'SETOP_NONE') return united(select, scope);
  if (select.valuesLists && select.valuesLists.length > 0) return valuesOf(select.valuesLists, scope);
  const { fromClause = [], whereClause, limitCount, limitOffset } = select;
  const [only, more] = fromClause;
  const isEach = !more && !(only && 'JoinExpr' in only) && !whereClause && !limitCount && !limitOffset;
  return combinations(fromClause, isEach ? scope : perhaps(scope)).map(combination =>
    selected(select, combination, scope),
  );
}

function united(select: SelectStmt, scope: Scope): Row[] {
  const { op, all, larg, rarg } = select;
  const left = larg ? readQuery(larg, scope) : [];
  if (op !== 'SETOP_UNION')
    return left.map(row => ({ ...row, conditions: [...row.conditions, opaque('EXCEPT')] }));
  const right = rarg ? readQuery(rarg, scope) : [];
  const names = left[0]?.columns.map(({ name }) => name) ?? [];
  return [...left, ...renamed(right, names)].map(row => ({
    ...(all ? row : merged(row)),
    conditions: [...row.conditions, ...leftBy(select)],
    altered: [...((all ? row : merged(row)).altered ?? []), ...alteredBy(select, row, false)],
    apart: true,
  }));
}

function valuesOf(lists: readonly Node[], scope: Scope): Row[] {
  return lists.map(list => ({
    columns: ('List' in list ? (list.List.items ?? []) : []).map((each, place) => ({
      name: `column${place + 1}`,
      value: readExpression(each, scope),
    })),
    conditions: [],
    sources: [],
    ...(lists.length > 1 ? { apart: true } : {}),
  }));
}

function selected(select: SelectStmt, { entries, conditions, outer }: Combination, scope: Scope): Row {
  const inner = withEntries(scope, entries);
  const sources = [...entries.flatMap(({ row }) => row.sources)];
  const where = select.whereClause ? [readExpression(select.whereClause, perhaps(inner))] : [];
  const all = [...conditions, ...where];
  const before = entries.flatMap(({ row }) => row.altered ?? []);
  const isCut = select.havingClause || select.limitCount || select.limitOffset;
  const called = under(isCut ? perhaps(inner) : inner, {
    conditions: all,
    rounds: select.groupClause
      ? [{ sources: [], by: groupedBy(select.groupClause, [], inner) }]
      : entries.map(({ row }) => roundOf(row)),
    groups: entries.flatMap(({ row }) => row.groups ?? []),
  });
  const columns = (select.targetList ?? []).flatMap(target => targetColumns(target, called));
  // Those of a query in FROM were taken there.
  const aggregated = columns.some(each =>
    [...within(each.value)].some(inner => inner.kind === 'aggregate' && inner.sources.length === 0),
  );
  const own = alteredBy(select, { columns, sources }, aggregated || select.groupClause !== undefined);
  const by = select.groupClause
    ? groupedBy(select.groupClause, columns, inner)
    : aggregated
      ? []
      : entries.flatMap(({ row }) => row.by ?? []);
  const having = select.havingClause
    ? askedByHaving(readExpression(select.havingClause, perhaps(inner)), columns)
    : [];
  if (!aggregated) {
    const asked = apartFrom(outer, all);
    const open = outer.filter(join => found(join, asked, null) === null);
    const settled = outer.filter(join => !open.includes(join));
    const pending = [...open, ...entries.flatMap(({ row }) => row.outer ?? [])];
    const groups = without(
      outer,
      entries.flatMap(({ row }) => row.groups ?? []),
    );
    const isApart = !select.groupClause && entries.some(({ row }) => row.apart);
    return {
      columns,
      conditions: [...all, ...settled.flatMap(join => join.inner), ...having, ...leftBy(select)],
      sources,
      altered: [...before, ...(open.length > 0 ? [joins] : []), ...own],
      ...(pending.length > 0 ? { outer: pending } : {}),
      ...(isApart ? { apart: true } : {}),
      ...(groups.length > 0 ? { groups } : {}),
      by,
    };
  }
  // LIMIT leaves the row of an aggregate without GROUP BY.
  const cut = own.filter(({ how, by }) => how === 'cuts' && (select.groupClause || by !== 'LIMIT'));
  const optional = outer.filter(join => found(join, apartFrom(outer, all), null) === null);
  const grouped = select.groupClause ? { groups: without(optional, sources) } : {};
  const taken: Taken = {
    conditions: [...all, ...having, ...cut],
    sources,
    altered: before,
    outer,
    groups: grouped.groups ?? [],
    by,
  };
  return {
    columns: columns.map(each => ({ ...each, value: completed(each.value, taken) })),
    // Without GROUP BY an aggregate gives one row, whether anything was found or not.
    conditions: [...(select.groupClause ? [...all, ...having] : []), ...leftBy(select)],
    sources,
    altered: own,
    ...grouped,
    by,
  };
}

/** The expressions of GROUP BY, which may name columns by their positions. */
function groupedBy(clause: readonly Node[], columns: Row['columns'], scope: Scope): Expression[] {
  return clause.map(given => {
    const item = clause.length === 1 ? onlyOf(given) : given;
    const position = 'A_Const' in item ? item.A_Const.ival?.ival : undefined;
    return columns[(position ?? 0) - 1]?.value ?? readExpression(item, perhaps(scope));
  });
}

/** ROLLUP and CUBE of one column add a row in which that column is NULL, which joins nothing. */
function onlyOf(item: Node): Node {
  const { content = [] } = 'GroupingSet' in item ? item.GroupingSet : {};
  const [only, more] = content;
  return only && !more ? only : item;
}

/** The sources that no outer join leaves out. */
export function without(outer: readonly OuterJoin[], sources: readonly Source[]): Source[] {
  const optional = new Set(outer.flatMap(join => join.sources.map(sourceKey)));
  return sources.filter(each => !optional.has(sourceKey(each)));
}

/** What aggregates are taken over: the conditions and sources of their query, and what alters the number of its rows. */
interface Taken {
  conditions: readonly Expression[];
  sources: readonly Source[];
  altered: readonly Altered[];
  outer: readonly OuterJoin[];
  groups: readonly Source[];
  by: readonly Expression[];
}

const apartFrom = (outer: readonly OuterJoin[], conditions: readonly Expression[]) =>
  conditions.filter(each => !outer.some(({ on }) => on.includes(each)));

const aggregates = (each: Expression) => [...within(each)].some(({ kind }) => kind === 'aggregate');

function completed(each: Expression, taken: Taken): Expression {
  const inner = (arg: Expression) => completed(arg, taken);
  if (!aggregates(each)) return each;
  switch (each.kind) {
    case 'aggregate': {
      if (each.sources.length > 0) return each;
      const { arg } = each;
      const asked = [...taken.conditions, ...each.conditions];
      const ofGroups = each.name === 'sum' && arg !== null && aggregates(arg);
      const conditions = [
        ...asked,
        ...taken.altered.filter(({ how }) => how !== 'merges' || !ofGroups),
        ...taken.outer.flatMap(join => found(join, apartFrom(taken.outer, asked), arg) ?? [joins]),
      ];
      // The sum of counts that an inner query made is a count.
      if (each.name === 'sum' && arg?.kind === 'aggregate')
        return { ...arg, conditions: [...arg.conditions, ...conditions], groups: taken.groups, by: taken.by };
      return { ...each, conditions, sources: taken.sources, groups: taken.groups, by: taken.by };
    }
    case 'operator':
    case 'and':
    case 'or':
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
    case 'case':
      return {
        ...each,
        branches: each.branches.map(({ when, result }) => ({ when: inner(when), result: inner(result) })),
        otherwise: inner(each.otherwise),
      };
    default:
      return each;
  }
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

const unknown: Row = { columns: [], conditions: [unfollowed], sources: [] };
// Each use is read anew: queries of which each uses the one before it twice are read twice as often each.
const mostUses = 32;

/** What a loop over the rows of a query meets: a row of each source, or one for each of what they are grouped by. */
export function roundOf({ altered = [], columns, sources, by = [] }: Row): Round {
  if (columns.some(each => aggregates(each.value))) return { sources: [], by };
  const isMerged = altered.some(({ how }) => how === 'merges');
  return isMerged ? { sources: [], by: [...by, ...columns.map(each => each.value)] } : { sources, by: null };
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
    let uses = 0;
    const rows = () => {
      uses += 1;
      return uses > mostUses ? [unknown] : renamed(readQuery(ctequery.SelectStmt, before), names);
    };
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
  let ways: Combination[] = [{ entries: [], conditions: [], outer: [] }];
  for (const item of items) {
    ways = ways.flatMap(left =>
      itemRows(item, withEntries(scope, left.entries)).map(right => ({
        entries: [...left.entries, ...right.entries],
        conditions: [...left.conditions, ...right.conditions],
        outer: [...left.outer, ...right.outer],
      })),
    );
  }
  return ways;
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
  if ('RangeFunction' in item) {
    const { functions = [], alias } = item.RangeFunction;
    // What is not its function is how its columns are defined.
    for (const each of functions) if ('List' in each) readExpression(each.List.items?.[0], scope);
    return [unknownItem(alias?.aliasname)];
  }
  return [unknownItem(undefined)];
}

function entry(alias: string, row: Row, source: Source | null): Combination {
  return { entries: [{ alias, row, source }], conditions: [...row.conditions], outer: [] };
}

/** Rows that are not followed: they may be any, so a condition says so. */
function unknownItem(alias: string | undefined): Combination {
  return {
    entries: [{ alias: alias ?? '', row: { ...unknown, conditions: [] }, source: null }],
    conditions: [unfollowed],
    outer: [],
  };
}

function named({ schemaname, relname = '', alias, inh }: RangeVar, scope: Scope): Combination[] {
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
  const found = entry(name, rowOf(source), source);
  const isPart = !inh && table.inherited;
  return [isPart ? { ...found, conditions: [opaque(`it is in ONLY ${table.name}`)] } : found];
}

function joined(
  { larg, rarg, quals, usingClause = [], jointype, isNatural }: JoinExpr,
  scope: Scope,
): Combination[] {
  const left = larg ? itemRows(larg, scope) : [];
  return left.flatMap(one => {
    const inner = withEntries(scope, one.entries);
    const right = rarg ? itemRows(rarg, inner) : [];
    return right.flatMap(other => {
      const entries = [...one.entries, ...other.entries];
      const on = withEntries(scope, entries);
      const names = isNatural ? namesInBoth(one.entries, other.entries) : namesOf(usingClause);
      const asked = [
        ...(quals ? [readExpression(quals, perhaps(on))] : []),
        ...names.map(name => sameColumn(name, one.entries, other.entries)),
      ];
      // Each side adds its own number, whether or not the other has one for the same key.
      if (jointype === 'JOIN_FULL' && areGroupsOf(asked, [one, other]))
        return [withNothing(one, other), withNothing(other, one)];
      // An outer join gives rows that the condition is not true for.
      const isOuter = jointype !== 'JOIN_INNER';
      const [kept, optional] = jointype === 'JOIN_RIGHT' ? [other, one] : [one, other];
      const conditions = isOuter ? asked.flatMap(each => ofOptional(each, optional)) : asked;
      const join: OuterJoin = {
        sources: optional.entries.flatMap(({ row }) => row.sources),
        inner: optional.conditions,
        on: conditions,
        full: jointype === 'JOIN_FULL',
      };
      return {
        entries,
        conditions: [
          ...kept.conditions,
          ...(isOuter ? [] : optional.conditions),
          ...conditions,
          ...(join.full ? [opaque('a FULL JOIN')] : []),
        ],
        outer: [...one.outer, ...other.outer, ...(isOuter ? [join] : [])],
      };
    });
  });
}

/** The parts of ON of an outer join. What does not ask for a row of the optional side leaves out no row: it is not followed. */
function ofOptional(each: Expression, { entries }: Combination): Expression[] {
  if (each.kind === 'and')
    return each.args.flatMap(arg => ofOptional(arg, { entries, conditions: [], outer: [] }));
  if (each.kind === 'value') return [each];
  const keys = new Set(entries.flatMap(({ row }) => row.sources.map(sourceKey)));
  const isAsked = [...within(each)].some(
    inner =>
      ((inner.kind === 'column' || inner.kind === 'row') && keys.has(sourceKey(inner.source))) ||
      (inner.kind === 'aggregate' && inner.sources.some(source => keys.has(sourceKey(source)))),
  );
  return [isAsked ? each : opaque('a condition of an outer join')];
}

function namesInBoth(left: Entries, right: Entries): string[] {
  const names = (entries: Entries) => entries.flatMap(({ row }) => row.columns.map(({ name }) => name));
  const there = new Set(names(right));
  return names(left).filter(name => there.has(name));
}

/** Whether these are groups, each of which is one row for each value of the columns that join them. */
function areGroupsOf(on: readonly Expression[], sides: readonly Combination[]): boolean {
  const equal = on.map(each => (each.kind === 'operator' && each.name === '=' ? each.args.map(keyOf) : []));
  return sides.every(({ entries }) => {
    const [only, more] = entries;
    const groups = (only?.row.altered ?? []).find(({ by }) => by === 'GROUP BY');
    const keys = (groups?.args ?? []).filter(({ kind }) => kind !== 'row').map(keyOf);
    return !more && keys.length > 0 && keys.every(key => equal.some(pair => pair.includes(key)));
  });
}

/** The rows of one side of a full join, where the other gives none. */
function withNothing(one: Combination, other: Combination): Combination {
  const absent = other.entries.map(({ alias, row }) => ({
    alias,
    row: { columns: row.columns.map(({ name }) => ({ name, value: nothing })), conditions: [], sources: [] },
    source: null,
  }));
  return { ...one, entries: [...one.entries, ...absent] };
}

function sameColumn(name: string, left: Entries, right: Entries): Expression {
  const of = (entries: Entries) =>
    entries.flatMap(({ row }) => row.columns).find(each => each.name === name)?.value ?? value(null);
  return { kind: 'operator', name: '=', args: [of(left), of(right)] };
}
