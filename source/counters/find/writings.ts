import type { Node } from 'libpg-query';
import type { Change, Outcome } from '../body/change.ts';
import { type Expression, type Source, value } from '../body/expression.ts';
import { interpret } from '../body/interpret.ts';
import { rowOf, type Variable } from '../body/scope.ts';
import { wholeOf } from '../body/variables.ts';
import type { ReadRoutine, Start, World } from '../body/world.ts';
import type { Catalog, CatalogRoutine, CatalogTable, CatalogTrigger } from '../catalog.ts';
import type { Effect, Occasion, Refusal } from '../effect/effect.ts';
import { effectsOf } from '../effect/effects-of.ts';
import { doubtResets, touchedBy } from './touched.ts';

export type Event = 'insert' | 'update' | 'delete' | 'truncate';

/** A trigger that was read, or a function that the application calls, with what it does to counts for one event. */
export interface Writing {
  by:
    | { kind: 'trigger'; trigger: CatalogTrigger; routine: CatalogRoutine; event: Event }
    | { kind: 'function'; routine: CatalogRoutine };
  /** The table of the trigger. */
  record: CatalogTable | null;
  effects: readonly Effect[];
  refusals: readonly Refusal[];
  /** Where what is added is NULL: see `Found`. */
  spoiling: readonly Effect[];
  outcome: Outcome;
}

/** What CREATE TRIGGER says beside the catalog's columns. */
export interface TriggerDetails {
  when: Node | null;
  arguments: readonly string[];
}

/** The parts of a database that were read, for a search. */
export interface Readings {
  catalog: Catalog;
  /** The bodies that can matter, by the oid of their routine. */
  bodies: ReadonlyMap<number, ReadRoutine>;
  details: ReadonlyMap<CatalogTrigger, TriggerDetails>;
}

const events: readonly (readonly [number, Event])[] = [
  [4, 'insert'],
  [8, 'delete'],
  [16, 'update'],
  [32, 'truncate'],
];

/** What every trigger and function that was read does to the columns of tables. */
export function writingsOf({ catalog, bodies, details }: Readings): Writing[] {
  const world = worldOf(catalog, bodies);
  const tables = new Map(catalog.tables.map(table => [table.oid, table]));
  const fired = catalog.triggers.flatMap(trigger => {
    const read = bodies.get(trigger.function);
    const record = tables.get(trigger.table);
    if (!read || !record) return [];
    const detail = details.get(trigger) ?? { when: null, arguments: [] };
    return events
      .filter(([bit]) => (trigger.type & bit) !== 0)
      .map(([, event]) => {
        const outcome = interpret(read, startOf(trigger, record, event, detail), world);
        return { trigger, routine: read.routine, event, record, outcome };
      });
  });
  doubtResets(fired);
  const byTriggers = fired.map(({ record, outcome, ...by }) =>
    judged({ kind: 'trigger', ...by }, record, outcome, touchedBy(outcome, fired)),
  );
  const byFunctions = [...bodies.values()]
    .filter(({ routine }) => !routine.isTrigger)
    .map((read): Writing => {
      const { routine } = read;
      return judged({ kind: 'function', routine }, null, interpret(read, callOf(routine), world));
    });
  return [...byTriggers, ...byFunctions];
}

function judged(
  by: Writing['by'],
  record: CatalogTable | null,
  outcome: Outcome,
  touched: readonly Change[] = [],
): Writing {
  const withoutRaised = (conditions: readonly Expression[]) =>
    conditions.filter(each => !outcome.unraised.has(each));
  const occasion: Occasion = {
    event: by.kind === 'trigger' ? by.event : 'call',
    eachRow: by.kind === 'trigger' && (by.trigger.type & 1) !== 0,
    record,
    insertions:
      by.kind === 'trigger'
        ? []
        : outcome.insertions.map(each => ({ ...each, way: each.path, path: withoutRaised(each.path) })),
  };
  const effectsIn = (change: Change, at: number) =>
    effectsOf(
      { ...change, way: change.conditions, conditions: withoutRaised(change.conditions) },
      { ...occasion, at },
    );
  const found = outcome.changes.map(effectsIn);
  // What adds to the row before it is updated counts how often that happens, not the records.
  const anew = touched.flatMap(each => effectsIn(each, 0).effects.filter(({ kind }) => kind === 'recounts'));
  return {
    by,
    record,
    outcome,
    effects: [...found.flatMap(({ effects }) => effects), ...anew],
    refusals: found.flatMap(({ refusals }) => refusals),
    spoiling: found.flatMap(({ spoiling }) => spoiling),
  };
}

