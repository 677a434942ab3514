import type { Node } from 'libpg-query';
import type { BodySteps, Handler, IntoTarget, Step } from '../../sql/body/steps.ts';
import type { CatalogRoutine, CatalogTable } from '../catalog.ts';
import { decide } from '../condition/decide.ts';
import { assignedIn } from './assigned.ts';
import { type Given, parameterValues, routinesMeant } from './calls.ts';
import { type Change, emptyOutcome, type Outcome, type Place, placeText } from './change.ts';
import {
  type Altered,
  allOf,
  anyOf,
  choose,
  column,
  counted,
  type Expression,
  isLarge,
  isValue,
  keyOf,
  notTrue,
  type Row,
  type Source,
  sourceKey,
  value,
  within,
} from './expression.ts';
import { heldAs, readExpression } from './expressions.ts';
import { isLocked, type Lock, locksOf } from './locks.ts';
import { readQuery, roundOf } from './queries.ts';
import { type Called, lookedUp, opaque, type Scope, type Surroundings, type Variable } from './scope.ts';
import { cutsOf, runStatement } from './statements.ts';
import { onlyRaises, raises, withVetoes } from './step-ways.ts';

import {
  asksForOne,
  catchesOthersAlone,
  catching,
  contentsOf,
  isTried,
  mayBeRefused,
  tablesFilled,
} from './trying.ts';
import { isOpen, mergedVariables, open, unknownOf, type Variables, wholeOf } from './variables.ts';

/** A routine that has been read. */
export interface ReadRoutine {
  routine: CatalogRoutine;
  body: BodySteps;
}

/** What a body can reach. */
export interface World {
  /** The table that a name means in a routine. */
  table(schema: string | null, name: string, routine: CatalogRoutine): CatalogTable | undefined;
  /** The routines of the application that a name means in a routine, in the order of the search_path. */
  routines(schema: string | null, name: string, from: CatalogRoutine): readonly CatalogRoutine[];
  /** The body of a routine; undefined if it was not read. */
  body(routine: CatalogRoutine): ReadRoutine | undefined;
}

/** What a body begins with. */
export interface Start {
  variables: ReadonlyMap<string, Variable>;
  /** The transition tables. */
  queries: Scope['queries'];
  /** The table whose row a trigger may change before it is stored. */
  own: CatalogTable | null;
  /** What has to be true for the body to run: the WHEN of a trigger. */
  when: Node | null;
  /** The event happens only if the body returns the new row, or any row; missing where it does not ask. */
  lets?: 'new' | 'any';
}

const deepest = 5;

/** Goes through a body once, down every branch that the start does not rule out, and tells what it does to tables. */
export function interpret(read: ReadRoutine, start: Start, world: World): Outcome {
  const outcome = emptyOutcome();
  let last = 0;
  const walk = new Walk(read, start, {
    world,
    outcome,
    depth: 0,
    loops: 0,
    unclear: null,
    held: { locks: new Set() },
    next: () => ++last,
  });
  walk.run(start.when ? [walk.condition(start.when)] : []);
  doubtReset(outcome);
  return outcome;
}

/** Doubts what a BEFORE trigger changes by a column of NEW of which it stores something else. */
function doubtReset({ changes }: Outcome): void {
  for (const [order, set] of changes.entries()) {
    const path = set.conditions.filter(each => !mentionsSource(each, set.target)).map(keyOf);
    for (const [other, each] of changes.entries()) {
      const way = new Set(each.conditions.map(keyOf));
      // What is set before is what was asked for, unless that is asked on the way to it.
      if (order < other && !path.every(one => way.has(one))) continue;
      if (resets(set, each)) each.doubt ??= `line ${set.place.line} stores something else in ${set.column}`;
    }
  }
}

/** The same for what another trigger stores after it. */
export function doubtResetBy({ changes }: Outcome, trigger: string, later: Outcome): void {
  for (const set of later.changes)
    for (const each of changes)
      if (resets(set, each))
        each.doubt ??= `the trigger ${trigger} stores something else in ${set.column} after it`;
}

/** Whether a column of NEW is set to something else, by which a change is made that may happen with it. */
function resets(set: Change, each: Change): boolean {
  const { column: name, value: given } = set;
  const own = given.kind === 'column' && given.column === name && given.source.kind === 'new';
  if (set.verb !== 'assign' || each.verb === 'assign' || own) return false;
  const key = keyOf(given);
  const asks = (one: Expression) =>
    [...within(apartFrom(one, key))].some(
      inner => inner.kind === 'column' && inner.source.kind === 'new' && inner.column === name,
    );
  const path = set.conditions.filter(one => !mentionsSource(one, set.target)).map(keyOf);
  const way = new Set(each.conditions.map(keyOf));
  const isApart =
    set.conditions.some(one => way.has(keyOf(notTrue(one)))) ||
    each.conditions.some(one => path.includes(keyOf(notTrue(one))));
  return !isApart && [...each.conditions, each.value].some(asks);
}

