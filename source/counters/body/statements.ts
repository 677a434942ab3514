import type { DeleteStmt, InsertStmt, MergeStmt, Node, TruncateStmt, UpdateStmt } from 'libpg-query';
import { tableName } from '../../sql/names.ts';
import type { CatalogTable } from '../catalog.ts';
import type { Change, Outcome, Place } from './change.ts';
import {
  column,
  type Expression,
  isValue,
  keyOf,
  notTrue,
  type OuterJoin,
  type Row,
  type Source,
  sourceKey,
  value,
  within,
} from './expression.ts';
import { readExpression } from './expressions.ts';
import { printed } from './print.ts';
import { combinations, readQuery, targetColumns, without, withQueries } from './queries.ts';
import { lookedUp, opaque, perhaps, rowOf, type Scope, withEntries } from './scope.ts';
import { areSingle, givesSeveral } from './single.ts';

/** Where a statement stands: the conditions on the way to it. */
export interface Standing {
  path: readonly Expression[];
  /** It stands in a loop. */
  repeated: boolean;
  place: Place;
}

/**
 * Adds what a statement does to `outcome`, with the statements inside its WITH. Returns the rows that it gives: those of a query or of
 * RETURNING.
 */
export function runStatement(node: Node, given: Scope, standing: Standing, outcome: Outcome): Row[] {
  const clause = Object.values(node as Record<string, { withClause?: UpdateStmt['withClause'] }>)[0]
    ?.withClause;
  const scope = withQueries(clause, withWrites(clause, given, standing, outcome));
  if ('SelectStmt' in node) {
    if (node.SelectStmt.intoClause) outcome.more.push({ does: 'runs SELECT INTO', table: null });
    return readQuery(node.SelectStmt, scope);
  }
  if ('UpdateStmt' in node) return updated(node.UpdateStmt, scope, standing, outcome);
  if ('InsertStmt' in node) return inserted(node.InsertStmt, scope, standing, outcome);
  if ('DeleteStmt' in node) return removed(node.DeleteStmt, scope, standing, outcome);
  if ('MergeStmt' in node) merged(node.MergeStmt, scope, standing, outcome);
  else if ('TruncateStmt' in node) outcome.emptied.push(...truncated(node.TruncateStmt, scope, outcome));
  else if ('CallStmt' in node && node.CallStmt.funccall)
    readExpression({ FuncCall: node.CallStmt.funccall }, scope);
  else outcome.more.push({ does: `runs ${commandOf(node)}`, table: null });
  return [];
}

/** The command of a statement that is not read, such as COPY, by the name that the parser has for it. */
function commandOf(node: Node): string {
  const [name = ''] = Object.keys(node);
  const words = name.replace(/Stmt$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.replace('Mat View', 'Materialized View').replace('Variable Set', 'Set').toUpperCase();
}

/** The scope with the rows that INSERT and UPDATE inside WITH return. */
function withWrites(
  clause: UpdateStmt['withClause'],
  given: Scope,
  standing: Standing,
  outcome: Outcome,
): Scope {
  let scope = given;
  for (const each of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in each)) continue;
    const { ctename = '', ctequery } = each.CommonTableExpr;
    if (!ctequery) continue;
    if ('SelectStmt' in ctequery) {
      scope = withQueries({ ctes: [each] }, scope);
      continue;
    }
    const rows = runStatement(ctequery, scope, standing, outcome);
    scope = { ...scope, queries: new Map([...scope.queries, [ctename, () => rows]]) };
  }
  return scope;
}

function tableOf({ relation }: Pick<UpdateStmt, 'relation'>, scope: Scope): CatalogTable | undefined {
  if (!relation) return undefined;
  const { schema, name } = tableName(relation);
  return scope.around.table(schema, name);
}

