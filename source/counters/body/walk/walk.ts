import type { Node } from 'libpg-query';
import type { Step } from '../../../sql/body/steps.ts';
import type { Change } from '../change.ts';
import { type Altered, anyOf, type Expression, isValue, notTrue, type Row, value } from '../expression.ts';
import { readExpression } from '../expressions.ts';
import { readQuery } from '../queries.ts';
import { lookedUp, opaque, type Scope, type Surroundings } from '../scope.ts';
import { runStatement } from '../statements.ts';
import type { State } from '../variables.ts';
import type { ReadRoutine, Start } from '../world.ts';
import { assign, assignRow, assignUnknown } from './assign.ts';
import { walkBlock } from './block.ts';
import { walkCalled, walkCalledFor } from './called.ts';
import { walkChoice } from './choice.ts';
import { apart } from './conditions.ts';
import { isMetWhereNotFound, setFound } from './found.ts';
import { Frames } from './frames.ts';
import { isLocked, locksOf } from './locks.ts';
import { walkLoop } from './loop.ts';
import { Returns } from './returns.ts';
import { onlyRaises, withVetoes } from './step-ways.ts';
import type { Context, Walking } from './walking.ts';

/** Goes through a body, step by step. What happens there is added to the outcome of its context. */
export class Walk implements Walking {
  readonly read: ReadRoutine;
  readonly start: Start;
  readonly around: Surroundings;
  readonly frames = new Frames();
  context: Context;
  state: State;
  line = 0;
  readonly #returns: Returns;
  /** The length of the path before the body. */
  #base = 0;

  constructor(read: ReadRoutine, start: Start, context: Context) {
    this.read = read;
    this.start = start;
    this.context = context;
    this.state = { variables: new Map(start.variables), path: [] };
    this.#returns = new Returns(start);
    const { routine } = read;
    this.around = {
      table: (schema, name) => context.world.table(schema, name, routine),
      call: (schema, name, args, when) =>
        when
          ? walkCalledFor(this, when, () => walkCalled(this, schema, name, args))
          : walkCalled(this, schema, name, args),
      query: readQuery,
      next: context.next,
    };
  }

  /** What is asked where it is. */
  condition(when: Node): Expression {
    return readExpression(when, this.scope());
  }

  /** Walks the body; returns what the routine gives, if that is known. */
  run(path: readonly Expression[]): Expression | undefined {
    const { body, routine } = this.read;
    if (body.problem !== null) {
      this.context.outcome.problems.push({ routine: routine.identity, message: body.problem });
      return undefined;
    }
    this.state.path = [...path];
    this.#base = path.length;
    for (const name of body.variables) {
      if (!this.state.variables.has(name)) this.state.variables.set(name, { value: value(null) });
    }
    this.steps(this.start.lets ? withVetoes(body.steps) : body.steps);
    return this.#returns.result();
  }

  enter(
    read: ReadRoutine,
    start: Start,
    context: Context,
    path: readonly Expression[],
  ): Expression | undefined {
    return new Walk(read, start, context).run(path);
  }

  scope(): Scope {
    return {
      entries: [],
      outer: null,
      queries: this.start.queries,
      variables: this.state.variables,
      around: this.around,
    };
  }

