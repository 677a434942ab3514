import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { CatalogTable } from '../../counters/catalog.ts';
import { type EventName, eventNames, neededEvents } from './events.ts';
import type { GeneratedColumn } from './facts/generated.ts';
import type { Keeping, KeptBy } from './keeping.ts';
import { type Moment, momentsOf } from './moments.ts';
import { isClear, type Played, playerOf } from './play.ts';

/** How an event goes wrong, with the simplest play of it. */
export interface Fault {
  /**
   * `uncounted`: only some records are counted; `unneeded`: a record that does not count changes it; `twice`: it changes by twice as
   * much; `differs`: it is counted anew under another condition; `null`: the count becomes NULL; `half`: only one of two rows changes; `last`: the last record of a row goes; `wrong`: anything else.
   */
  kind: 'uncounted' | 'unneeded' | 'twice' | 'differs' | 'null' | 'half' | 'last' | 'wrong';
  example: Played;
  /** Everything that changes the count in one of these plays. */
  by: readonly KeptBy[];
  /** Every play of the event goes wrong. */
  always: boolean;
}

/** Whether an event changes the count as it should. */
export interface EventVerdict {
  event: EventName;
  /** The definition needs it. */
  needed: boolean;
  /** Null if that cannot be told. */
  handled: boolean | null;
  /** Nothing changes the count for it. */
  missing: boolean;
  /** No such event could be played. */
  unplayed?: boolean;
  /** What happens to the count, such as `+1`; null if nothing does. */
  effect: string | null;
  by: readonly KeptBy[];
  faults: readonly Fault[];
}

/** The verdicts on every event. */
interface Verdicts {
  events: EventVerdict[];
  several: readonly Fault[];
  /** The row that a record goes to is added to: so it is too when records follow a row whose key changes. */
  followed: boolean;
}

/** The verdicts on every event, and on several changes at once; null if its conditions have too many states to play. */
export function verdictsOn(
  definition: CounterDefinition,
  table: CatalogTable,
  keepings: readonly Keeping[],
  fixed: ReadonlySet<string>,
  generated: readonly GeneratedColumn[] = [],
): Verdicts | null {
  const conditions = keepings.flatMap(({ effects }) =>
    effects.flatMap(each => [...each.conditions, ...each.when.filter(isClear)]),
  );
  const moments = momentsOf(definition, table, conditions, fixed, generated);
  if (!moments) return null;
  const needed = new Set(neededEvents(definition));
  const states = moments.flatMap(({ event, after }) => (event === 'insert' && after ? [after] : []));
  const played = Map.groupBy(
    moments.flatMap(playerOf(definition, table, keepings, states, generated)),
    ({ moment }) => moment.event,
  );
  const of = (event: Moment['event']) => played.get(event) ?? [];
  const events = eventNames
    .filter(event => needed.has(event) || event === 'update')
    .map((event): EventVerdict => {
      const verdict =
        event === 'truncate' ? onTruncate(keepings) : onPlays(event, of(event), definition, keepings);
      return { event, needed: needed.has(event), ...verdict };
    });
  return {
    events,
    several: faultsIn('update', of('several')),
    followed: of('move').some(each => isFollowed(each, definition)),
  };
}

/** Counted anew it stays right, whatever moved. */
function isFollowed({ moment, side, is, by }: Played, { record }: CounterDefinition): boolean {
  const { before, changed } = moment;
  if (![...(changed ?? [])].every(name => record.reference.includes(name))) return false;
  const isFromRow = record.reference.every(name => (before?.get(name) ?? null) !== null);
  return isFromRow && side === 'new' && Math.abs(is) > 0 && by.some(adds);
}

type Judged = Pick<EventVerdict, 'handled' | 'missing' | 'unplayed' | 'effect' | 'by' | 'faults'>;

function onPlays(
  event: EventName,
  plays: readonly Played[],
  definition: CounterDefinition,
  keepings: readonly Keeping[],
): Judged {
  if (event !== 'update' && plays.length === 0)
    return { handled: null, missing: false, unplayed: true, effect: null, by: [], faults: [] };
  // What is counted anew is not counted again.
  // A sum to which 0 is added stays right.
  const telling = plays.filter(each => definition.record.amount === null || isWrong(each) || !isAdded(each));
  const faults = faultsIn(event, event === 'update' ? plays.filter(isAdded) : plays, telling.length);
  // What adds as much as it subtracts does nothing.
  const moving = plays.filter(({ by, is }) => by.length > 0 && (!isNear(is, 0) || !by.every(adds)));
  const acting = [...new Set(moving.flatMap(({ by }) => by))];
  const by = unique(acting.map(each => each.by));
  const effect = effectOf(event, moving, definition);
  const unsure = keepings.some(
    each => each.refusals.length > 0 && eventOf(event) === each.event && each.effects.length === 0,
  );
  const doubtful = acting.some(({ effects }) => effects.some(isDoubtful));
  const isNothing = !moving.some(({ should }) => should !== 0);
  if (event !== 'update' && isNothing) {
    return {
      handled: unsure ? null : false,
      missing: !unsure,
      effect,
      by,
      faults: faults.filter(
        ({ by: own, example }) => own.length > 0 && !(isNear(example.is, 0) && example.by.every(adds)),
      ),
    };
  }
  const once = acting.some(({ effects }) => effects.some(each => each.once));
  const handled = faults.length > 0 || once ? false : unsure || doubtful ? null : true;
  return { handled, missing: false, effect, by, faults };
}