function updated(
  statement: UpdateStmt,
  scope: Scope,
  { path, repeated, place }: Standing,
  outcome: Outcome,
): Row[] {
  const table = tableOf(statement, scope);
  if (!table) outcome.elsewhere.push(place);
  if (!table) return [];
  const { relation, fromClause = [], whereClause, targetList = [], returningClause } = statement;
  const target: Source = { kind: 'table', table, id: scope.around.next() };
  const own = { alias: relation?.alias?.aliasname ?? table.name, row: rowOf(target), source: target };
  const given = perhaps(withEntries(scope, [own]));
  return combinations(fromClause, given).map(({ entries, conditions, outer }, way) => {
    const inner = perhaps(withEntries(scope, [own, ...entries]));
    const where = whereClause ? [readExpression(whereClause, inner)] : [];
    const all = [...path, ...conditions, ...where, ...entries.flatMap(({ row }) => cutsOf(row))];
    const joined = entries.some(({ row }) => row.apart) ? { joined: { statement: target.id, way } } : {};
    const groups = without(
      outer,
      entries.flatMap(({ row }) => row.groups ?? []),
    );
    for (const set of settings(targetList, inner)) {
      outcome.changes.push({
        target,
        ...set,
        conditions: all,
        verb: 'update',
        repeated,
        ...joined,
        groups,
        by: entries.flatMap(({ row }) => row.by ?? []),
        ...outerOf(outer, entries),
        place,
      });
    }
    return returned(returningClause, inner, [...conditions, ...where], [target]);
  });
}

/** The outer joins of a statement, and those of the queries that it joins. */
function outerOf(outer: readonly OuterJoin[], entries: Scope['entries']): Pick<Change, 'outer'> {
  const all = [...outer, ...entries.flatMap(({ row }) => row.outer ?? [])];
  return all.length > 0 ? { outer: all } : {};
}

/** What leaves out rows of a query that is joined. An aggregate has that among its own conditions. */
export function cutsOf({ altered = [], columns, sources, conditions }: Row): Expression[] {
  const isTotal = columns.some(({ value: each }) =>
    [...within(each)].some(({ kind }) => kind === 'aggregate'),
  );
  return isTotal || areSingle(sources, conditions) ? [] : altered.filter(({ how }) => how === 'cuts');
}

function returned(
  clause: UpdateStmt['returningClause'],
  scope: Scope,
  conditions: readonly Expression[],
  sources: readonly Source[],
): Row {
  return { columns: (clause?.exprs ?? []).flatMap(each => targetColumns(each, scope)), conditions, sources };
}

/** What SET gives to each column. */
function settings(list: readonly Node[], scope: Scope): { column: string; value: Expression }[] {
  return list.flatMap(each => {
    if (!('ResTarget' in each)) return [];
    const { name = '', val } = each.ResTarget;
    return [
      {
        column: name,
        value: settingOf(val, scope),
      },
    ];
  });
}

function settingOf(val: Node | undefined, scope: Scope): Expression {
  if (val && 'MultiAssignRef' in val) return ofSeveral(val, scope);
  return val && 'SetToDefault' in val ? opaque('DEFAULT') : readExpression(val, scope);
}

/** One value of SET (a, b) = (...). */
function ofSeveral(
  { MultiAssignRef: { source, colno = 1 } }: Extract<Node, { MultiAssignRef: unknown }>,
  scope: Scope,
) {
  if (source && 'RowExpr' in source) return readExpression(source.RowExpr.args?.[colno - 1], scope);
  const query = source && 'SubLink' in source ? source.SubLink.subselect : undefined;
  if (!query || !('SelectStmt' in query)) return opaque('a row');
  const [row, more] = readQuery(query.SelectStmt, scope);
  const found = row?.columns[colno - 1]?.value;
  if (!row || more || !found) return opaque('a query');
  return lookedUp(row, found);
}

