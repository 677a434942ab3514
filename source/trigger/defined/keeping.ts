import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { columnsOf } from '../../counter/definition/predicate.ts';
import type { Finding } from '../../counter/finding.ts';
import type { Change } from '../../counters/body/change.ts';
import { type Expression, within } from '../../counters/body/expression.ts';
import type { CatalogRoutine, CatalogTable, CatalogTrigger } from '../../counters/catalog.ts';
import type { Effect, Refusal } from '../../counters/effect/effect.ts';
import { storedConstants } from '../../counters/effect/stored.ts';
import type { Event, Writing } from '../../counters/find/writings.ts';

/** A trigger, or a function that the application calls. */
export type KeptBy =
  | { kind: 'trigger'; trigger: CatalogTrigger; table: CatalogTable }
  | { kind: 'function'; routine: CatalogRoutine };

/** What one trigger, or one function, does to a counter for one event. */
export interface Keeping {
  by: KeptBy;
  event: Event;
  effects: readonly Effect[];
  /** What it does to the count that no definition can be made of. */
  refusals: readonly Refusal[];
  /** It sets every count to 0, as after TRUNCATE. */
  empties: boolean;
}

/** What was read of the bodies that write a counter. */
export interface Keepers {
  /** What is done for the records of the definition. */
  own: readonly Keeping[];
  /** What counts other records than the definition, or finds rows otherwise, each with why, in words. */
  otherwise: readonly { by: KeptBy; why: string }[];
  /** Functions that store or delete records, and count anew after that. */
  anew: readonly Keeping[];
}

/** The bodies that write the count of a definition, from all that were read. */
export function keepersOf(definition: CounterDefinition, writings: readonly Writing[]): Keepers {
  const home = definition.via ?? definition.row;
  const isCount = (each: { table: CatalogTable; column: string }) =>
    isTable(each.table, home) && each.column === definition.row.count;
  const own: Keeping[] = [];
  const otherwise: { by: KeptBy; why: string }[] = [];
  const anew: Keeping[] = [];
  for (const writing of writings) {
    const by = keptBy(writing);
    if (!by) continue;
    const written = [...writing.effects, ...writing.spoiling]
      .filter(isCount)
      .map(effect => ({ effect, why: whyOther(effect, definition) }));
    const isEmptied = writing.outcome.changes.some(
      ({ target, column, value }) => isCount({ table: target.table, column }) && isZero(value),
    );
    const fitting = eitherWay(written.flatMap(({ effect, why }) => (why === null ? [effect] : []))).map(
      effect => ({
        ...effect,
        gone: effect.gone === true && !isEmptied,
        begins: effect.begins ?? begunWith(effect, writing),
      }),
    );
    for (const why of new Set(written.flatMap(each => each.why ?? []))) {
      if (!otherwise.some(each => nameOf(each.by) === nameOf(by) && each.why === why))
        otherwise.push({ by, why });
    }
    const refusals = writing.refusals.filter(isCount);
    if (writing.by.kind === 'function') {
      own.push(...calledFor(by, fitting, definition));
      anew.push(...countingAnew(by, fitting));
    } else {
      const empties = emptiesAll(writing, isCount);
      if (fitting.length > 0 || refusals.length > 0 || empties)
        own.push({ by, event: writing.by.event, effects: fitting, refusals, empties });
    }
  }
  return { own, otherwise, anew };
}

/** Whether a body was found that counts, or may count, a record that is inserted. */
export function countsInserts({ own, otherwise, anew }: Keepers): boolean {
  return otherwise.length > 0 || [...own, ...anew].some(({ event }) => event === 'insert');
}

/** An UPDATE, and an upsert IF NOT FOUND: only one of them does anything. */
function eitherWay(effects: readonly Effect[]): Effect[] {
  const asks = ({ doubts }: Effect) => doubts.some(doubt => /\bFOUND\b/.test(doubt));
  return effects
    .filter(
      each => !(each.upsert && asks(each) && effects.some(other => other.sign === each.sign && !asks(other))),
    )
    .map(each =>
      each.upsert ? { ...each, doubts: each.doubts.filter(doubt => !/\bFOUND\b/.test(doubt)) } : each,
    );
}

/** With what IF NOT FOUND inserts the row after an UPDATE that adds one, if that is not one. */
function begunWith(
  { kind, sign, amount, upsert, table, column }: Effect,
  { outcome }: Writing,
): string | null {
  if (kind !== 'adds' || sign < 0 || amount !== null || upsert) return null;
  const { changes, insertions } = outcome;
  const isOwn = (each: Change | undefined) => each?.target.table === table && each.column === column;
  const made = insertions.find(
    ({ source, path, after, repeated }) =>
      source.kind === 'inserted' &&
      source.table === table &&
      !repeated &&
      path.some(isNotFound) &&
      isOwn(changes[after - 1]) &&
      changes[after - 1]?.verb === 'update' &&
      // Another one may add to the row that was inserted.
      !changes.slice(after).some(isOwn),
  );
  if (!made) return null;
  const given = made.values.find(each => each.column === column)?.value;
  if (given && given.kind !== 'value') return null;
  const begins = given ? given.value : (table.columns.find(({ name }) => name === column)?.start ?? null);
  if (begins === null) return 'NULL';
  return Number(begins) === 1 ? null : String(begins);
}

