import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { columnsOf, type Predicate } from '../../counter/definition/predicate.ts';
import type { Value } from '../../counters/body/expression.ts';
import type { EventName } from './events.ts';
import type { Held, Moment } from './moments.ts';

/** `a comment`, `an order`. */
export function one([noun]: readonly [string, string]): string {
  return `${/^[aeiou]/i.test(noun) && !/^(?:use|uni|one)/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** An event in a few words: `a comment is deleted`. */
export function eventWords(event: EventName, definition: CounterDefinition): string {
  const { nouns, record } = definition;
  const subject = one(nouns.record);
  switch (event) {
    case 'insert':
      return `${subject} is inserted`;
    case 'delete':
      return `${subject} is deleted`;
    case 'move':
      return `${subject} moves to another ${nouns.row[0]}`;
    case 'condition':
      return `${subject} starts or stops counting`;
    case 'amount':
      return `${record.amount} of ${subject} changes`;
    case 'truncate':
      return `${record.table} is emptied by TRUNCATE`;
    case 'update':
      return `${subject} changes in nothing that counts`;
  }
}

/** Whether the count follows an event, in a word or two. */
export function keptWords({ handled }: { handled: boolean | null }): string {
  return handled === null ? 'not known' : handled ? 'yes' : 'no';
}

/** Whether an event can happen, and by what. */
export function canHappenWords({
  event,
  canHappen,
  by,
}: {
  event: EventName;
  canHappen: boolean;
  by: readonly string[];
}): string {
  if (event === 'insert') return 'yes';
  if (!canHappen) return 'only by its owner';
  return `${by[0] ?? 'yes'}${by.length > 1 ? `, and ${by.length - 1} more` : ''}`;
}

/** What is special in a play: `a comment is deleted whose deleted_at is set`. */
export function momentWords({ event, before, after }: Moment, definition: CounterDefinition): string {
  const subject = one(definition.nouns.record);
  if (before === null) return `${subject}${whose(after, definition)} is inserted`;
  if (after === null) return `${subject}${whose(before, definition)} is deleted`;
  const changed = columnsChanged(before, after);
  const moves = `moves to another ${definition.nouns.row[0]}`;
  if (event === 'move') return `${subject}${whose(after, definition)} ${moves}`;
  const { reference } = definition.record;
  const isMoved = event === 'several' && changed.some(column => reference.includes(column));
  const others = isMoved ? changed.filter(column => !reference.includes(column)) : changed;
  const changes = others.map((column, place) => {
    const [from, to] = [before, after].map(held => valueWords(held.get(column), definition, column));
    const of = place === 0 && !isMoved ? ` of ${subject}` : '';
    return `${column}${of} changes${from === to ? '' : ` from ${from} to ${to}`}`;
  });
  if (event === 'several')
    return `${[...(isMoved ? [`${subject} ${moves}`] : []), ...changes].join(' and ')} in one UPDATE`;
  const [first] = changes;
  return first ?? `${subject}${whose(after, definition)} is updated`;
}

function columnsChanged(before: Held, after: Held): string[] {
  return [...after.keys()].filter(name => before.get(name) !== after.get(name));
}

/** The state of the columns that decide whether a record counts. */
function whose(held: Held | null, definition: CounterDefinition): string {
  const { record } = definition;
  const parts = (record.where ? columnsOf(record.where) : [])
    .filter(column => held?.has(column))
    .map(column => `${column} is ${valueWords(held?.get(column), definition, column)}`);
  return parts.length === 0 ? '' : ` whose ${parts.join(' and ')}`;
}

function valueWords(
  value: Value | undefined,
  { record: { where } }: CounterDefinition,
  column: string,
): string {
  if (value === null || value === undefined) return 'NULL';
  const isOther =
    (typeof value === 'string' && value.startsWith('\u0001')) ||
    (typeof value === 'number' && !Number.isInteger(value));
  if (!isOther) return typeof value === 'string' ? `'${value}'` : String(value);
  return where && isOnlyAskedForNull(where, column) ? 'a value' : 'another value';
}

function isOnlyAskedForNull(where: Predicate, column: string): boolean {
  if ('column' in where) return where.column !== column || where.kind === 'null';
  const parts = where.kind === 'not' ? [where.of] : where.of;
  return parts.every(each => isOnlyAskedForNull(each, column));
}