const mentionsSource = (each: Expression, source: Source) =>
  [...within(each)].some(inner => inner.kind === 'column' && sourceKey(inner.source) === sourceKey(source));

/** An expression without what has this key. */
function apartFrom(each: Expression, key: string): Expression {
  return JSON.parse(
    JSON.stringify(each, (_, inner) =>
      typeof inner?.kind === 'string' && !('table' in inner) && keyOf(inner) === key ? value(true) : inner,
    ),
  ) as Expression;
}

interface Run {
  world: World;
  outcome: Outcome;
  depth: number;
  /** The loops around. */
  loops: number;
  /** In a routine that a call may mean: the call and the name, as the end of a sentence. */
  unclear: string | null;
  /** What is locked by now, whatever way was taken; shared with the routines that are called. */
  held: { locks: ReadonlySet<Lock> };
  next(): number;
}

/** Where the walk is: what variables hold, what is true, and under which condition it has already ended. */
interface State {
  variables: Variables;
  path: Expression[];
}

/** A block or a loop on the way, and how it is left. */
interface Frame {
  label: string | null;
  isLoop: boolean;
  /** What variables hold before it. */
  variables: Variables;
  /** The length of the path before it. */
  depth: number;
  /** Where EXIT leaves it. */
  left: { state: State; locks: ReadonlySet<Lock> }[];
  /** Where CONTINUE begins it again. */
  rounds: (readonly Expression[])[];
  /** What errors that are raised here are caught by it. */
  catches: readonly Handler[];
  /** Which errors its handlers replace with others. */
  replaces: readonly Handler[];
  /** Where one of them is raised. */
  raised: (readonly Expression[])[];
  /** Where what stands behind it is not reached: RETURN, or EXIT of something around it. */
  over: (readonly Expression[])[];
}

class Walk {
  readonly #read: ReadRoutine;
  readonly #start: Start;
  #run: Run;
  readonly #returns: { when: Expression; value: Expression }[] = [];
  readonly #around: Surroundings;
  #state: State;
  #line = 0;
  /** The blocks and loops around, the innermost last. */
  readonly #frames: Frame[] = [];
  /** What was true on the way to each change. */
  readonly #ways = new Map<Change, readonly Expression[]>();