function isNotFound(each: Expression): boolean {
  return (
    each.kind === 'not' && [...within(each)].some(inner => inner.kind === 'session' && inner.name === 'FOUND')
  );
}

/** The name of what keeps a count, as a sentence has it. */
export function nameOf(by: KeptBy): string {
  return by.kind === 'trigger' ? by.trigger.name : by.routine.identity;
}

/** Names the triggers that a finding is about. */
export function about(by: readonly KeptBy[]): Pick<Finding, 'triggers'> {
  const triggers = by.flatMap(each => (each.kind === 'trigger' ? [each.trigger.name] : []));
  return triggers.length > 0 ? { triggers } : {};
}

function keptBy({ by, record }: Writing): KeptBy | null {
  if (by.kind === 'function') return by;
  return record && { kind: 'trigger', trigger: by.trigger, table: record };
}

/**
 * A function adds where it inserts a record, and subtracts where it deletes one. One that counts anew is no part of an event. It counts
 * no record but those that it stores, with the constants that it stores.
 */
function calledFor(by: KeptBy, effects: readonly Effect[], { record }: CounterDefinition): Keeping[] {
  const asked = record.where ? columnsOf(record.where) : [];
  const adding = effects.flatMap(effect => {
    if (effect.kind !== 'adds') return [];
    const constants = effect.stored ? storedConstants(effect.stored, asked) : [];
    return { ...effect, conditions: [...effect.conditions, ...constants] };
  });
  return ([1, -1] as const).flatMap(sign => {
    const own = adding.filter(effect => effect.sign === sign);
    if (own.length === 0) return [];
    const side = sign === 1 ? ('new' as const) : ('old' as const);
    return [
      {
        by,
        event: sign === 1 ? ('insert' as const) : ('delete' as const),
        effects: own.map(effect => ({ ...effect, found: [side], measured: effect.measured && side })),
        refusals: [],
        empties: false,
      },
    ];
  });
}

/** What a function counts anew after it has stored a record, or deleted one. */
function countingAnew(by: KeptBy, effects: readonly Effect[]): Keeping[] {
  return (['new', 'old'] as const).flatMap(side => {
    const after = effects.filter(({ kind, follows }) => kind === 'recounts' && follows?.includes(side));
    const event = side === 'new' ? ('insert' as const) : ('delete' as const);
    return after.length > 0 ? [{ by, event, effects: after, refusals: [], empties: false }] : [];
  });
}

function emptiesAll(
  { by, outcome }: Writing,
  isCount: (each: { table: CatalogTable; column: string }) => boolean,
): boolean {
  if (by.kind !== 'trigger' || by.event !== 'truncate') return false;
  return outcome.changes.some(
    ({ target, column, value, conditions }) =>
      isCount({ table: target.table, column }) &&
      isZero(value) &&
      conditions.every(each => JSON.stringify(each).includes(`"column":${JSON.stringify(column)}`)),
  );
}

const isZero = (each: Expression) => each.kind === 'value' && each.value !== null && Number(each.value) === 0;

function isTable({ schema, name }: CatalogTable, wanted: { schema: string; table: string }): boolean {
  return schema === wanted.schema && name === wanted.table;
}

/** Why an effect is not that of the definition's records; null if it is. */
function whyOther(effect: Effect, { row, via, record }: CounterDefinition): string | null {
  if (!isTable(effect.record, record)) return `counts rows of ${effect.record.name}, not of ${record.table}`;
  const keys = via?.row ?? row.key;
  const { through } = record;
  const wanted = through
    ? `${pairs(through.key, record.reference)} and ${pairs(keys, through.reference)}`
    : pairs(keys, record.reference);
  const { link } = effect;
  const found = link?.through
    ? `${pairs(link.through.key, link.reference)} and ${pairs(link.key, link.through.reference)}`
    : pairs(link?.key ?? [], link?.reference ?? []);
  if (found !== wanted) {
    return found === '' ? 'writes every row' : `finds the row by ${found}, not by ${wanted || 'no column'}`;
  }
  if (effect.amount === record.amount) return null;
  return `adds ${effect.amount ?? 'one for each record'}, not ${record.amount ?? 'one for each record'}`;
}

function pairs(keys: readonly string[], references: readonly string[]): string {
  return keys
    .map((key, place) => `${references[place]} = ${key}`)
    .toSorted()
    .join(' and ');
}
