import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Finding, Severity } from '../../counter/finding.ts';
import type { Catalog, CatalogTable, CatalogTrigger } from '../../counters/catalog.ts';
import type { Writing } from '../../counters/find/writings.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import { enabledWords } from '../enabled.ts';
import type { TriggerState } from '../health.ts';
import { describeType } from '../trigger-type.ts';
import { type EventName, eventNames, neededEvents } from './events.ts';
import { type Circumstances, factsKey } from './facts/circumstances.ts';
import { unreadInPartitions } from './facts/unread.ts';
import { absenceFindings, generatedFinding } from './findings/absence.ts';
import { type Cancelled, cancelledBy } from './findings/cancelled.ts';
import { eventFindings, faultFinding } from './findings/event-findings.ts';
import { keyFindings } from './findings/key-findings.ts';
import { otherFindings } from './findings/other-findings.ts';
import {
  bodyFindings,
  partitionFindings,
  rightsFindings,
  stateFindings,
  uniqueFindings,
} from './findings/trigger-findings.ts';
import { unnamedColumnFindings } from './findings/unnamed-columns.ts';
import { type Keepers, type Keeping, keepersOf, nameOf } from './keeping.ts';
import { type EventVerdict, unique, verdictsOn } from './verdict.ts';

/** One event as `trigger --json` prints it. */
export interface EventHealth {
  event: EventName;
  /** Null if it cannot be told. */
  handled: boolean | null;
  /** What happens to the count, such as `+1`; null if nothing does. */
  effect: string | null;
  /** What changes the count for it. */
  keptBy: string[];
  canHappen: boolean;
  /** What can make it happen, by the catalog. */
  by: string[];
}

/** Whether a counter is kept, for any definition. */
export interface CounterHealth {
  /** True if no finding is an error. */
  healthy: boolean;
  /** The first of `triggers`. */
  trigger: TriggerState;
  /** The triggers that keep the count. */
  triggers: TriggerState[];
  events: EventHealth[];
  findings: Finding[];
  others: Circumstances['others'];
}

/** What is known of a counter whose health is judged. */
export interface Known {
  definition: CounterDefinition;
  catalog: Pick<Catalog, 'tables' | 'routines' | 'triggers'>;
  writings: readonly Writing[];
  circumstances: Circumstances;
}

/**
 * Judges from the bodies and the catalog whether a count is kept: every event is played, on records of every state that a condition
 * can tell apart, and compared with the definition.
 */
