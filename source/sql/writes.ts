import type {
  CopyStmt,
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  SelectStmt,
  TruncateStmt,
  UpdateStmt,
  WithClause,
} from 'libpg-query';
import { assigned, nameOfTarget, numberOf, queriesOf, renamed, type Scope } from './assigned.ts';
import { namesIn, tableName } from './names.ts';
import type { SqlColumn, SqlCreate, SqlPosition, SqlWrite } from './sql-effects.ts';
import { keywordBefore, type SqlLocation, statementText } from './sql-location.ts';

type Action = SqlWrite['action'];

/** What a statement writes itself; the nodes of the queries inside it report what those write. */
export function writesOf(node: Node, place: SqlLocation, outer: Scope['queries']): SqlWrite[] {
  if ('InsertStmt' in node) return insertion(node.InsertStmt, place, outer);
  if ('UpdateStmt' in node) return update(node.UpdateStmt, place, outer);
  if ('DeleteStmt' in node) return deletion(node.DeleteStmt, place);
  if ('MergeStmt' in node) return merge(node.MergeStmt, place, outer);
  if ('TruncateStmt' in node) return truncation(node.TruncateStmt, place);
  if ('CopyStmt' in node) return copy(node.CopyStmt, place);
  return [];
}

function write(
  verb: SqlWrite['verb'],
  action: Action,
  relation: RangeVar,
  columns: SqlColumn[] | null,
  place: SqlLocation,
): SqlWrite {
  return {
    verb,
    action,
    table: tableName(relation),
    columns,
    cascades: false,
    offset: keywordBefore(place, verb, relation.location),
    text: statementText(place),
  };
}

function insertion(statement: InsertStmt, place: SqlLocation, outer: Scope['queries']): SqlWrite[] {
  const { relation, cols, selectStmt, onConflictClause: conflict } = statement;
  if (!relation) return [];
  const scope = scopeOf(relation, [], statement.withClause, outer);
  const columns = cols
    ? rowsOf(selectStmt)
        .map(row => given(cols, row, scope))
        .reduce((all, row) => all.map((column, at) => (column.how === 'zero' ? row[at]! : column)))
    : null;
  const found: SqlWrite[] = [write('insert', 'insert', relation, columns, place)];
  if (!cols && selectsStar(selectStmt)) found[0] = { ...found[0]!, whole: true };
  else if (!cols) found[0] = { ...found[0]!, positions: positionsOf(selectStmt, scope) };
  if (conflict?.action === 'ONCONFLICT_UPDATE') {
    found.push({
      ...write(
        'update',
        'update',
        relation,
        targets(conflict.targetList, scope, conflict.whereClause),
        place,
      ),
      offset: place.offset(conflict.location ?? 0),
    });
  }
  return found;
}

/** What the rows of an INSERT without columns have at each position: of several rows the first that is not 0. */
function positionsOf(source: Node | undefined, scope: Scope): SqlPosition[] {
  const names =
    source && 'SelectStmt' in source
      ? (source.SelectStmt.targetList ?? []).map(each =>
          'ResTarget' in each ? nameOfTarget(each.ResTarget) : '',
        )
      : [];
  const rows = rowsOf(source).map(row =>
    row.map((value, at): SqlPosition => {
      const column = start(names[at] ?? '', value, scope);
      return { ...column, number: column.how !== 'zero' && numberOf(value) !== null };
    }),
  );
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => {
    const here = rows.flatMap(row => row[at] ?? []);
    return here.find(({ number }) => number) ?? here.find(({ how }) => how !== 'zero') ?? here[0]!;
  });
}

/** What CREATE TABLE AS or SELECT INTO stores in the table that it creates; null if it stores no rows. */
export function filledBy(node: Node, place: SqlLocation): SqlCreate | null {
  const { into, query } =
    'CreateTableAsStmt' in node
      ? node.CreateTableAsStmt
      : 'SelectStmt' in node
        ? { into: node.SelectStmt.intoClause, query: node }
        : {};
  const { rel, skipData, colNames } = into ?? {};
  const isView = 'CreateTableAsStmt' in node && node.CreateTableAsStmt.objtype !== 'OBJECT_TABLE';
  if (!rel || skipData || isView || !query || !('SelectStmt' in query)) return null;
  const scope: Scope = { own: [], queries: new Map(queriesNamed(query.SelectStmt.withClause)) };
  const { targetList = [] } = renamed(query.SelectStmt, colNames);
  const columns = targetList.flatMap(each =>
    'ResTarget' in each ? [assigned(nameOfTarget(each.ResTarget) ?? '', each.ResTarget.val, scope)] : [],
  );
  return {
    kind: 'filled',
    name: tableName(rel),
    columns: targetList.length === 0 || selectsStar(query) ? null : columns,
    offset: place.start,
    text: statementText(place),
  };
}

/** The values for the columns of an INSERT, in their order: of each row, or of the query. Empty if they are not known. */
function rowsOf(source: Node | undefined): Node[][] {
  if (!source || !('SelectStmt' in source)) return [[]];
  const { valuesLists = [] } = source.SelectStmt;
  if (valuesLists.length === 0) return [selected(source.SelectStmt)];
  return valuesLists.map(row => ('List' in row ? (row.List.items ?? []) : []));
}

function selectsStar(source: Node | undefined): boolean {
  const targets = source && 'SelectStmt' in source ? (source.SelectStmt.targetList ?? []) : [];
  return targets.some(each => 'ResTarget' in each && each.ResTarget.val && isStar(each.ResTarget.val));
}

