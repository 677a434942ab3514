import type { Node } from 'libpg-query';
import type { Step } from '../../../sql/body/steps.ts';
import { type Expression, type Row, value } from '../expression.ts';
import { roundOf } from '../queries.ts';
import { opaque } from '../scope.ts';
import { cutsOf, runStatement } from '../statements.ts';
import { assignRow, assignUnknown, forget } from './assign.ts';
import type { Frame } from './frames.ts';
import type { Walking } from './walking.ts';

/** A loop: walks one round for each way in which its query gives rows. Returns the condition under which the body ends in it. */
export function walkLoop(walk: Walking, step: Extract<Step, { kind: 'loop' }>, frame: Frame): Expression {
  const { target, query, steps, line } = step;
  const before = walk.state;
  const rows = query && 'SelectStmt' in query ? rowsOf(walk, query, line) : [null];
  if (query && !('SelectStmt' in query)) rowsOf(walk, query, line);
  const around = walk.context;
  const { outcome } = around;
  const { locks: locked } = around.held;
  const begun = outcome.changes.length;
  // A round begins with what the one before it left.
  forget(walk, [step]);
  const { variables } = walk.state;
  for (const row of rows) {
    const round = row && roundOf(row);
    // Of records that are alike it meets one, as a statement does that joins them.
    walk.context = { ...around, loops: around.loops + (round?.by ? 0 : 1) };
    walk.state = {
      variables: new Map(variables),
      path: [...before.path, ...(row ? [...row.conditions, ...cutsOf(row)] : [opaque('a loop')])],
    };
    if (target && row) assignRow(walk, target, [row], 'at hand');
    else if (target) assignUnknown(walk, target);
    const first = outcome.changes.length;
    walk.steps(steps);
    for (const each of outcome.changes.slice(first)) {
      if (row?.groups) each.groups = [...(each.groups ?? []), ...row.groups];
      if (row?.outer) each.outer = [...(each.outer ?? []), ...row.outer];
      if (round) each.rounds = [...(each.rounds ?? []), round];
    }
  }
  walk.state = { path: before.path, variables };
  walk.context = around;
  // It may not have gone round once.
  around.held.locks = locked;
  const { left, over } = frame;
  // It may end before it has met every row.
  if (left.length > 0 || over.length > 0) doubtRounds(walk, begun);
  return over.length > 0 ? opaque('a loop') : value(false);
}

/** The rows that a loop goes through; what its statement writes is written. */
function rowsOf(walk: Walking, query: Node, line: number): Row[] {
  const { context, read, state } = walk;
  const place = { routine: read.routine.identity, line };
  const standing = { path: state.path, repeated: context.loops > 0, place };
  return runStatement(query, walk.scope(), standing, context.outcome);
}

/** Notes that changes since then were made in a loop whose number of rounds is not known. */
export function doubtRounds({ context: { outcome } }: Walking, first: number): void {
  for (const each of outcome.changes.slice(first)) each.conditions = [...each.conditions, opaque('a loop')];
}