export function judgeCounter({ definition, catalog, writings, circumstances: given }: Known): CounterHealth {
  const { record } = definition;
  const table = catalog.tables.find(each => each.schema === record.schema && each.name === record.table);
  if (!table) {
    throw new ConsoleError({
      code: 'counter-does-not-fit',
      message: `What keeps ${definition.id} cannot be judged: ${record.schema}.${record.table} is not an ordinary table of this database.`,
      hint: 'Look at the triggers of that table by hand.',
      exitCode: exitCodes.unreachable,
    });
  }
  const found = keepersOf(definition, writings);
  const apart = unreadInPartitions(found.own);
  const circumstances = { ...given, unread: [...given.unread, ...apart.values()] };
  const keepers = {
    ...found,
    own: found.own.filter(each => !apart.has(each)),
    otherwise: found.otherwise.filter(each => !isInherited(each, found, circumstances)),
  };
  const here = keepers.own.filter(({ by }) => by.kind === 'function' || by.table === table);
  const byTriggers = here.filter(({ by }) => by.kind === 'trigger');
  const firing = byTriggers.filter(each => isOn(each, circumstances));
  // A function that is called keeps a count only where no trigger does.
  const counts = firing.some(({ event, effects }) => event === 'insert' && effects.length > 0);
  const called = [...here.filter(({ by }) => by.kind === 'function'), ...found.anew];
  const playing = counts ? firing : [...firing, ...called];
  const fixed = new Set([
    ...[...circumstances.columns].flatMap(([name, { nullable }]) => (nullable ? [] : [name])),
    ...circumstances.generated.flatMap(({ column, full, virtual }) => (full && !virtual ? [column] : [])),
  ]);
  const { generated } = circumstances.count;
  const verdicts = generated ? null : verdictsOn(definition, table, playing, fixed, circumstances.generated);
  const followed = verdicts?.followed ?? playing.some(addsByUpdate);
  const cancelled = playing.length > 0 ? cancelledBy(definition, writings) : [];
  const triggers = triggersOf(byTriggers);
  const routines = new Map(
    triggers.flatMap(({ function: oid }) => {
      const found = catalog.routines.find(each => each.oid === oid);
      return found ? [[oid, found.identity] as const] : [];
    }),
  );
  const findings = generated
    ? [generatedFinding(writings, definition)]
    : [
        ...absenceFindings(keepers, definition, circumstances),
        ...triggers.flatMap(trigger => stateFindings(trigger, table, circumstances)),
        ...triggers.flatMap(trigger => partitionFindings(trigger, table, firing)),
        ...unreadFindings(circumstances, definition),
        ...(circumstances.jobs ?? []),
        ...doubtFindings(definition),
        ...verdictFindings(verdicts, {
          keepers,
          byTriggers,
          firing,
          playing,
          definition,
          circumstances,
          table,
        }),
        ...cancelled.map(({ finding }) => finding),
        ...unnamedColumnFindings(playing, table, definition, catalog),
        ...rightsFindings(routines, triggers, definition, circumstances),
        ...otherFindings(keepers, playing, { byTrigger: counts, followed }, definition, circumstances, table),
        ...keyFindings(definition, table, catalog.tables, writings, {
          followed,
          takesAlong: circumstances.takesAlong ?? null,
        }),
      ];
  const sorted = uniqueFindings(findings).toSorted((a, b) => rank[a.severity] - rank[b.severity]);
  const states = triggers.map(trigger => stateOf(trigger, table, routines, circumstances));
  return {
    healthy: sorted.every(({ severity }) => severity !== 'error'),
    trigger: states[0] ?? noTrigger(definition),
    triggers: states,
    events: eventHealth(verdicts?.events ?? null, cancelled, definition, circumstances),
    findings: sorted,
    others: circumstances.others,
  };
}

function addsByUpdate({ event, effects }: Keeping): boolean {
  return event === 'update' && effects.some(({ kind }) => kind === 'adds');
}

/** The same for records in a table that inherits: they are those of the definition too. */
function isInherited(
  { by }: Keepers['otherwise'][number],
  { own }: Keepers,
  { heirs }: Circumstances,
): boolean {
  if (by.kind !== 'trigger' || !heirs?.some(({ table }) => table === by.table.oid)) return false;
  return own.some(each => each.by.kind === 'trigger' && each.by.trigger.function === by.trigger.function);
}

const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

function isOn({ by }: Keeping, { triggers }: Circumstances): boolean {
  if (by.kind === 'function') return true;
  const facts = triggers.get(factsKey(by.trigger));
  return facts ? facts.enabled === 'O' || facts.enabled === 'A' : by.trigger.enabled;
}

function triggersOf(keepings: readonly Keeping[]): CatalogTrigger[] {
  return unique(keepings.map(({ by }) => by)).flatMap(by => (by.kind === 'trigger' ? [by.trigger] : []));
}

/** What speaks against the definition itself: then what is called wrong may be meant so. */
function doubtFindings({ id, doubts = [] }: CounterDefinition): Finding[] {
  return doubts.map(doubt => ({
    code: 'counter-doubted',
    severity: 'warning',
    message: `${id} may be meant to differ from its records. ${doubt}`,
    hint: 'Find out whether that is meant, before a sync sets the counts to their records.',
  }));
}

function unreadFindings({ unread }: Circumstances, { row }: CounterDefinition): Finding[] {
  return unread.map(({ name, why }) => ({
    code: 'function-unreadable',
    severity: 'error',
    message: `It is not known whether ${name} keeps ${row.count}: it ${why}.`,
    hint: 'Make a test change and watch the count.',
    triggers: [name],
  }));
}

