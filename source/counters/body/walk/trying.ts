import type { A_Expr, FuncCall, InsertStmt, Node, TypeCast } from 'libpg-query';
import type { Handler, Step } from '../../../sql/body/steps.ts';
import { nameOf, tableName } from '../../../sql/names.ts';
import type { CatalogRoutine, CatalogTable } from '../../catalog.ts';
import type { Insertion } from '../change.ts';
import { counted } from '../expression.ts';
import { deepest, type World } from '../world.ts';
import { raises } from './step-ways.ts';

/** What a block stands in. */
interface Around {
  /** It stands in a function, which stores records itself and tells its caller what happened. */
  isFunction: boolean;
  table(schema: string | null, name: string): CatalogTable | undefined;
  /** Whether a function of the application raises errors or inserts rows. */
  mayFail(schema: string | null, name: string): boolean;
}

// What comes of others at work, at any moment, and not of what is asked for.
const ofOthers =
  /^(?:lock_not_available|deadlock_detected|serialization_failure|query_canceled|55P03|40P01|40001|57014)$/i;
const ofKeys = /^(?:unique_violation|23505)$/i;
// These are known by what stands in the block.
const ofBlock = /^(?:others|raise_exception|P0001)$/i;

const ofRaise: ReadonlySet<string> = new Set(['raise_exception', 'p0001', 'plpgsql_error', 'p0000']);
// Neither of these is one of the others.
const noOther: ReadonlySet<string> = new Set(['query_canceled', '57014', 'assert_failure', 'p0004']);
const isCode = (name: string) => /^[\da-z]{5}$/.test(name) && /\d/.test(name);
// Names of whole classes of errors, which end in 000.
const ofClass =
  /^(?:transaction_rollback|integrity_constraint_violation|data_exception|syntax_error_or_access_rule_violation|insufficient_resources|program_limit_exceeded|object_not_in_prerequisite_state|operator_intervention|system_error|plpgsql_error|connection_exception|invalid_transaction_state|no_data)$/;

/** Whether handlers catch an error that RAISE names so; null where that is not known. */
export function catching(handlers: readonly Handler[], as: string | null): 'yes' | 'no' | 'perhaps' {
  const given = as?.toLowerCase() ?? null;
  const answers = handlers
    .flatMap(({ conditions }) => conditions)
    .map(condition => {
      const wanted = condition.toLowerCase();
      if (given === wanted) return 'yes';
      if (wanted === 'others') return noOther.has(given ?? '') ? 'no' : 'yes';
      if (given === null) return 'perhaps';
      if (ofRaise.has(given) || ofRaise.has(wanted))
        return ofRaise.has(given) && ofRaise.has(wanted) ? 'yes' : 'no';
      return isCode(given) !== isCode(wanted) || isCode(wanted) || ofClass.test(wanted) ? 'perhaps' : 'no';
    });
  return answers.includes('yes') ? 'yes' : answers.includes('perhaps') ? 'perhaps' : 'no';
}

/** Whether handlers catch what comes of others at work alone. */
export function catchesOthersAlone(handlers: readonly Handler[]): boolean {
  return handlers.every(({ conditions }) => conditions.every(each => ofOthers.test(each)));
}

/**
 * Whether a block is written to fail at times, so that an error which its handlers catch is a way through the body like others: an
 * INSERT that meets a unique key, a cast of what may be no number. Else an error is an accident.
 */
export function isTried(steps: readonly Step[], handlers: readonly Handler[], around: Around): boolean {
  if (catchesOthersAlone(handlers)) return false;
  const { inserts, calls, strict, returns, risks } = contentsOf(steps);
  if (around.isFunction && (inserts.length > 0 || returns)) return true;
  if (strict || risks || calls.some(({ schema, name }) => around.mayFail(schema, name))) return true;
  const conditions = handlers.flatMap(each => each.conditions).filter(each => !ofOthers.test(each));
  if (conditions.some(each => !ofKeys.test(each) && !ofBlock.test(each))) return true;
  if (inserts.length === 0) return conditions.some(each => ofKeys.test(each));
  return inserts.some(each => meetsKey(each, around));
}

const ofNumber = /^(?:no_data_found|too_many_rows|P0002|P0003)$/i;