/** A change that depends on what is not known: the session, the row, or an error that nobody sees. */
export function isDoubtful({
  doubts,
  when,
  constants,
  link,
  swallowed,
  joined,
}: Keeping['effects'][number]): boolean {
  return (
    swallowed ||
    joined?.several === true ||
    doubts.length > 0 ||
    !when.every(isClear) ||
    (link !== null && constants.length > 0)
  );
}

function isAdded({ by }: Played): boolean {
  return by.some(adds);
}

const adds = ({ effects }: Keeping) => effects.some(({ kind }) => kind === 'adds');

const eventOf = (event: EventName) =>
  event === 'insert' || event === 'delete' || event === 'truncate' ? event : 'update';

function onTruncate(keepings: readonly Keeping[]): Judged {
  const own = keepings.filter(({ event }) => event === 'truncate');
  const handling = own.filter(
    ({ empties, effects }) => empties || effects.some(({ kind }) => kind === 'recounts'),
  );
  const [first] = handling;
  return {
    handled: first ? true : own.some(({ refusals }) => refusals.length > 0) ? null : false,
    missing: handling.length === 0,
    effect: first ? (first.empties ? 'to 0' : 'counted anew') : null,
    by: unique(handling.map(({ by }) => by)),
    faults: [],
  };
}

const isWrong = ({ is, should }: Played) => !isNear(is, should);
const isNear = (one: number, other: number) => Math.abs(one - other) < 1e-9;

/** The ways in which plays go wrong, each with the play that changes least. */
function faultsIn(event: EventName, plays: readonly Played[], all = plays.length): Fault[] {
  const wrong = plays.filter(isWrong);
  // Where only moves from NULL and to NULL go wrong, these are two things.
  const areOfNone = wrong.every(each => kindOf(event, each) !== 'half' || each.alone);
  const faults = Map.groupBy(wrong, each => {
    const kind = kindOf(event, each);
    return kind === 'half' && areOfNone ? (`half ${each.side}` as const) : kind;
  });
  return [...faults].map(([kind, list]) => ({
    kind: kind === 'half new' || kind === 'half old' ? 'half' : kind,
    example: list.toSorted((a, b) => simplicity(a) - simplicity(b))[0] as Played,
    by: unique(list.flatMap(({ by }) => by.map(each => each.by))),
    always: wrong.length === all,
  }));
}

function kindOf(event: EventName, { is, should, by, differs }: Played): Fault['kind'] {
  if (differs) return 'differs';
  if (Number.isNaN(is)) return 'null';
  if (should === 0) return 'unneeded';
  const isLast = event !== 'insert' && by.some(({ effects }) => effects.some(({ gone }) => gone));
  if (isLast && isNear(is, 0)) return 'last';
  if (isNear(is, 0)) return event === 'move' ? 'half' : 'uncounted';
  return isNear(is, 2 * should) ? 'twice' : 'wrong';
}

/** Fewer columns that change, and fewer that hold anything out of the ordinary. */
function simplicity({ moment: { changed, before, after } }: Played): number {
  const held = [...(after ?? new Map()).values(), ...(before ?? new Map()).values()];
  return (changed?.size ?? 0) * 100 + held.filter(value => value === null).length;
}

/** The direction in which an event changes the count. */
function effectOf(event: EventName, moving: readonly Played[], { record }: CounterDefinition): string | null {
  if (moving.length === 0) return null;
  if (moving.every(({ by }) => by.every(({ effects }) => effects.every(({ kind }) => kind === 'recounts'))))
    return 'counted anew';
  const unit = record.amount === null ? '1' : record.amount;
  const raises = moving.some(({ is }) => is > 0);
  const lowers = moving.some(({ is }) => is < 0);
  if (event === 'move' && raises && lowers) return 'moved';
  if (event === 'amount' && raises && lowers) return 'the difference';
  if (raises && lowers && event !== 'insert' && event !== 'delete') return `+${unit} or -${unit}`;
  if (record.amount !== null) return event === 'delete' ? `-${unit}` : `+${unit}`;
  return raises ? `+${unit}` : lowers ? `-${unit}` : null;
}

export function unique(list: readonly KeptBy[]): KeptBy[] {
  const keyed = new Map<unknown, KeptBy>();
  for (const by of list) keyed.set(by.kind === 'trigger' ? by.trigger : by.routine, by);
  return [...keyed.values()];
}