  steps(steps: readonly Step[]): Expression {
    let ended: Expression = value(false);
    for (const [place, step] of steps.entries()) {
      const first = this.context.outcome.changes.length;
      const ends = this.#step(step, place === steps.length - 1);
      if (step.kind === 'statement' && (step.strict || this.#demands(steps[place + 1])))
        for (const each of this.context.outcome.changes.slice(first))
          each.demanded ??= isMain(step.node, each);
      if (isValue(ends, false)) continue;
      ended = anyOf([ended, ends]);
      if (isValue(ends, true)) return value(true);
      const passed = apart(notTrue(ends));
      if (onlyRaises([step])) this.context.outcome.unraised.add(passed);
      this.state.path = [...this.state.path, passed];
    }
    return ended;
  }

  /** IF NOT FOUND THEN RAISE. */
  #demands(next: Step | undefined): boolean {
    const [branch] = next?.kind === 'choice' ? next.branches : [];
    if (!branch || !onlyRaises(branch.steps) || branch.steps.at(-1)?.kind !== 'raise') return false;
    return isMetWhereNotFound(readExpression(branch.when, this.scope()));
  }

  #step(step: Step, last: boolean): Expression {
    this.line = step.line;
    switch (step.kind) {
      case 'assign':
        assign(this, step.target, readExpression(step.value, this.scope()), step.line);
        return value(false);
      case 'row-count':
        assign(this, step.target, this.#rowCount(), step.line);
        return value(false);
      case 'statement':
        this.#statement(step, last);
        return value(false);
      case 'choice':
        return walkChoice(this, step);
      case 'loop':
        return this.frames.inside({ label: step.label, isLoop: true }, this.state, frame =>
          walkLoop(this, step, frame),
        );
      case 'block':
        return this.frames.inside({ label: step.label, isLoop: step.again }, this.state, frame =>
          walkBlock(this, step, frame),
        );
      case 'return': {
        const given = readExpression(step.value, this.scope());
        if (this.#returns.isVeto(given)) this.#veto(isValue(given, null) ? 'NULL' : 'OLD');
        this.#give(given);
        this.frames.end(this.state.path);
        return value(true);
      }
      case 'raise':
        if (step.veto) {
          this.#veto('NULL');
          this.frames.end(this.state.path);
        } else if (!this.frames.raise(step.as ?? null, this.state.path)) this.context.outcome.refuses = true;
        return value(true);
      case 'leave':
        this.frames.leave(step, this.state, this.context.held.locks);
        return value(true);
      case 'dynamic':
        this.context.outcome.dynamic.push({
          place: this.#place(),
          text: readExpression(step.text, this.scope()),
          table: this.start.own?.name ?? null,
        });
        if (step.target) assignUnknown(this, step.target);
        return value(false);
    }
  }

  #statement(step: Extract<Step, { kind: 'statement' }>, last: boolean): void {
    const { node, into, strict } = step;
    const { changes, insertions } = this.context.outcome;
    const [first, firstStored] = [changes.length, insertions.length];
    const { held, unclear } = this.context;
    const before = held.locks;
    const rows = runStatement(
      node,
      this.scope(),
      { path: this.state.path, repeated: this.context.loops > 0, place: this.#place() },
      this.context.outcome,
    );
    for (const each of changes.slice(first)) if (isLocked(before, each)) each.locked = true;
    this.#returns.changed(changes.slice(first), this.state.path);
    if (unclear !== null) for (const each of changes.slice(first)) each.unclear ??= unclear;
    held.locks = new Set([...held.locks, ...locksOf(node, this.scope())]);
    // RETURNING ... INTO fails where several rows are deleted.
    if (into && 'DeleteStmt' in node && !node.DeleteStmt.withClause)
      for (const each of insertions.slice(firstStored)) each.several = false;
    if (into) assignRow(this, into, strict ? rows : rows.map(firstOf), 'looked up');
    else if (last && this.read.routine.language === 'sql') this.#give(resultOf(rows));
    setFound(this, node, rows);
  }

  /** How many rows the last INSERT made, as an aggregate over them. */
  #rowCount(): Expression {
    const last = this.context.outcome.insertions.at(-1);
    if (!last) return opaque('the number of rows');
    return {
      kind: 'aggregate',
      name: 'count',
      arg: null,
      distinct: false,
      conditions: [],
      sources: [last.source],
    };
  }

  #give(given: Expression): void {
    this.#returns.give(given, this.state.path.slice(this.#base));
  }

  #veto(gives: 'NULL' | 'OLD'): void {
    this.#returns.veto(this.context.outcome, this.#place(), this.state.path, gives);
  }

  #place() {
    return { routine: this.read.routine.identity, line: this.line };
  }
}

/** Whether a change is that of the statement itself, not of its WITH or of a function that it calls. */
function isMain(node: Node, { within: called }: Change): boolean {
  const [statement] = Object.values(node as Record<string, { withClause?: unknown }>);
  return called === undefined && statement?.withClause === undefined;
}

/** INTO without STRICT leaves all rows but the first. */
const firstOf = (row: Row): Row => ({ ...row, altered: [...(row.altered ?? []), cutByInto] });
const cutByInto: Altered = { kind: 'altered', by: 'INTO', how: 'cuts', args: [] };

/** What a query gives where it gives one row. */
function resultOf(rows: readonly Row[]): Expression {
  const [row, more] = rows;
  const found = row?.columns[0]?.value;
  if (!row || more || !found) return opaque('a query');
  return lookedUp(row, found);
}