function startOf(trigger: CatalogTrigger, table: CatalogTable, event: Event, details: TriggerDetails): Start {
  const forEachRow = (trigger.type & 1) !== 0;
  // It fires as the partition's, whose name is not the table's.
  const isInPartition = forEachRow && table.kind === 'p';
  const row = (kind: 'new' | 'old'): Source => ({ kind, table, id: 0 });
  const here = (kind: 'new' | 'old') =>
    forEachRow && (event === 'update' || (event === 'insert') === (kind === 'new'));
  const session = (name: string): Variable => ({ value: { kind: 'session', name } });
  const text = (given: string): Variable => ({ value: value(given) });
  const variables = new Map<string, Variable>([
    ['new', here('new') && event !== 'truncate' ? wholeOf(row('new')) : { value: value(null) }],
    ['old', here('old') && event !== 'truncate' ? wholeOf(row('old')) : { value: value(null) }],
    ['tg_op', text(event.toUpperCase())],
    ['tg_name', text(trigger.name)],
    ['tg_when', text(trigger.type & 2 ? 'BEFORE' : trigger.type & 64 ? 'INSTEAD OF' : 'AFTER')],
    ['tg_level', text(forEachRow ? 'ROW' : 'STATEMENT')],
    ['tg_table_name', isInPartition ? session('TG_TABLE_NAME') : text(table.name)],
    ['tg_relname', isInPartition ? session('TG_RELNAME') : text(table.name)],
    ['tg_table_schema', isInPartition ? session('TG_TABLE_SCHEMA') : text(table.schema)],
    ['tg_nargs', { value: value(details.arguments.length) }],
    ['found', session('FOUND')],
    ['tg_relid', session('TG_RELID')],
    ...details.arguments.map((given, place): [string, Variable] => [`tg_argv ${place}`, text(given)]),
  ]);
  const transition = (name: string | null, kind: 'new' | 'old') =>
    name === null ? [] : [[name, () => [rowOf(row(kind))]] as const];
  return {
    variables,
    queries: new Map([...transition(trigger.newTable, 'new'), ...transition(trigger.oldTable, 'old')]),
    own: trigger.type & 2 ? table : null,
    when: details.when,
    ...((trigger.type & 3) === 3 ? { lets: event === 'delete' ? 'any' : 'new' } : {}),
  };
}

function callOf(routine: CatalogRoutine): Start {
  const variables = new Map<string, Variable>();
  for (const [place, name] of routine.argumentNames.entries()) {
    const given: Expression = { kind: 'argument', name: name || `$${place + 1}` };
    variables.set(`$${place + 1}`, { value: given });
    if (name) variables.set(name, { value: given });
  }
  variables.set('found', { value: { kind: 'session', name: 'FOUND' } });
  return { variables, queries: new Map(), own: null, when: null };
}

/** How names are found: by the routine's search_path, else in its own schema, else in public, else in the only schema that has it. */
function worldOf({ tables, routines }: Catalog, bodies: Readings['bodies']): World {
  const relations = Map.groupBy(tables, ({ name }) => name);
  const called = Map.groupBy(routines, ({ name }) => name);
  return {
    table: (schema, name, from) => named(relations.get(name) ?? [], schema, from)[0],
    routines: (schema, name, from) => named(called.get(name) ?? [], schema, from),
    body: ({ oid }) => bodies.get(oid),
  };
}

/** Those of one name that it may mean: in the order of the schemas, or all of them where the only schema that has the name is another. */
function named<T extends { schema: string }>(
  found: readonly T[],
  schema: string | null,
  { path, schema: own }: CatalogRoutine,
): readonly T[] {
  const wanted = schema === null ? new Set([...(path ?? []), own, 'public']) : [schema];
  const matches = [...wanted].flatMap(each => found.filter(candidate => candidate.schema === each));
  if (matches.length > 0 || schema !== null) return matches;
  return new Set(found.map(each => each.schema)).size === 1 ? found : [];
}
