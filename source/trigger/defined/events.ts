import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { columnsOf } from '../../counter/definition/predicate.ts';

/**
 * What may happen to records: `move` changes the reference, `condition` whether a record counts, `amount` what is added up, and
 * `update` nothing of that.
 */
export const eventNames = ['insert', 'delete', 'move', 'condition', 'amount', 'truncate', 'update'] as const;
export type EventName = (typeof eventNames)[number];

/** The events after which a count has to change. */
export function neededEvents({ record }: CounterDefinition): EventName[] {
  return eventNames.filter(event => {
    if (event === 'move') return record.reference.length > 0;
    if (event === 'condition') return record.where !== null;
    if (event === 'amount') return record.amount !== null;
    return event !== 'update';
  });
}

/** The columns of a record whose change is that event. */
export function columnsOfEvent(event: EventName, { record }: CounterDefinition): readonly string[] {
  if (event === 'move') return record.reference;
  if (event === 'condition') return record.where ? columnsOf(record.where) : [];
  if (event === 'amount') return record.amount === null ? [] : [record.amount];
  return [];
}
