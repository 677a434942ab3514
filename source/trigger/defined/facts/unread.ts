import type { Change } from '../../../counters/body/change.ts';
import type { Writing } from '../../../counters/find/writings.ts';
import type { TriggerCatalog } from '../../catalog.ts';
import { effectsOfTrigger } from '../../effects/trigger-effects.ts';
import { describeType } from '../../trigger-type.ts';
import type { EventName } from '../events.ts';
import type { Keepers, Keeping } from '../keeping.ts';
import type { Circumstances } from './circumstances.ts';

const eventsOf: Readonly<Record<string, readonly EventName[]>> = {
  INSERT: ['insert'],
  DELETE: ['delete'],
  UPDATE: ['move', 'condition', 'amount'],
  TRUNCATE: ['truncate'],
};

/** Triggers of the records whose bodies write the count, or may, in a way that was not made out. */
export function unreadTriggers(
  catalog: TriggerCatalog,
  { own, otherwise }: Keepers,
  writings: readonly Writing[],
  isCount: (change: Change) => boolean,
): Circumstances['unread'] {
  // Its function writes the count where another trigger runs it, and not for the events of this one.
  const leaves = ({ name, tableOid }: { name: string; tableOid: number }) => {
    const all = writings.filter(
      ({ by }) => by.kind === 'trigger' && by.trigger.name === name && by.trigger.table === tableOid,
    );
    return (
      all.length > 0 &&
      all.every(({ outcome: { changes, problems, dynamic, elsewhere } }) =>
        [changes.filter(isCount), problems, dynamic, elsewhere].every(list => list.length === 0),
      )
    );
  };
  const read = new Set(
    [...own, ...otherwise].flatMap(({ by }) =>
      by.kind === 'trigger' && by.trigger.table === catalog.recordsOid ? [by.trigger.name] : [],
    ),
  );
  return catalog.triggers.flatMap(trigger => {
    if (trigger.tableOid !== catalog.recordsOid || trigger.enabled === 'D' || read.has(trigger.name))
      return [];
    const body = catalog.functions.find(({ oid }) => oid === trigger.functionOid);
    if (!body) return [];
    const { writes, unreadable } = effectsOfTrigger(trigger, body, catalog);
    const write = writes.find(({ on }) => on === 'count');
    const isUnderstood = unreadable.length === 0 && leaves(trigger);
    const why = write && !isUnderstood ? `writes it in a way that is not understood` : unreadable[0]?.why;
    if (why === undefined) return [];
    const events = describeType(trigger.type).events.flatMap(event => eventsOf[event] ?? []);
    return [{ name: trigger.name, events, why }];
  });
}

/**
 * What fires for one event in some partitions where something else does in others: each is read as if it fired in all, so what they
 * count together is not known.
 */
export function unreadInPartitions(own: readonly Keeping[]): Map<Keeping, Circumstances['unread'][number]> {
  const on = ({ by }: Keeping) => (by.kind === 'trigger' ? (by.trigger.partitions?.on ?? []) : []);
  return new Map(
    own.flatMap(each => {
      const apart = own.some(
        other =>
          other.event === each.event &&
          on(other).length > 0 &&
          !on(other).some(name => on(each).includes(name)),
      );
      if (!apart || on(each).length === 0 || each.by.kind !== 'trigger') return [];
      const { name } = each.by.trigger;
      const why = `fires in ${on(each)[0]}, and another trigger does in another partition`;
      return [[each, { name, events: eventsOf[each.event.toUpperCase()] ?? [], why }] as const];
    }),
  );
}
