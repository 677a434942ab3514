import type { Node, SelectStmt } from 'libpg-query';
import { tableName } from '../../sql/names.ts';
import type { Scope } from './scope.ts';

/** What sessions wait for in turn: the oid of a table whose rows are locked, or anything, such as an advisory lock. */
export type Lock = number | 'anything';

// Modes of LOCK TABLE that two transactions cannot have at once.
const exclusive: ReadonlySet<number> = new Set([4, 6, 7, 8]);
const exclusively: ReadonlySet<string> = new Set(['LCS_FORUPDATE', 'LCS_FORNOKEYUPDATE']);

/** The locks that a statement leaves behind for the rest of its transaction: what comes after it sees what others have committed. */
export function locksOf(node: Node, scope: Scope): Lock[] {
  const oidOf = (relation: Parameters<typeof tableName>[0] | undefined): Lock[] => {
    const { schema, name } = relation ? tableName(relation) : { schema: null, name: '' };
    const oid = scope.around.table(schema, name)?.oid;
    return oid === undefined ? [] : [oid];
  };
  if ('UpdateStmt' in node) return oidOf(node.UpdateStmt.relation);
  if ('InsertStmt' in node)
    return node.InsertStmt.onConflictClause?.action === 'ONCONFLICT_UPDATE'
      ? oidOf(node.InsertStmt.relation)
      : [];
  if ('LockStmt' in node) return exclusive.has(node.LockStmt.mode ?? 0) ? ['anything'] : [];
  if (!('SelectStmt' in node)) return [];
  if (callsLock(node.SelectStmt)) return ['anything'];
  const isLocking = (node.SelectStmt.lockingClause ?? []).some(
    each =>
      'LockingClause' in each &&
      exclusively.has(each.LockingClause.strength ?? '') &&
      each.LockingClause.waitPolicy !== 'LockWaitSkip',
  );
  if (!isLocking) return [];
  return (node.SelectStmt.fromClause ?? []).flatMap(each => ('RangeVar' in each ? oidOf(each.RangeVar) : []));
}

function callsLock({ targetList = [] }: SelectStmt): boolean {
  return targetList.some(each => {
    const called = 'ResTarget' in each ? each.ResTarget.val : undefined;
    if (!called || !('FuncCall' in called)) return false;
    const name = (called.FuncCall.funcname ?? []).at(-1);
    return (
      name !== undefined && 'String' in name && /^pg_advisory_(?:xact_)?lock$/.test(name.String.sval ?? '')
    );
  });
}
