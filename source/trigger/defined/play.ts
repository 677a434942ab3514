import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Expression, Value } from '../../counters/body/expression.ts';
import type { CatalogTable } from '../../counters/catalog.ts';
import { evaluate, isReadable } from '../../counters/condition/evaluate.ts';
import type { Effect, Side } from '../../counters/effect/effect.ts';
import { type GeneratedColumn, withSources } from './facts/generated.ts';
import { type Keeping, nameOf } from './keeping.ts';
import type { Held, Moment } from './moments.ts';
import { expressionOf } from './predicate-expression.ts';

/** What one event makes of a row's count, beside what it should: both as differences to what it was. */
export interface Played {
  moment: Moment;
  /** The row that a record belonged to, or belongs to. */
  side: Side;
  /** It belongs to no other row before the event, or after it. */
  alone: boolean;
  should: number;
  /** NaN if the count becomes NULL. */
  is: number;
  /** Those that changed the count. */
  by: readonly Keeping[];
  /** It is counted anew under another condition than that of the definition. */
  differs: boolean;
}

/**
 * What plays events against bodies: one result for each row that an event concerns. `states` are those of records that may belong to
 * the same row.
 */
export function playerOf(
  definition: CounterDefinition,
  table: CatalogTable,
  keepings: readonly Keeping[],
  states: readonly Held[],
  generated: readonly GeneratedColumn[] = [],
): (moment: Moment) => Played[] {
  const counts = countsOf(definition, table);
  const truth = truthOf(definition, counts);
  const differing = new Set(
    keepings
      .flatMap(({ effects }) => effects)
      .filter(each => each.kind === 'recounts' && countsOthers(each, states, counts)),
  );
  const ordered = inOrder(keepings);
  const virtual = new Set(generated.flatMap(({ column, virtual }) => (virtual ? [column] : [])));
  return moment => {
    const { before, after } = moment;
    const rows = new Map<string, Side>();
    for (const [held, side] of [
      [after, 'new'],
      [before, 'old'],
    ] as const) {
      const row = rowOf(definition, held);
      if (row !== null) rows.set(row, side);
    }
    const firing = ordered.filter(each => fires(each, moment, generated));
    return [...rows].map(([row, side]) => {
      const was = truth(before, row);
      let count = was;
      const by = new Set<Keeping>();
      let differs = false;
      for (const keeping of firing) {
        const joined = new Map<number, number>();
        for (const effect of keeping.effects) {
          const { statement, way } = effect.joined ?? {};
          const isLost = statement !== undefined && (joined.get(statement) ?? way) !== way;
          if (isLost) continue;
          const next = applied(effect, keeping, count, row, moment, definition, virtual);
          if (next === null) continue;
          if (statement !== undefined && way !== undefined) joined.set(statement, way);
          count = next;
          // What it makes of other records is seen where this one is not among them.
          const isLeft = after === null || keyOf(definition.record.reference, after) !== row;
          if (effect.kind === 'recounts') differs = isLeft && differing.has(effect);
          by.add(keeping);
        }
      }
      const should = truth(after, row) - was;
      return {
        moment,
        side,
        alone: rows.size === 1,
        should,
        is: differs ? should + 1 : count - was,
        by: [...by],
        differs,
      };
    });
  };
}

/** Whether a recount counts a record that does not count, or not one that does. */
function countsOthers({ conditions }: Effect, states: readonly Held[], counts: ReturnType<typeof countsOf>) {
  return states.some(held => {
    const counted = conditions.every(each => evaluate(each, (_, name) => held.get(name) ?? null) === true);
    return counted !== counts(held);
  });
}

/** Which records count. */
function countsOf({ record }: CounterDefinition, table: CatalogTable) {
  const where = record.where && expressionOf(record.where, table);
  return (held: Held): boolean =>
    where === null || evaluate(where, (_, name) => held.get(name) ?? null) === true;
}

/** What a record should add to a row. */
function truthOf({ record }: CounterDefinition, counts: ReturnType<typeof countsOf>) {
  return (held: Held | null, row: string): number => {
    if (held === null || keyOf(record.reference, held) !== row || !counts(held)) return 0;
    return record.amount === null ? 1 : Number(held.get(record.amount) ?? 0);
  };
}

function rowOf({ record }: CounterDefinition, held: Held | null): string | null {
  return held && keyOf(record.reference, held);
}

function keyOf(reference: readonly string[], held: Held): string | null {
  const values = reference.map(name => held.get(name) ?? null);
  return values.includes(null) ? null : JSON.stringify(values);
}

/** Triggers in the order in which they fire: before the event, then for each row, then for the statement. */
function inOrder(keepings: readonly Keeping[]): Keeping[] {
  const rank = ({ by }: Keeping) =>
    by.kind === 'function' ? 0 : isBefore(by.trigger.type) ? 1 : (by.trigger.type & 1) !== 0 ? 2 : 3;
  return keepings.toSorted((a, b) => rank(a) - rank(b) || compare(nameOf(a.by), nameOf(b.by)));
}

const isBefore = (type: number) => (type & 2) !== 0;

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

function fires(
  { by, event }: Keeping,
  { before, after, changed }: Moment,
  generated: readonly GeneratedColumn[],
): boolean {
  if (event !== (before === null ? 'insert' : after === null ? 'delete' : 'update')) return false;
  if (by.kind === 'function' || event !== 'update') return true;
  const { updateOf } = by.trigger;
  return (
    updateOf.length === 0 ||
    changed === null ||
    withSources(updateOf, generated).some(name => changed.has(name))
  );
}

/** The count after an effect; null if it leaves the row alone. */
function applied(
  effect: Effect,
  { by }: Keeping,
  count: number,
  row: string,
  { before, after }: Moment,
  { record }: CounterDefinition,
  virtual: ReadonlySet<string>,
): number | null {
  const of = (side: Side) => (side === 'new' ? after : before);
  const inWhen = by.kind === 'trigger' && by.trigger.definition !== null;
  const holding = (side: Side, name: string) =>
    virtual.has(name) && !inWhen ? null : (of(side)?.get(name) ?? null);
  const holds = (each: Expression) => evaluate(each, holding) === true;
  const finds = (side: Side) => {
    const held = of(side);
    return held !== null && keyOf(record.reference, held) === row;
  };
  if (effect.kind === 'adds') {
    if (!effect.found.every(finds) || !effect.conditions.every(holds)) return null;
    return effect.spoils ? Number.NaN : count + effect.sign * amountOf(effect, holding);
  }
  if (effect.found.length > 0 && !effect.found.some(finds)) return null;
  if (!effect.when.filter(isClear).every(holds)) return null;
  // Before an event the records are still what they were.
  const seen = by.kind === 'trigger' && isBefore(by.trigger.type) ? before : after;
  const none = effect.comesToNull ? Number.NaN : effect.gone ? count : 0;
  if (seen === null || keyOf(record.reference, seen) !== row) return none;
  const counted = effect.conditions.every(
    each => evaluate(each, (_, name) => seen.get(name) ?? null) === true,
  );
  if (!counted) return none;
  return effect.amount === null ? 1 : Number(seen.get(effect.amount) ?? 0);
}

/** Whether a condition of a recount can be computed. */
export function isClear(each: Expression): boolean {
  return isReadable(each, ({ kind }) => kind === 'new' || kind === 'old');
}

function amountOf(
  { amount, measured, guards }: Effect,
  holding: (side: Side, name: string) => Value,
): number {
  if (amount === null) return 1;
  const value = holding(measured ?? 'new', amount);
  if (value === null) return guards.amount ? 0 : Number.NaN;
  return Number(value);
}
