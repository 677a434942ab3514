import type { FuncCall, Node, SelectStmt, WithClause } from 'libpg-query';
import { namedBy } from './body/named.ts';
import { createdBy } from './creates.ts';
import { equalitiesOf } from './equalities.ts';
import { jobOf } from './jobs.ts';
import { nameOf } from './names.ts';
import { emptyReading, type SqlCall, type SqlReading } from './sql-effects.ts';
import type { SqlLocation } from './sql-location.ts';
import type { ReadBody } from './sql-reader.ts';
import { filledBy, queriesNamed, writesOf } from './writes.ts';

/** What one parsed statement does. The body of a routine that it creates is read by `readBody`. */
export function readStatement(statement: Node, place: SqlLocation, bodies: ReadBody): SqlReading {
  const reading = emptyReading();
  visit(statement, place, bodies, new Map(), reading);
  Object.assign(reading, equalitiesOf(statement));
  const targets = 'SelectStmt' in statement ? (statement.SelectStmt.targetList ?? []) : [];
  for (const target of targets) {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (!value || !('FuncCall' in value)) continue;
    const offset = place.offset(value.FuncCall.location ?? 0);
    for (const call of reading.calls) call.performed ||= call.offset === offset;
  }
  return reading;
}

function visit(
  value: unknown,
  place: SqlLocation,
  bodies: ReadBody,
  queries: ReadonlyMap<string, SelectStmt>,
  into: SqlReading,
): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, place, bodies, queries, into);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  const created = createdBy(node, place, bodies, inner => readStatement(inner, place, bodies));
  if (created) {
    into.creates.push(...created);
    return;
  }
  into.writes.push(...writesOf(node, place, queries));
  const filled = filledBy(node, place);
  if (filled) into.creates.push(filled);
  if ('RangeVar' in node) {
    const { schemaname = null, relname = '' } = node.RangeVar;
    into.reads.push({ schema: schemaname, name: relname });
  }
  if ('FuncCall' in node) {
    const call = callOf(node.FuncCall, place, false);
    into.calls.push(call);
    const job = jobOf(call, place, bodies);
    if (job) into.creates.push(job);
  }
  // CALL has its function without the wrapper that other nodes have.
  if ('CallStmt' in node && node.CallStmt.funccall)
    into.calls.push(callOf(node.CallStmt.funccall, place, true));
  into.named.push(...namedBy(node));
  noteAlso(node, into);
  const named = Object.values(node).flatMap(each =>
    queriesNamed((each as { withClause?: WithClause } | null)?.withClause),
  );
  const inner = named.length > 0 ? new Map([...queries, ...named]) : queries;
  for (const each of Object.values(node)) visit(each, place, bodies, inner, into);
}

function callOf(
  { funcname, args = [], location = 0 }: FuncCall,
  place: SqlLocation,
  performed: boolean,
): SqlCall {
  return {
    ...nameOf(funcname),
    offset: place.offset(location),
    literals: args.map(literalOf),
    performed,
  };
}

function literalOf(node: Node): string | null {
  if ('TypeCast' in node && node.TypeCast.arg) return literalOf(node.TypeCast.arg);
  if ('NamedArgExpr' in node && node.NamedArgExpr.arg) return literalOf(node.NamedArgExpr.arg);
  if (!('A_Const' in node)) return null;
  const { sval, boolval } = node.A_Const;
  return boolval ? String(boolval.boolval ?? false) : (sval?.sval ?? null);
}

function noteAlso(node: Node, { also }: SqlReading): void {
  const note = (what: SqlReading['also'][number]) => {
    if (!also.includes(what)) also.push(what);
  };
  if ('NotifyStmt' in node) note('notifies');
  if ('CheckPointStmt' in node) note('checkpoints');
  if ('LoadStmt' in node) note('loads');
  if ('SQLValueFunction' in node && asksRole.has(node.SQLValueFunction.op ?? '')) note('role');
  if ('CopyStmt' in node && node.CopyStmt.is_program) note('program');
  else if ('CopyStmt' in node && node.CopyStmt.filename !== undefined) note('file');
}

const asksRole: ReadonlySet<string> = new Set(['SVFOP_CURRENT_USER', 'SVFOP_CURRENT_ROLE', 'SVFOP_USER']);