/** Whether a block only asks for the one new or old record of a statement, and its handlers are for another number of them. */
export function asksForOne(
  [step, more]: readonly Step[],
  handlers: readonly Handler[],
  isTransition: (name: string) => boolean,
): boolean {
  if (step?.kind !== 'statement' || more || !step.strict || !('SelectStmt' in step.node)) return false;
  const { fromClause: [from, another] = [], whereClause } = step.node.SelectStmt;
  if (!from || another || whereClause || !('RangeVar' in from) || !isTransition(from.RangeVar.relname ?? ''))
    return false;
  return handlers.every(({ conditions }) => conditions.every(each => ofNumber.test(each)));
}

/** Whether a row that is inserted may have a key that another row has. */
function meetsKey({ relation, cols, onConflictClause }: InsertStmt, around: Around): boolean {
  if (onConflictClause) return false;
  const { schema, name } = relation ? tableName(relation) : { schema: null, name: '' };
  const table = around.table(schema, name);
  const given = (cols ?? []).flatMap(each => ('ResTarget' in each ? (each.ResTarget.name ?? '') : []));
  return !table || table.unique.some(key => given.length === 0 || key.some(column => given.includes(column)));
}

/** Whether a row may be refused: something may be NULL that must not be, or no such row be there that it refers to. */
export function mayBeRefused({ source, table, values }: Insertion): boolean {
  if (source.kind !== 'inserted') return false;
  return values.some(({ column: name, value: given }) => {
    if (given.kind === 'value') return given.value === null && isNeeded(table, name);
    if (isNeeded(table, name) && counted(given).length > 0) return true;
    const [reference] = table.references.filter(({ columns }) => columns.includes(name));
    if (!reference || given.kind !== 'column') return false;
    const { source: from, column: own } = given;
    const isSame =
      (from.table.oid === reference.table && reference.targets.includes(own)) ||
      from.table.references.some(each => each.table === reference.table && each.columns.includes(own));
    return !isSame;
  });
}

const isNeeded = ({ columns }: CatalogTable, name: string) =>
  columns.some(each => each.name === name && !each.nullable);

/** The tables into which steps insert rows. */
export function tablesFilled(steps: readonly Step[], table: Around['table']): CatalogTable[] {
  return contentsOf(steps).inserts.flatMap(({ relation }) => {
    const { schema, name } = relation ? tableName(relation) : { schema: null, name: '' };
    return table(schema, name) ?? [];
  });
}

/** Whether it may be no number, or 0. */
const isRisky = (node: Node | undefined) => node !== undefined && !('A_Const' in node);

const isText = ({ typeName }: TypeCast) => /^(?:text|varchar)$/.test(nameOf(typeName?.names).name);

/** What steps do, at any depth. */
function contentsOf(steps: readonly Step[]) {
  const found = {
    inserts: [] as InsertStmt[],
    calls: [] as ReturnType<typeof nameOf>[],
    strict: false,
    returns: false,
    risks: false,
  };
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    const step = each as Partial<Step> & {
      InsertStmt?: InsertStmt;
      FuncCall?: FuncCall;
      funccall?: FuncCall;
      TypeCast?: TypeCast;
      A_Expr?: A_Expr;
    };
    if (step.InsertStmt) found.inserts.push(step.InsertStmt);
    const call = step.FuncCall ?? step.funccall;
    if (call) found.calls.push(nameOf(call.funcname));
    if (step.TypeCast && !isText(step.TypeCast) && isRisky(step.TypeCast.arg)) found.risks = true;
    if (step.A_Expr && /^[/%]$/.test(nameOf(step.A_Expr.name).name) && isRisky(step.A_Expr.rexpr))
      found.risks = true;
    if (step.kind === 'statement' && step.strict) found.strict = true;
    if (step.kind === 'assign' && step.checked && step.value && isRisky(step.value)) found.risks = true;
    if (step.kind === 'return') found.returns = true;
    for (const inner of Object.values(each)) visit(inner);
  };
  visit(steps);
  return found;
}

/** Whether a routine of the application, or one that it calls, raises errors or inserts rows. True if calls are nested too deeply to tell. */
export function mayFail(
  schema: string | null,
  name: string,
  from: CatalogRoutine,
  world: World,
  depth = deepest,
): boolean {
  return world.routines(schema, name, from).some(each => {
    const { steps = [] } = world.body(each)?.body ?? {};
    const { inserts, calls } = contentsOf(steps);
    return (
      depth === 0 ||
      raises(steps) ||
      inserts.length > 0 ||
      calls.some(call => mayFail(call.schema, call.name, each, world, depth - 1))
    );
  });
}