function selected({ targetList }: SelectStmt): Node[] {
  const columns = (targetList ?? []).map(each => ('ResTarget' in each ? each.ResTarget.val : undefined));
  // A star is several columns, so positions mean nothing.
  return columns.every(each => each !== undefined && !isStar(each)) ? (columns as Node[]) : [];
}

function isStar(node: Node): boolean {
  return 'ColumnRef' in node && (node.ColumnRef.fields ?? []).some(field => 'A_Star' in field);
}

function update(statement: UpdateStmt, place: SqlLocation, outer: Scope['queries']): SqlWrite[] {
  const { relation, targetList, fromClause = [], withClause, whereClause } = statement;
  if (!relation) return [];
  const scope = scopeOf(relation, fromClause, withClause, outer);
  return [write('update', 'update', relation, targets(targetList, scope, whereClause), place)];
}

function deletion({ relation }: DeleteStmt, place: SqlLocation): SqlWrite[] {
  return relation ? [write('delete', 'delete', relation, null, place)] : [];
}

function truncation({ relations = [], behavior }: TruncateStmt, place: SqlLocation): SqlWrite[] {
  return relations.flatMap(each =>
    'RangeVar' in each
      ? [
          {
            ...write('truncate', 'delete', each.RangeVar, null, place),
            cascades: behavior === 'DROP_CASCADE',
          },
        ]
      : [],
  );
}

function copy({ relation, attlist, is_from: reads }: CopyStmt, place: SqlLocation): SqlWrite[] {
  if (!relation || !reads) return [];
  const columns = attlist ? namesIn(attlist).map(name => ({ name, how: 'sets' as const })) : null;
  return [write('copy', 'insert', relation, columns, place)];
}

const actions: Record<string, Action> = { CMD_INSERT: 'insert', CMD_UPDATE: 'update', CMD_DELETE: 'delete' };

function merge(statement: MergeStmt, place: SqlLocation, outer: Scope['queries']): SqlWrite[] {
  const { relation, sourceRelation, mergeWhenClauses = [], withClause } = statement;
  if (!relation) return [];
  const scope = scopeOf(relation, sourceRelation ? [sourceRelation] : [], withClause, outer);
  return mergeWhenClauses.flatMap(clause => {
    if (!('MergeWhenClause' in clause)) return [];
    const { commandType, targetList, values = [], condition } = clause.MergeWhenClause;
    const action = actions[commandType ?? ''];
    if (!action) return [];
    if (action === 'delete') return [write('merge', action, relation, null, place)];
    const columns =
      action === 'update'
        ? targets(targetList, scope, condition)
        : targetList
          ? given(targetList, values, scope)
          : null;
    return [write('merge', action, relation, columns, place)];
  });
}

/** The assignments of SET; in `(a, b) = (x, y)` each column has its own value. */
function targets(list: readonly Node[] | undefined, scope: Scope, where?: Node): SqlColumn[] {
  return (list ?? []).flatMap(each => {
    if (!('ResTarget' in each) || each.ResTarget.name === undefined) return [];
    const { name, val } = each.ResTarget;
    return [assigned(name, val && ownPart(val), scope, where)];
  });
}

function ownPart(value: Node): Node {
  if (!('MultiAssignRef' in value)) return value;
  const { source, colno = 1 } = value.MultiAssignRef;
  if (source && 'RowExpr' in source) return source.RowExpr.args?.[colno - 1] ?? value;
  if (source && 'SubLink' in source) {
    const query = source.SubLink.subselect;
    if (query && 'SelectStmt' in query && query.SelectStmt.targetList) {
      const target = query.SelectStmt.targetList[colno - 1];
      return {
        SubLink: {
          ...source.SubLink,
          subselect: { SelectStmt: { ...query.SelectStmt, targetList: target ? [target] : [] } },
        },
      };
    }
  }
  return value;
}

/** The columns of an INSERT with their values. A new row has no old value, so nothing is added to. */
function given(columns: readonly Node[], values: readonly Node[], scope: Scope): SqlColumn[] {
  return columns.flatMap((column, index) =>
    'ResTarget' in column && column.ResTarget.name !== undefined
      ? [start(column.ResTarget.name, values[index], scope)]
      : [],
  );
}

// A new row that begins with its default begins as every row does.
function start(column: string, value: Node | undefined, scope: Scope): SqlColumn {
  const isDefault = value !== undefined && 'SetToDefault' in value;
  return isDefault ? { name: column, how: 'zero' } : assigned(column, value, { ...scope, own: [] });
}

function scopeOf(
  relation: RangeVar,
  from: readonly Node[],
  with_: WithClause | undefined,
  outer: Scope['queries'],
): Scope {
  const own = relation.alias?.aliasname ?? relation.relname ?? '';
  const queries = new Map([...outer, ...queriesNamed(with_), ...queriesOf(from)]);
  // `FROM counted c`, if WITH defines `counted`.
  for (const node of from) {
    if (!('RangeVar' in node)) continue;
    const { relname = '', alias } = node.RangeVar;
    const query = queries.get(relname);
    if (query && alias?.aliasname) queries.set(alias.aliasname, query);
  }
  return { own: [own], queries };
}

/** The queries of WITH by their names. */
export function queriesNamed(clause: WithClause | undefined): [string, SelectStmt][] {
  return (clause?.ctes ?? []).flatMap((each): [string, SelectStmt][] => {
    if (!('CommonTableExpr' in each)) return [];
    const { ctename, ctequery, aliascolnames } = each.CommonTableExpr;
    if (!ctename || !ctequery || !('SelectStmt' in ctequery)) return [];
    return [[ctename, renamed(ctequery.SelectStmt, aliascolnames)]];
  });
}
