import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { columnsOf } from '../../counter/definition/predicate.ts';
import { column, type Expression, type Value } from '../../counters/body/expression.ts';
import type { CatalogTable } from '../../counters/catalog.ts';
import { type Domain, domainsOf } from '../../counters/condition/domain.ts';
import { columnsIn, evaluate } from '../../counters/condition/evaluate.ts';
import { combinationsOf } from '../../counters/condition/record-set.ts';
import { columnsOfEvent, type EventName } from './events.ts';
import { type GeneratedColumn, withSources } from './facts/generated.ts';
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
  generated: readonly GeneratedColumn[] = [],
): Moment[] | null {
  const { reference, where, amount } = definition.record;
  const needed = [...reference, ...(amount === null ? [] : [amount]), ...(where ? columnsOf(where) : [])];
  const mentioned = needed.map(
    (name): Expression => ({ kind: 'null', arg: column({ kind: 'new', table, id: 0 }, name) }),
  );
  const own = where ? [expressionOf(where, table)] : [];
  const all = [...mentioned, ...own, ...conditions];
  const named = new Set(all.flatMap(columnsIn));
  const found = generated.filter(each => named.has(each.column));
  const must = found.filter(({ sources }) => sources.some(name => named.has(name)));
  const moments = (computed: readonly GeneratedColumn[]) =>
    momentsWith(definition, {
      table,
      fixed,
      conditions: all,
      computed,
      free: found.filter(each => !computed.includes(each)),
    });
  return moments(found.filter(each => each.value !== null || must.includes(each))) ?? moments(must);
}

interface Ground {
  table: CatalogTable;
  fixed: ReadonlySet<string>;
  conditions: readonly Expression[];
  /** Generated columns that hold what they are computed from, and those that may hold anything. */
  computed: readonly GeneratedColumn[];
  free: readonly GeneratedColumn[];
}

function momentsWith(
  definition: CounterDefinition,
  { table, fixed, conditions, computed, free }: Ground,
): Moment[] | null {
  const values = computed.flatMap(({ value }) => (value ? [value] : []));
  if (values.length < computed.length) return null;
  const domains = domainsOf([...conditions, ...values], table, fixed)?.filter(
    ({ column: name }) => !computed.some(each => each.column === name),
  );
  const size = domains?.reduce((product, { values: held }) => product * held.length, 1);
  if (!domains || size === undefined || size > most) return null;
  const states = combinationsOf(domains).map((given): Held => {
    const held = new Map(domains.map(({ column: name }, place) => [name, given[place] ?? null]));
    for (const { column: name, value } of computed) {
      if (value)
        held.set(
          name,
          evaluate(value, (_, of) => held.get(of) ?? null),
        );
    }
    return held;
  });
  return [
    ...states.map((after): Moment => ({ event: 'insert', before: null, after, changed: null })),
    ...states.map((before): Moment => ({ event: 'delete', before, after: null, changed: null })),
    ...states.flatMap(before =>
      states.flatMap(after => {
        const update = updateOf(definition, table, domains, computed, before, after);
        if (update?.event !== 'update') return update ? byEachSource(update, free) : [];
        // A trigger on UPDATE OF fires for what a statement names, changed or not.
        return [{ ...update, changed: null }, ...byEachSource(update, free)];
      }),
    ),
  ];
}

/** The update that makes one state of another; null for one that does not happen. */
function updateOf(
  definition: CounterDefinition,
  table: CatalogTable,
  domains: readonly Domain[],
  computed: readonly GeneratedColumn[],
  before: Held,
  after: Held,
): Moment | null {
  const changed = new Set([...after.keys()].filter(name => before.get(name) !== after.get(name)));
  const kinds = (['move', 'condition', 'amount'] as const).filter(event =>
    columnsOfEvent(event, definition).some(name => changed.has(name)),
  );
  const known = new Set(
    withSources(
      kinds.flatMap(event => columnsOfEvent(event, definition)),
      computed,
    ),
  );
  const others = [...changed].filter(name => !known.has(name));
  // Of many columns, what three of them do at once says nothing more.
  const written = domains.filter(({ column: name }) => changed.has(name));
  if (written.length > 2 && domains.length > 2) return null;
  // A record keeps its own key.
  if (others.some(name => table.unique[0]?.includes(name))) return null;
  const [only, more] = kinds;
  const event = only === undefined ? 'update' : more === undefined ? only : 'several';
  return { event, before, after, changed };
}

/** A generated column changes with any one of those that it is computed from. */
function byEachSource(update: Moment, free: readonly GeneratedColumn[]): Moment[] {
  const { changed } = update;
  const found = free.find(({ column: name, sources }) => changed?.has(name) && sources.length > 0);
  if (!found || !changed) return [update];
  const rest = free.filter(each => each !== found);
  return found.sources.flatMap(source =>
    byEachSource({ ...update, changed: new Set([...changed, source]) }, rest),
  );
}