interface Around {
  keepers: Keepers;
  byTriggers: readonly Keeping[];
  firing: readonly Keeping[];
  playing: readonly Keeping[];
  definition: CounterDefinition;
  circumstances: Circumstances;
  table: CatalogTable;
}

function verdictFindings(
  verdicts: ReturnType<typeof verdictsOn>,
  { keepers, byTriggers, firing, playing, definition, circumstances, table }: Around,
): Finding[] {
  const body = bodyFindings(playing, table, definition, circumstances);
  // Without any of them the absence is said once.
  if (keepers.own.length === 0 && keepers.anew.length === 0) return [];
  if (!verdicts)
    return [
      {
        code: 'conditions-not-played',
        severity: 'error',
        message: 'The conditions of its triggers have too many parts to be compared with the definition.',
        hint: 'Make a test change of each kind and watch the count.',
      },
      ...body,
    ];
  const off = byTriggers.filter(each => !firing.includes(each));
  const told = verdicts.events.filter(
    ({ event, missing }) => !(missing && off.some(each => isOfEvent(each, event))),
  );
  const own = told.flatMap(verdict => eventFindings(verdict, definition, circumstances));
  const isSound = verdicts.events.every(
    ({ needed, handled, missing }) => !needed || missing || handled !== false,
  );
  const several = isSound
    ? verdicts.several.filter(({ kind }) => kind !== 'null' && !isOfMissing(verdicts.events))
    : [];
  const nulls = own.filter(({ code }) => code === 'amount-null');
  return [
    // It is the same mistake at every event.
    ...own.filter(each => !nulls.slice(1).includes(each)),
    ...several.slice(0, 1).map(fault => faultFinding(fault, 'several', [], definition, circumstances)),
    ...body,
  ];
}

/** Changes at once are only worth a word where each of them alone is counted. */
function isOfMissing(events: readonly EventVerdict[]): boolean {
  return events.some(
    ({ event, missing, needed }) => needed && missing && ['move', 'condition', 'amount'].includes(event),
  );
}

function isOfEvent({ event }: Keeping, wanted: EventName): boolean {
  return event === (['insert', 'delete', 'truncate'].includes(wanted) ? wanted : 'update');
}

function eventHealth(
  verdicts: readonly EventVerdict[] | null,
  cancelled: readonly Cancelled[],
  definition: CounterDefinition,
  { causes, unread }: Circumstances,
): EventHealth[] {
  const needed = new Set(neededEvents(definition));
  return eventNames
    .filter(event => needed.has(event))
    .map(event => {
      const verdict = verdicts?.find(each => each.event === event);
      const by = (causes.get(event) ?? []).map(({ text }) => text);
      const doubt = unread.some(({ events }) => events.includes(event));
      const stays = (always: boolean) =>
        cancelled.some(each => each.always === always && each.events.has(event));
      return {
        event,
        handled: stays(true)
          ? false
          : verdict && !doubt && !(verdict.handled && stays(false))
            ? verdict.handled
            : null,
        effect: verdict?.effect ?? null,
        keptBy: (verdict?.by ?? []).map(nameOf),
        canHappen: event === 'insert' || by.length > 0,
        by,
      };
    });
}

function stateOf(
  trigger: CatalogTrigger,
  table: CatalogTable,
  routines: ReadonlyMap<number, string>,
  { triggers }: Circumstances,
): TriggerState {
  const facts = triggers.get(factsKey(trigger));
  return {
    name: trigger.name,
    table: `${trigger.partitions ? 'partitions of ' : ''}${table.schema}.${table.name}`,
    exists: true,
    enabled: enabledWords[facts?.enabled ?? (trigger.enabled ? 'O' : 'D')],
    ...describeType(trigger.type),
    function: routines.get(trigger.function) ?? null,
    functionExists: true,
    definition: facts?.definition ?? trigger.definition,
  };
}

function noTrigger({ record }: CounterDefinition): TriggerState {
  return {
    name: '',
    table: `${record.schema}.${record.table}`,
    exists: false,
    enabled: null,
    timing: null,
    events: [],
    level: null,
    function: null,
    functionExists: false,
    definition: null,
  };
}