  constructor(read: ReadRoutine, start: Start, run: Run) {
    this.#read = read;
    this.#start = start;
    this.#run = run;
    this.#state = { variables: new Map(start.variables), path: [] };
    const { routine } = read;
    this.#around = {
      table: (schema, name) => run.world.table(schema, name, routine),
      call: (schema, name, args, when) =>
        when ? this.#callFor(when, () => this.#call(schema, name, args)) : this.#call(schema, name, args),
      query: readQuery,
      next: run.next,
    };
  }

  condition(when: Node): Expression {
    return readExpression(when, this.#scope());
  }

  /** Walks the body; returns what the routine gives, if that is known. */
  run(path: readonly Expression[]): Expression | undefined {
    const { body, routine } = this.#read;
    if (body.problem !== null) {
      this.#run.outcome.problems.push({ routine: routine.identity, message: body.problem });
      return undefined;
    }
    this.#state.path = [...path];
    for (const name of body.variables) {
      if (!this.#state.variables.has(name)) this.#state.variables.set(name, { value: value(null) });
    }
    const before = path.length;
    this.#steps(this.#start.lets ? withVetoes(body.steps) : body.steps, before);
    const [only, more] = this.#returns;
    if (!only) return undefined;
    if (!more) return only.value;
    const rest = this.#returns.slice(0, -1);
    return choose(
      rest.map(({ when, value: given }) => ({ when, result: given })),
      this.#returns.at(-1)?.value ?? value(null),
    );
  }

  #scope(): Scope {
    return {
      entries: [],
      outer: null,
      queries: this.#start.queries,
      variables: this.#state.variables,
      around: this.#around,
    };
  }

  /** Walks steps; returns the condition under which they have ended the body. */
  #steps(steps: readonly Step[], base: number): Expression {
    let ended: Expression = value(false);
    for (const [place, step] of steps.entries()) {
      const first = this.#run.outcome.changes.length;
      const ends = this.#step(step, base, place === steps.length - 1);
      if (step.kind === 'statement' && (step.strict || this.#demands(steps[place + 1])))
        for (const each of this.#run.outcome.changes.slice(first)) each.demanded ??= isMain(step.node, each);
      if (isValue(ends, false)) continue;
      ended = anyOf([ended, ends]);
      if (isValue(ends, true)) return value(true);
      const passed = apart(notTrue(ends));
      if (onlyRaises([step])) this.#run.outcome.unraised.add(passed);
      this.#state.path = [...this.#state.path, passed];
    }
    return ended;
  }

  /** IF NOT FOUND THEN RAISE. */
  #demands(next: Step | undefined): boolean {
    const [branch] = next?.kind === 'choice' ? next.branches : [];
    if (!branch || !onlyRaises(branch.steps) || branch.steps.at(-1)?.kind !== 'raise') return false;
    return isMetWhereNotFound(readExpression(branch.when, this.#scope()));
  }

  #step(step: Step, base: number, last: boolean): Expression {
    const place = { routine: this.#read.routine.identity, line: step.line };
    this.#line = step.line;
    switch (step.kind) {
      case 'assign':
        this.#assign(step.target, readExpression(step.value, this.#scope()), step.line);
        return value(false);
      case 'row-count':
        this.#assign(step.target, this.#rowCount(), step.line);
        return value(false);
      case 'statement': {
        const { changes, insertions } = this.#run.outcome;
        const [first, firstStored] = [changes.length, insertions.length];
        const { held } = this.#run;
        const before = held.locks;
        const rows = runStatement(
          step.node,
          this.#scope(),
          { path: this.#state.path, repeated: this.#run.loops > 0, place },
          this.#run.outcome,
        );
        for (const each of changes.slice(first)) if (isLocked(before, each)) each.locked = true;
        for (const each of changes.slice(first)) this.#ways.set(each, this.#state.path);
        if (this.#run.unclear !== null)
          for (const each of changes.slice(first)) each.unclear ??= this.#run.unclear;
        held.locks = new Set([...held.locks, ...locksOf(step.node, this.#scope())]);
        // RETURNING ... INTO fails where several rows are deleted.
        if (step.into && 'DeleteStmt' in step.node && !step.node.DeleteStmt.withClause)
          for (const each of insertions.slice(firstStored)) each.several = false;
        if (step.into) this.#into(step.into, step.strict ? rows : rows.map(firstOf), 'looked up');
        else if (last && this.#read.routine.language === 'sql') this.#give(resultOf(rows), base);
        this.#found(step.node, rows);
        return value(false);
      }
      case 'choice':
        return this.#choice(step, base);
      case 'loop':
        return this.#framed(step.label, true, frame => this.#loop(step, base, frame));
      case 'block':
        return this.#framed(step.label, step.again, frame => this.#block(step, base, frame));
      case 'return': {
        const given = readExpression(step.value, this.#scope());
        if (this.#isVeto(given)) this.#veto(place, isValue(given, null) ? 'NULL' : 'OLD');
        this.#give(given, base);
        this.#end();
        return value(true);
      }
      case 'raise':
        if (step.veto) {
          this.#veto(place, 'NULL');
          this.#end();
        } else this.#raise(step.as ?? null);
        return value(true);
      case 'leave':
        this.#leave(step);
        return value(true);
      case 'dynamic':
        this.#run.outcome.dynamic.push({
          place,
          text: readExpression(step.text, this.#scope()),
          table: this.#start.own?.name ?? null,
        });
        if (step.target) this.#unknown(step.target);
        return value(false);
    }
  }

  /** An error goes to the innermost block that catches such ones, and as far as to the blocks of which is not known whether they do. */
  #raise(given: string | null): void {
    let as = given;
    for (const frame of this.#frames.toReversed()) {
      if (catching(frame.replaces, as) !== 'no') as = null;
      const caught = catching(frame.catches, as);
      if (caught === 'no') continue;
      const { path } = this.#state;
      frame.raised.push(caught === 'yes' ? path : [...path, opaque('an error that may be caught')]);
      if (caught === 'yes') return;
    }
    this.#run.outcome.refuses = true;
  }

  #block(step: Extract<Step, { kind: 'block' }>, base: number, frame: Frame): Expression {
    const first = this.#run.outcome.changes.length;
    if (step.again) this.#forget([step]);
    const caught = step.handlers.filter(
      ({ steps }) => !(steps.at(-1)?.kind === 'raise' && onlyRaises(steps)),
    );
    if (caught.length === 0) frame.replaces = step.handlers;
    const ended = caught.length > 0 ? this.#caught(step, base, frame) : this.#steps(step.steps, base);
    // What fails in it may be caught.
    if (caught.length > 0) for (const each of this.#run.outcome.changes.slice(first)) each.demanded = false;
    return this.#after(step, frame, first, ended);
  }

  /**
   * A block whose errors are caught: what it wrote is undone where one is, and a handler goes on. Returns the condition under which the
   * body ends in it.
   */
  #caught(
    { steps, handlers, line }: Extract<Step, { kind: 'block' }>,
    base: number,
    frame: Frame,
  ): Expression {
    const { outcome, world } = this.#run;
    const { routine } = this.#read;
    const { changes, insertions, unraised } = outcome;
    const [first, firstStored] = [changes.length, insertions.length];
    const before = this.#state;
    const passes = opaque(`an error that is caught in line ${line}`);
    const { table } = this.#around;
    const isOne = asksForOne(steps, handlers, name => this.#start.queries.has(name));
    const tried =
      !isOne &&
      isTried(steps, handlers, {
        isFunction: !routine.isTrigger,
        table,
        mayFail: (schema, name) => mayFail(schema, name, routine, world, deepest),
      });
    if (tried) this.#state = { ...before, path: [...before.path, passes] };
    outcome.unraised = new Set();
    frame.catches = handlers;
    const ended = this.#steps(steps, base);
    frame.catches = [];
    outcome.unraised = unraised;
    const own = changes.slice(first);
    const refused = insertions.slice(firstStored).find(mayBeRefused);
    if (refused)
      for (const each of own)
        each.doubt ??= `an error is caught with which it is undone, such as of a row of ${refused.table.name} that is refused`;
    const since = (path: readonly Expression[]) => allOf(path.slice(before.path.length));
    const raised = anyOf(frame.raised.map(since));
    const returned = anyOf(frame.over.map(since));
    const unless = parts(notTrue(raised));
    const keptOf = (conditions: readonly Expression[]) => {
      const there = new Set(conditions.map(keyOf));
      return [...conditions, ...unless.filter(each => !there.has(keyOf(each)))];
    };
    for (const each of own) each.conditions = keptOf(each.conditions);
    for (const [place, each] of insertions.entries())
      if (place >= firstStored)
        insertions[place] = { ...each, conditions: keptOf(each.conditions), path: keptOf(each.path) };
    const after = this.#state;
    const failed = tried ? notTrue(passes) : isValue(raised, false) ? accident : anyOf([raised, accident]);
    const filled = tablesFilled(steps, table);
    // Where a row that was to be made is there already: what was asked before it was to be made, and the error itself.
    const missed = ({ table: of }: Change['target']) => {
      const made = insertions.slice(firstStored).filter(each => each.table === of);
      const asked =
        made[0]?.path.slice(before.path.length).filter(each => keyOf(each) !== keyOf(passes)) ?? [];
      return made.length > 1 ? failed : allOf([...asked, accident]);
    };
    const { refuses } = outcome;
    const ways = handlers.map(handler => {
      const begun = changes.length;
      this.#state = { variables: new Map(after.variables), path: [...before.path, failed] };
      for (const [name, given] of after.variables)
        if (given !== before.variables.get(name)) this.#state.variables.set(name, unknownOf(name));
      const ends = this.#steps(handler.steps, base);
      // A row that was there already is updated instead: all that is counted is counted in one of both ways.
      for (const each of changes.slice(begun))
        if (filled.includes(each.target.table))
          each.conditions = each.conditions.map(one =>
            keyOf(one) === keyOf(failed) ? missed(each.target) : one,
          );
      if (changes.length === begun && !raises(handler.steps)) for (const each of own) each.swallowed = true;
      const counts = changes.length > begun || handler.conditions.every(each => each === 'no_data_found');
      return { ends, counts, variables: this.#state.variables };
    });
    outcome.refuses = refuses;
    const falls = ways.filter(({ ends }) => !isValue(ends, true));
    const endsAll = falls.length === 0;
    this.#state = {
      path: before.path,
      variables: mergedVariables(before.variables, [
        ...(isValue(ended, true) && isValue(raised, false)
          ? []
          : [{ when: passes, variables: after.variables }]),
        ...falls.map(({ variables }) => ({ when: notTrue(passes), variables })),
      ]),
    };
    const isAsked = isOne ? ways.some(({ counts }) => !counts) : tried || !catchesOthersAlone(handlers);
    if (isValue(ended, true) && endsAll) return value(true);
    if (ways.every(({ ends }) => isValue(ends, false))) return returned;
    if (!endsAll) return opaque(`which error is caught in line ${line}`);
    return anyOf([
      returned,
      ...(isValue(raised, false) ? [] : [raised]),
      ...(isAsked ? [notTrue(passes)] : []),
    ]);
  }

  /** Walks a block or a loop that EXIT and CONTINUE may leave. */
  #framed<T>(label: string | null, isLoop: boolean, walk: (frame: Frame) => T): T {
    const { variables, path } = this.#state;
    const before = new Map(variables);
    const frame: Frame = {
      label,
      isLoop,
      variables: before,
      depth: path.length,
      left: [],
      rounds: [],
      catches: [],
      replaces: [],
      raised: [],
      over: [],
    };
    this.#frames.push(frame);
    const result = walk(frame);
    this.#frames.pop();
    return result;
  }

  /** What stands behind the blocks and loops around is not reached from here. */
  #end(): void {
    for (const each of this.#frames) each.over.push(this.#state.path);
  }

  #leave({ label, exit }: Extract<Step, { kind: 'leave' }>): void {
    const place = this.#frames.findLastIndex(each => (label === null ? each.isLoop : each.label === label));
    const frame = this.#frames[place];
    if (!frame) return;
    for (const each of this.#frames.slice(place + 1)) each.over.push(this.#state.path);
    if (exit) frame.left.push({ state: this.#state, locks: this.#run.held.locks });
    else frame.rounds.push(this.#state.path);
  }

  /** What holds behind a block, which is reached where EXIT leaves it too. Returns the condition under which it ends the body. */
  #after(
    { again }: Extract<Step, { kind: 'block' }>,
    frame: Frame,
    first: number,
    ended: Expression,
  ): Expression {
    const { depth, left, rounds, over, variables } = frame;
    const since = (path: readonly Expression[]) => allOf(path.slice(depth));
    // LOOP is written to try again until a statement finds its row. Else it goes round any number of times.
    const goesRound = again ? [notTrue(ended), ...rounds.map(since)].filter(each => !isUnfound(each)) : [];
    if (goesRound.length > 0) this.#inLoop(first);
    if (left.length === 0) return ended;
    const { held } = this.#run;
    const falls = again || isValue(ended, true) ? [] : [{ state: this.#state, locks: held.locks }];
    const reached = [...left, ...falls];
    held.locks = reached.reduce((all, { locks }) => all.intersection(locks), reached[0]?.locks ?? held.locks);
    const merged = mergedVariables(
      variables,
      reached.map(({ state }) => ({ when: since(state.path), variables: state.variables })),
    );
    if (again && !isValue(ended, true))
      for (const [name, given] of merged)
        if (given !== variables.get(name)) merged.set(name, unknownOf(name));
    this.#state = { variables: merged, path: this.#state.path.slice(0, depth) };
    return anyOf(over.map(since));
  }

  /** That what has been changed since then is changed in a loop of which is not known how often it goes round. */
  #inLoop(first: number): void {
    for (const each of this.#run.outcome.changes.slice(first))
      each.conditions = [...each.conditions, opaque('a loop')];
  }

  /**
   * FOUND after a query is whether its row is there. Where the body also inserts, it may ask for that to make the row, so nothing is
   * taken for known.
   */
  #found(node: Node, rows: readonly Row[]): void {
    const { variables } = this.#state;
    if (!variables.has('found')) return;
    const isKnown =
      'SelectStmt' in node &&
      rows.length === 1 &&
      !rows.some(({ columns }) => columns.some(each => hasAggregate(each.value))) &&
      !/\binsert\s+into\b/i.test(this.#read.routine.source);
    if (isKnown) variables.set('found', { value: { kind: 'among', arg: null, rows } });
    else if (!isOpen(variables.get('found'))) variables.set('found', open);
  }

  /** Whether nothing is stored, changed or deleted where a trigger returns this. */
  #isVeto(given: Expression): boolean {
    const { lets } = this.#start;
    const isOld = given.kind === 'row' && given.source.kind === 'old';
    return lets !== undefined && (isValue(given, null) || (lets === 'new' && isOld));
  }

  #veto(place: Place, gives: 'NULL' | 'OLD'): void {
    const { outcome } = this.#run;
    outcome.vetoes = true;
    outcome.cancels.push({ place, conditions: this.#state.path, gives });
    // A change made on the way here stays, although no record is stored or deleted.
    const here = new Set(this.#state.path.map(keyOf));
    const last = this.#ways.size - 1;
    for (const [order, [change, way]] of [...this.#ways].entries()) {
      if (way.length === here.size && way.every(each => here.has(keyOf(each))))
        change.unclear ??= 'then keeps what happens from happening';
      else if (order === last && this.#state.path.slice(way.length).some(isUnfound)) continue;
      else if (!way.some(each => here.has(keyOf(notTrue(each)))))
        change.doubt ??= `line ${place.line} then returns ${gives}, so that some of what it counts does not happen`;
    }
  }

  #give(given: Expression, base: number): void {
    this.#returns.push({ when: allOf(this.#state.path.slice(base)), value: given });
  }

  #choice({ branches, otherwise }: Extract<Step, { kind: 'choice' }>, base: number): Expression {
    const before = this.#state;
    const passed: Expression[] = [];
    const { held } = this.#run;
    const locked = held.locks;
    const ways: ReadonlySet<Lock>[] = [];
    const taken: { when: Expression; variables: Variables }[] = [];
    const ends: Expression[] = [];
    const walked: { here: Expression; refuses: boolean }[] = [];
    const { unraised } = this.#run.outcome;
    for (const { when, steps } of [...branches, { when: null, steps: otherwise }]) {
      const isElse = passed.length === branches.length && when === null;
      this.#state = { variables: before.variables, path: [...before.path, ...passed] };
      // What is known of this way alone is known by these objects: a variable may hold the same condition elsewhere.
      const test = isElse ? value(true) : apart(readExpression(when, this.#scope()));
      const here = allOf([...passed, test]);
      const denied = apart(notTrue(test));
      const refuses = steps.at(-1)?.kind === 'raise' && onlyRaises(steps);
      if (refuses) unraised.add(denied);
      passed.push(denied);
      if (test.kind === 'value' && test.value !== true) continue;
      this.#state = { variables: new Map(before.variables), path: [...before.path, ...parts(here)] };
      held.locks = locked;
      walked.push({ here, refuses });
      const ended = this.#steps(steps, base);
      if (!isValue(ended, false)) ends.push(allOf([here, ended]));
      if (!isValue(ended, true)) ways.push(held.locks);
      if (!isValue(ended, true)) taken.push({ when: here, variables: this.#state.variables });
      if (isValue(test, true)) break;
    }
    for (const { here } of walked) {
      if (walked.every(each => each.here === here || each.refuses))
        for (const part of parts(here)) unraised.add(part);
    }
    held.locks = ways.reduce((all, each) => all.intersection(each), ways[0] ?? locked);
    this.#state = { variables: mergedVariables(before.variables, taken), path: before.path };
    // No way leads behind it.
    return taken.length === 0 ? value(true) : anyOf(ends);
  }

  /** The rows that a loop goes through; what its statement writes is written. */
  #rowsOf(query: Node, line: number): Row[] {
    const place = { routine: this.#read.routine.identity, line };
    const standing = { path: this.#state.path, repeated: this.#run.loops > 0, place };
    return runStatement(query, this.#scope(), standing, this.#run.outcome);
  }

  #loop(step: Extract<Step, { kind: 'loop' }>, base: number, frame: Frame): Expression {
    const { target, query, steps, line } = step;
    const before = this.#state;
    const rows = query && 'SelectStmt' in query ? this.#rowsOf(query, line) : [null];
    if (query && !('SelectStmt' in query)) this.#rowsOf(query, line);
    const around = this.#run;
    const { locks: locked } = around.held;
    const begun = around.outcome.changes.length;
    // A round begins with what the one before it left.
    this.#forget([step]);
    const { variables } = this.#state;
    for (const row of rows) {
      const round = row && roundOf(row);
      // Of records that are alike it meets one, as a statement does that joins them.
      this.#run = { ...around, loops: around.loops + (round?.by ? 0 : 1) };
      this.#state = {
        variables: new Map(variables),
        path: [...before.path, ...(row ? [...row.conditions, ...cutsOf(row)] : [opaque('a loop')])],
      };
      if (target && row) this.#into(target, [row], 'at hand');
      else if (target) this.#unknown(target);
      const first = around.outcome.changes.length;
      this.#steps(steps, base);
      for (const each of around.outcome.changes.slice(first)) {
        if (row?.groups) each.groups = [...(each.groups ?? []), ...row.groups];
        if (row?.outer) each.outer = [...(each.outer ?? []), ...row.outer];
        if (round) each.rounds = [...(each.rounds ?? []), round];
      }
    }
    this.#state = { path: before.path, variables };
    this.#run = around;
    // It may not have gone round once.
    around.held.locks = locked;
    const { left, over } = frame;
    // It may end before it has met every row.
    if (left.length > 0 || over.length > 0) this.#inLoop(begun);
    return over.length > 0 ? opaque('a loop') : value(false);
  }

  /** How many rows the last INSERT made, as an aggregate over them. */
  #rowCount(): Expression {
    const last = this.#run.outcome.insertions.at(-1);
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

  /** The parts of a name without the label of its block. */
  #plain(parts: readonly string[]): readonly string[] {
    const [label = '', name = ''] = parts;
    const { variables } = this.#read.body;
    return parts.length === 2 && !variables.includes(label) && variables.includes(name) ? [name] : parts;
  }

  #assign(parts: readonly string[], given: Expression, line: number): void {
    const [name = '', field] = this.#plain(parts);
    const { variables } = this.#state;
    if (field === undefined) {
      variables.set(
        name,
        given.kind === 'row' ? wholeOf(given.source) : { value: this.#heldAs(name, given) },
      );
      return;
    }
    const before = variables.get(name);
    const fields = before && 'fields' in before ? before.fields : [];
    variables.set(name, {
      ...(before && 'fields' in before && before.whole ? { whole: before.whole } : {}),
      fields: [...fields.filter(each => each.name !== field), { name: field, value: given }],
    });
    const { own } = this.#start;
    if (name !== 'new' || !own) return;
    const target: Source = { kind: 'table', table: own, id: this.#run.next() };
    const [key = []] = own.unique;
    this.#run.outcome.changes.push({
      target,
      column: field,
      value: given,
      conditions: [
        ...this.#state.path,
        ...key.map(each => ({
          kind: 'operator' as const,
          name: '=',
          args: [column(target, each), column({ kind: 'new', table: own, id: 0 }, each)],
        })),
      ],
      verb: 'assign',
      repeated: this.#run.loops > 0,
      place: { routine: this.#read.routine.identity, line },
    });
  }

  /** What steps assign is not known where they may have been gone through before. */
  #forget(steps: readonly Step[]): void {
    const variables = new Map(this.#state.variables);
    this.#state = { ...this.#state, variables };
    for (const parts of assignedIn(steps)) {
      const [name = '', field] = this.#plain(parts);
      const held = variables.get(name);
      if (field === undefined || !held || !('fields' in held)) {
        if (name !== 'found' || held) variables.set(name, unknownOf(name));
        continue;
      }
      const fields = held.fields.filter(each => each.name !== field);
      variables.set(name, { ...held, fields: [...fields, { name: field, value: opaque(parts.join('.')) }] });
    }
  }

  #into(target: IntoTarget, rows: readonly Row[], how: 'looked up' | 'at hand'): void {
    const [row, more] = rows;
    if (!row || more) {
      this.#unknown(target);
      return;
    }
    const given = (each: Expression): Expression => (how === 'looked up' ? lookedUp(row, each) : each);
    if ('record' in target) {
      this.#state.variables.set(target.record, {
        fields: row.columns.map(each => ({ name: each.name, value: given(each.value) })),
      });
      return;
    }
    for (const [place, name] of target.variables.entries()) {
      const found = row.columns[place]?.value;
      this.#set(name, found ? given(found) : opaque(name.join('.')));
    }
  }

  #set(parts: readonly string[], given: Expression): void {
    const [name = '', field] = this.#plain(parts);
    if (field === undefined) this.#state.variables.set(name, { value: this.#heldAs(name, given) });
    else this.#assign([name, field], given, 1);
  }

  /** What a variable holds that is given this. */
  #heldAs(name: string, given: Expression): Expression {
    const { types, shared } = this.#read.body;
    if (shared.includes(name) || isLarge(given)) return opaque(name);
    const type = types[name];
    return type ? heldAs(type, given) : given;
  }

  #unknown(target: IntoTarget): void {
    const names = 'record' in target ? [[target.record]] : target.variables;
    for (const name of names) {
      if ('record' in target) this.#state.variables.set(target.record, { fields: [] });
      else this.#set(name, opaque(name.join('.')));
    }
  }

  /** Calls a routine for each row of a query, as a loop does, or only where something is true. */
  #callFor({ conditions, rounds, groups }: Called, call: () => Expression | undefined) {
    const [state, run] = [this.#state, this.#run];
    const here = allOf(conditions);
    if (here.kind === 'value' && here.value !== true) return undefined;
    const { changes } = run.outcome;
    const first = changes.length;
    const { locks } = run.held;
    this.#state = { ...state, path: [...state.path, ...parts(here)] };
    if (rounds.some(({ sources, by }) => by === null && sources.length > 0))
      this.#run = { ...run, loops: run.loops + 1 };
    const result = call();
    for (const each of changes.slice(first)) {
      if (groups.length > 0) each.groups = [...(each.groups ?? []), ...groups];
      if (rounds.length > 0) each.rounds = [...(each.rounds ?? []), ...rounds];
    }
    this.#state = state;
    this.#run = run;
    // It may not have been called once.
    if (conditions.length > 0 || rounds.length > 0) run.held.locks = locks;
    return result;
  }

  /** Runs a routine of the application where it is called, so that what it does happens here. */
  #call(schema: string | null, name: string, args: readonly Given[]): Expression | undefined {
    const { world, depth, outcome, unclear } = this.#run;
    if (depth >= deepest) return undefined;
    const candidates = world.routines(schema, name, this.#read.routine).filter(({ isTrigger }) => !isTrigger);
    const [meant, another] = routinesMeant(candidates, args);
    if (!another) return meant && this.#enter(meant, args, this.#run);
    const { identity } = this.#read.routine;
    outcome.problems.push({ routine: identity, message: `${name}() may be one of several functions` });
    if (unclear !== null) return undefined;
    const why = `${placeText({ routine: identity, line: this.#line })} may call this or another function ${name}`;
    for (const each of routinesMeant(candidates, args))
      this.#enter(each, args, { ...this.#run, unclear: why });
    return undefined;
  }

  #enter(routine: CatalogRoutine, args: readonly Given[], run: Run): Expression | undefined {
    const read = run.world.body(routine);
    if (!read) return undefined;
    const variables: Variables = new Map();
    const nothing: Scope = { ...this.#scope(), queries: new Map(), variables: new Map() };
    const needed: Expression[] = [];
    for (const [place, value] of parameterValues(routine, args).entries()) {
      const given = value ?? readExpression(read.body.defaults[place], nothing);
      if (routine.strict) needed.push(...counted(given).filter(each => !isValue(each, true)));
      variables.set(`$${place + 1}`, { value: given });
      const named = routine.argumentNames[place];
      if (named) variables.set(named, given.kind === 'row' ? wholeOf(given.source) : { value: given });
    }
    const start: Start = { variables, queries: this.#start.queries, own: null, when: null };
    const { changes } = run.outcome;
    const first = changes.length;
    const isRun = allOf(needed);
    const path = [...this.#state.path, ...parts(isRun)];
    const result = new Walk(read, start, { ...run, depth: run.depth + 1 }).run(path);
    for (const each of changes.slice(first)) each.within = [...(each.within ?? []), routine.oid];
    if (result && isLarge(result)) return undefined;
    const isOpen = needed.some(each => result && !isNothingElse(result, each));
    return result && isOpen ? choose([{ when: isRun, result }], value(null)) : result;
  }
}

/** Whether a routine of the application, or what that calls, raises errors or inserts rows; true where that is too deep to tell. */
function mayFail(
  schema: string | null,
  name: string,
  from: CatalogRoutine,
  world: World,
  depth: number,
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

// What is caught and was not asked for.
const accident: Expression = { kind: 'session', name: 'an exception' };
/** Whether it is not met where the statement before found a row. */
const isUnfound = (each: Expression) =>
  decide(each, inner => (inner.kind === 'session' && inner.name === 'FOUND' ? true : undefined)) === false;
/** The same, as an object of its own. */
function apart(each: Expression): Expression {
  return each.kind === 'and' ? { ...each, args: each.args.map(apart) } : { ...each };
}
/** Whether a change is that of the statement itself, not of its WITH or of a function that it calls. */
function isMain(node: Node, { within: called }: Change): boolean {
  const [statement] = Object.values(node as Record<string, { withClause?: unknown }>);
  return called === undefined && statement?.withClause === undefined;
}

const isMetWhereNotFound = (each: Expression) =>
  decide(each, inner => (inner.kind === 'session' && inner.name === 'FOUND' ? false : undefined)) === true;
const hasAggregate = (each: Expression) => [...within(each)].some(({ kind }) => kind === 'aggregate');

/** Whether an expression is NULL anyway where it is not true that this one is not: `NOT (NEW.x IS NULL)` and NEW.x + 1. */
function isNothingElse(each: Expression, needed: Expression): boolean {
  const arg = needed.kind === 'not' && needed.arg.kind === 'null' ? needed.arg.arg : needed;
  if (keyOf(each) === keyOf(arg)) return true;
  if (each.kind === 'operator')
    return each.name !== 'distinct' && each.args.some(inner => isNothingElse(inner, needed));
  return each.kind === 'lookup' && each.conditions.some(inner => isNothingElse(inner, needed));
}

/** INTO without STRICT leaves all rows but the first. */
const firstOf = (row: Row): Row => ({ ...row, altered: [...(row.altered ?? []), cutByInto] });
const cutByInto: Altered = { kind: 'altered', by: 'INTO', how: 'cuts', args: [] };

function parts(each: Expression): readonly Expression[] {
  return each.kind === 'and' ? each.args : isValue(each, true) ? [] : [each];
}

function resultOf(rows: readonly Row[]): Expression {
  const [row, more] = rows;
  const found = row?.columns[0]?.value;
  if (!row || more || !found) return opaque('a query');
  return lookedUp(row, found);
}
