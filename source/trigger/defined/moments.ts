import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { columnsOf } from '../../counter/definition/predicate.ts';
import { column, type Expression, type Value } from '../../counters/body/expression.ts';
import type { CatalogTable } from '../../counters/catalog.ts';
import { type Domain, domainsOf } from '../../counters/condition/domain.ts';
import { combinationsOf } from '../../counters/condition/record-set.ts';
import { columnsOfEvent, type EventName } from './events.ts';
import { expressionOf } from './predicate-expression.ts';

/** What the columns of a record hold, as far as they matter. */
export type Held = ReadonlyMap<string, Value>;

/** A record before and after an event; null where it does not exist. */
export interface Moment {
  event: EventName | 'several';
  before: Held | null;
  after: Held | null;
  /** The columns that differ; null stands for any of them. */
  changed: ReadonlySet<string> | null;
}

// The pairs of this many states are played in a tenth of a second.
const most = 240;

/**
 * Every event that conditions can tell apart, on records of all states that they can tell apart. Null if those are too many, or
 * their order is not certain. `fixed` are columns that hold no NULL.
 */
export function momentsOf(
  definition: CounterDefinition,
  table: CatalogTable,
  conditions: readonly Expression[],
  fixed: ReadonlySet<string>,
): Moment[] | null {
  const { reference, where, amount } = definition.record;
  const needed = [...reference, ...(amount === null ? [] : [amount]), ...(where ? columnsOf(where) : [])];
  const mentioned = needed.map(
    (name): Expression => ({ kind: 'null', arg: column({ kind: 'new', table, id: 0 }, name) }),
  );
  const own = where ? [expressionOf(where, table)] : [];
  const domains = domainsOf([...mentioned, ...own, ...conditions], table, fixed);
  const size = domains?.reduce((product, { values }) => product * values.length, 1);
  if (!domains || size === undefined || size > most) return null;
  const states = combinationsOf(domains).map(
    (values): Held => new Map(domains.map(({ column: name }, place) => [name, values[place] ?? null])),
  );
  return [
    ...states.map((after): Moment => ({ event: 'insert', before: null, after, changed: null })),
    ...states.map((before): Moment => ({ event: 'delete', before, after: null, changed: null })),
    ...states.flatMap(before =>
      states.flatMap(after => updateOf(definition, table, domains, before, after) ?? []),
    ),
  ];
}

/** The update that makes one state of another; null for one that does not happen. */
function updateOf(
  definition: CounterDefinition,
  table: CatalogTable,
  domains: readonly Domain[],
  before: Held,
  after: Held,
): Moment | null {
  const changed = new Set(
    domains.flatMap(({ column: name }) => (before.get(name) === after.get(name) ? [] : [name])),
  );
  const kinds = (['move', 'condition', 'amount'] as const).filter(event =>
    columnsOfEvent(event, definition).some(name => changed.has(name)),
  );
  const known = new Set(kinds.flatMap(event => columnsOfEvent(event, definition)));
  const others = [...changed].filter(name => !known.has(name));
  // Of many columns, what three of them do at once says nothing more.
  if (changed.size > 2 && domains.length > 2) return null;
  // A record keeps its own key.
  if (others.some(name => table.unique[0]?.includes(name))) return null;
  const [only, more] = kinds;
  const event = only === undefined ? 'update' : more === undefined ? only : 'several';
  return { event, before, after, changed: event === 'update' ? null : changed };
}
