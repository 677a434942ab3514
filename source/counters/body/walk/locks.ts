import type { InsertStmt, Node, RangeVar, SelectStmt } from 'libpg-query';
import { tableName } from '../../../sql/names.ts';
import type { Change } from '../change.ts';
import { type Expression, keyOf, type Source, sourceKey, within } from '../expression.ts';
import { readExpression } from '../expressions.ts';
import { rowOf, type Scope, withEntries } from '../scope.ts';
import { areSingle } from '../single.ts';

/**
 * What sessions wait for in turn: anything, such as an advisory lock of a constant, or rows of a table, as its oid and what they are found
 * by: the columns of records, arguments and constants in WHERE. Without WHERE these are all rows. Other advisory locks have what their
 * numbers are made of.
 */
export type Lock = 'anything' | `${number | typeof advisory} ${string}`;

const advisory = 'advisory';

/** Whether one of these locks is of the row that a change writes. */
export function isLocked(
  locks: ReadonlySet<Lock>,
  { target, conditions }: Pick<Change, 'target' | 'conditions'>,
): boolean {
  if (locks.has('anything')) return true;
  const own = foundBy(conditions.filter(each => mentionsSource(each, target)));
  return [...locks].some(lock => {
    const [oid, ...names] = lock.split(' ');
    // What it is made of besides may differ from record to record.
    if (oid === advisory) return names.every(name => own.includes(name));
    return (
      Number(oid) === target.table.oid &&
      (names.join(' ') === every || own.every(name => names.includes(name)))
    );
  });
}

const every = '*';

const mentionsSource = (each: Expression, source: Source) =>
  [...within(each)].some(inner => 'source' in inner && sourceKey(inner.source) === sourceKey(source));

/** Whether every session means the same by this: constants, of which nothing depends on the record or on who calls. */
function isFixed(asked: readonly Expression[]): boolean {
  return asked.every(each =>
    [...within(each)].every(inner => {
      if (inner.kind === 'argument' || inner.kind === 'opaque' || isOwn(inner)) return false;
      return inner.kind !== 'column' || (inner.source.kind !== 'new' && inner.source.kind !== 'old');
    }),
  );
}

/** What each session may have of its own, such as random(). */
const isOwn = (each: Expression) => each.kind === 'session' && !each.fixed && each.name !== 'TG_RELID';

/** What rows are found by, as names without spaces. */
function foundBy(conditions: readonly Expression[]): string[] {
  const names = conditions.flatMap(each =>
    [...within(each)].flatMap(inner => {
      if (inner.kind === 'column' && (inner.source.kind === 'new' || inner.source.kind === 'old'))
        return `${inner.source.kind}.${inner.column}`;
      if (inner.kind === 'argument') return `argument.${inner.name}`;
      return inner.kind === 'value' || inner.kind === 'opaque' ? keyOf(inner) : [];
    }),
  );
  return [...new Set(names)].map(name => name.replaceAll(' ', '_')).toSorted();
}

// Modes of LOCK TABLE that two transactions cannot have at once.
const exclusive: ReadonlySet<number> = new Set([4, 6, 7, 8]);
const exclusively: ReadonlySet<string> = new Set(['LCS_FORUPDATE', 'LCS_FORNOKEYUPDATE']);

/** The locks that a statement leaves behind for the rest of its transaction: what comes after it sees what others have committed. */
export function locksOf(node: Node, scope: Scope): Lock[] {
  // What it calls was called where the statement was read.
  const quiet = { ...scope, around: { ...scope.around, call: () => undefined } };
  const rowsOf = (relation: RangeVar | undefined, where: readonly (Node | undefined)[]): Lock[] => {
    const { schema, name } = relation ? tableName(relation) : { schema: null, name: '' };
    const table = scope.around.table(schema, name);
    if (!table) return [];
    const source: Source = { kind: 'table', table, id: scope.around.next() };
    const inner = withEntries(quiet, [
      { alias: relation?.alias?.aliasname ?? table.name, row: rowOf(source), source },
    ]);
    const asked = where.flatMap(each => (each ? [readExpression(each, inner)] : []));
    // One row that is always the same.
    if (asked.length > 0 && isFixed(asked) && areSingle([source], asked)) return ['anything'];
    return [`${table.oid} ${asked.length === 0 ? every : foundBy(asked).join(' ')}`];
  };
  if ('UpdateStmt' in node) return rowsOf(node.UpdateStmt.relation, [node.UpdateStmt.whereClause]);
  if ('InsertStmt' in node)
    return node.InsertStmt.onConflictClause?.action === 'ONCONFLICT_UPDATE'
      ? rowsOf(node.InsertStmt.relation, valuesOf(node.InsertStmt))
      : [];
  if ('LockStmt' in node) return exclusive.has(node.LockStmt.mode ?? 0) ? ['anything'] : [];
  if (!('SelectStmt' in node)) return [];
  const called = lockCalls(node.SelectStmt).map((args): Lock => {
    const given = args.map(each => readExpression(each, quiet));
    const names = foundBy(given).filter(name => /^(?:new|old|argument)\./.test(name));
    if (given.some(each => [...within(each)].some(isOwn))) names.push('session');
    return names.length === 0 ? 'anything' : `${advisory} ${names.join(' ')}`;
  });
  if (called.length > 0) return called;
  const isLocking = (node.SelectStmt.lockingClause ?? []).some(
    each =>
      'LockingClause' in each &&
      exclusively.has(each.LockingClause.strength ?? '') &&
      each.LockingClause.waitPolicy !== 'LockWaitSkip',
  );
  if (!isLocking) return [];
  const { fromClause = [], whereClause } = node.SelectStmt;
  return fromClause.flatMap(each => ('RangeVar' in each ? rowsOf(each.RangeVar, [whereClause]) : []));
}

/** What an INSERT gives its row; a query that cannot be told is found by nothing that a change is found by. */
function valuesOf({ selectStmt }: InsertStmt): Node[] {
  const query = selectStmt && 'SelectStmt' in selectStmt ? selectStmt.SelectStmt : {};
  const lists = (query.valuesLists ?? []).flatMap(each => ('List' in each ? (each.List.items ?? []) : []));
  const targets = (query.targetList ?? []).flatMap(each =>
    'ResTarget' in each ? (each.ResTarget.val ?? []) : [],
  );
  return [...lists, ...targets];
}

/** What is given to each call that takes an advisory lock. */
function lockCalls({ targetList = [] }: SelectStmt): Node[][] {
  return targetList.flatMap(each => {
    const called = 'ResTarget' in each ? each.ResTarget.val : undefined;
    if (!called || !('FuncCall' in called)) return [];
    const name = (called.FuncCall.funcname ?? []).at(-1);
    const isLock =
      name !== undefined && 'String' in name && /^pg_advisory_(?:xact_)?lock$/.test(name.String.sval ?? '');
    return isLock ? [called.FuncCall.args ?? []] : [];
  });
}