function inserted(
  statement: InsertStmt,
  scope: Scope,
  { path, repeated, place }: Standing,
  outcome: Outcome,
): Row[] {
  const table = tableOf(statement, scope);
  const { selectStmt, cols = [], onConflictClause: conflict, relation, returningClause } = statement;
  if (!table) outcome.elsewhere.push(place);
  if (!table) return [];
  if (!selectStmt || !('SelectStmt' in selectStmt)) {
    outcome.more.push({ does: `inserts into ${table.name}`, table });
    return [];
  }
  const named = cols.flatMap(each => ('ResTarget' in each ? [each.ResTarget.name ?? ''] : []));
  const names = named.length > 0 ? named : table.columns.map(({ name }) => name);
  return readQuery(selectStmt.SelectStmt, scope).map(row => {
    const values = row.columns.flatMap((each, place) => {
      const name = names[place];
      return name === undefined ? [] : [{ column: name, value: each.value }];
    });
    const source: Source = { kind: 'inserted', table, id: scope.around.next() };
    const conditions = [...path, ...row.conditions];
    const several = givesSeveral(selectStmt.SelectStmt, row, outcome.insertions);
    const otherwise = conflict && (conflict.action === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing');
    outcome.insertions.push({
      source,
      table,
      values,
      conditions,
      path,
      several,
      repeated,
      after: outcome.changes.length,
      place,
      ...(otherwise ? { otherwise } : {}),
    });
    if (conflict?.action === 'ONCONFLICT_UPDATE') {
      const target: Source = { kind: 'table', table, id: scope.around.next() };
      const alias = relation?.alias?.aliasname ?? table.name;
      const inner = withEntries(perhaps(scope), [
        { alias, row: rowOf(target), source: target },
        { alias: 'excluded', row: excluded(values), source: null },
      ]);
      const found = conflictColumns(conflict, table, values).map(name => ({
        kind: 'operator' as const,
        name: '=',
        args: [column(target, name), values.find(each => each.column === name)?.value ?? value(null)],
      }));
      const where = conflict.whereClause ? [readExpression(conflict.whereClause, inner)] : [];
      for (const set of settings(conflict.targetList ?? [], inner)) {
        outcome.changes.push({
          target,
          ...set,
          conditions: [...conditions, ...found, ...where],
          verb: 'upsert',
          begins: values.find(each => each.column === set.column)?.value ?? defaultOf(table, set.column),
          repeated,
          place,
        });
      }
    }
    const own = { alias: table.name, row: rowOf(source), source };
    return returned(returningClause, withEntries(scope, [own]), [], [source]);
  });
}

function defaultOf({ columns }: CatalogTable, name: string): Expression {
  const start = columns.find(each => each.name === name)?.start ?? null;
  if (start === null) return value(null);
  return Number.isNaN(Number(start)) ? opaque('a default') : value(Number(start));
}

/** A row that is deleted is known as one that is inserted is: by what its columns are equal to. */
function removed(
  statement: DeleteStmt,
  scope: Scope,
  { path, repeated, place }: Standing,
  outcome: Outcome,
): Row[] {
  const table = tableOf(statement, scope);
  if (!table) outcome.more.push({ does: `deletes from ${statement.relation?.relname ?? ''}`, table: null });
  if (!table) return [];
  const { relation, usingClause = [], whereClause, returningClause } = statement;
  outcome.emptied.push(table);
  const source: Source = { kind: 'deleted', table, id: scope.around.next() };
  const own = { alias: relation?.alias?.aliasname ?? table.name, row: rowOf(source), source };
  const given = perhaps(withEntries(scope, [own]));
  return combinations(usingClause, given).map(({ entries, conditions }) => {
    const inner = perhaps(withEntries(scope, [own, ...entries]));
    const where = whereClause ? [readExpression(whereClause, inner)] : [];
    const all = [...path, ...conditions, ...where];
    const several = !areSingle([source], all);
    const after = outcome.changes.length;
    outcome.insertions.push({
      source,
      table,
      values: [],
      conditions: all,
      path,
      several,
      repeated,
      after,
      place,
    });
    return returned(returningClause, inner, [], [source]);
  });
}

function truncated({ relations = [] }: TruncateStmt, scope: Scope, outcome: Outcome): CatalogTable[] {
  return relations.flatMap(each => {
    const table = 'RangeVar' in each ? tableOf({ relation: each.RangeVar }, scope) : undefined;
    if (!table) outcome.more.push({ does: 'runs TRUNCATE', table: null });
    return table ?? [];
  });
}

function excluded(values: readonly { column: string; value: Expression }[]): Row {
  return {
    columns: values.map(each => ({ name: each.column, value: each.value })),
    conditions: [],
    sources: [],
  };
}

/** The columns by which ON CONFLICT finds the row. */
function conflictColumns(
  { infer }: NonNullable<InsertStmt['onConflictClause']>,
  table: CatalogTable,
  values: readonly { column: string }[],
): readonly string[] {
  const named = (infer?.indexElems ?? []).flatMap(each =>
    'IndexElem' in each && each.IndexElem.name ? [each.IndexElem.name] : [],
  );
  const given = new Set(values.map(each => each.column));
  return named.length > 0 ? named : (table.unique.find(each => each.every(name => given.has(name))) ?? []);
}

function merged(
  statement: MergeStmt,
  given: Scope,
  { path, repeated, place }: Standing,
  outcome: Outcome,
): void {
  const table = tableOf(statement, given);
  const { relation, sourceRelation, joinCondition, mergeWhenClauses = [] } = statement;
  if (!table) outcome.elsewhere.push(place);
  if (!table || !sourceRelation) return;
  const target: Source = { kind: 'table', table, id: given.around.next() };
  const own = { alias: relation?.alias?.aliasname ?? table.name, row: rowOf(target), source: target };
  const scope = perhaps(given);
  for (const { entries, conditions, outer } of combinations([sourceRelation], scope)) {
    const inner = withEntries(scope, [own, ...entries]);
    const on = joinCondition ? [readExpression(joinCondition, inner)] : [];
    const made = insertsOf(mergeWhenClauses, target, withEntries(scope, entries));
    // The first clause whose condition is true is the only one.
    const passed: Expression[] = [];
    for (const clause of mergeWhenClauses) {
      if (!('MergeWhenClause' in clause)) continue;
      const { commandType, matchKind } = clause.MergeWhenClause;
      if (commandType === 'CMD_INSERT') outcome.more.push({ does: `inserts into ${table.name}`, table });
      if (commandType === 'CMD_DELETE')
        outcome.more.push({ does: `deletes from ${table.name}`, table: null });
      if (matchKind !== 'MERGE_WHEN_MATCHED') continue;
      const { condition, targetList = [] } = clause.MergeWhenClause;
      const asked = condition ? [readExpression(condition, inner)] : [];
      const when = [...passed, ...asked];
      passed.push(...(asked.length > 0 ? asked.map(notTrue) : [value(false)]));
      if (commandType !== 'CMD_UPDATE') continue;
      for (const set of settings(targetList, inner)) {
        outcome.changes.push({
          target,
          ...set,
          conditions: [...path, ...conditions, ...on, ...when],
          verb: 'update',
          ...begunBy(
            made,
            when.flatMap(each => apartFrom(each, target)),
            set.column,
          ),
          repeated,
          ...outerOf(outer, entries),
          place,
        });
      }
    }
  }
}

/** What WHEN NOT MATCHED inserts, by column, each with its condition. */
interface Made {
  when: readonly Expression[];
  /** What the clauses before it leave to it. */
  passed: readonly Expression[];
  value: (name: string) => Expression;
}

function insertsOf(clauses: readonly Node[], target: Source, scope: Scope): Made[] {
  const { table } = target;
  const passed: Expression[] = [];
  return clauses.flatMap((clause): Made[] => {
    if (!('MergeWhenClause' in clause) || clause.MergeWhenClause.matchKind === 'MERGE_WHEN_MATCHED')
      return [];
    const { commandType, condition, targetList = [], values = [] } = clause.MergeWhenClause;
    const asked = condition ? readExpression(condition, scope) : value(true);
    const left = [...passed];
    passed.push(notTrue(asked));
    if (commandType !== 'CMD_INSERT') return [];
    const named = targetList.flatMap(each => ('ResTarget' in each ? [each.ResTarget.name ?? ''] : []));
    const names = named.length > 0 ? named : table.columns.map(({ name }) => name);
    return [
      {
        when: condition ? apartFrom(asked, target) : [],
        passed: left,
        value: name => {
          const given = values[names.indexOf(name)];
          return given && !('SetToDefault' in given) ? readExpression(given, scope) : defaultOf(table, name);
        },
      },
    ];
  });
}

/** The parts of a condition that are not about the row itself: a row that is not there has none. */
function apartFrom(each: Expression, target: Source): readonly Expression[] {
  if (each.kind === 'and') return each.args.flatMap(part => apartFrom(part, target));
  return [...within(each)].some(
    inner => inner.kind === 'column' && sourceKey(inner.source) === sourceKey(target),
  )
    ? []
    : [each];
}

/** With what MERGE begins a row where the branch that changes it finds none. */
function begunBy(
  made: readonly Made[],
  when: readonly Expression[],
  name: string,
): Pick<Change, 'verb' | 'begins' | 'unclear'> | null {
  const wanted = when.map(keyOf).join();
  const same = made.find(each => each.when.map(keyOf).join() === wanted);
  const found = same ?? made.find(each => each.when.length === 0);
  if (!found) return null;
  const begins = found.value(name);
  // A clause before it may do something else, or nothing.
  if (found.passed.some(each => !when.some(one => keyOf(one) === keyOf(each))))
    return { verb: 'upsert', unclear: 'MERGE begins it only where no clause before it does something else' };
  if (same || isValue(begins, 0)) return { verb: 'upsert', begins };
  return {
    verb: 'upsert',
    unclear: `MERGE begins it at ${printed(begins)} whatever the branch that adds asks`,
  };
}
