import type { CounterWriter } from '../../counter/definition/definition.ts';
import { columnsOf, type Predicate } from '../../counter/definition/predicate.ts';
import { keepsDeleted } from '../../counter/installed-body.ts';
import { type Place, placeText } from '../body/change.ts';
import { type CatalogTable, scaleOf } from '../catalog.ts';
import { columnsIn } from '../condition/evaluate.ts';
import type { Effect, Refusal } from '../effect/effect.ts';
import { isUnique } from '../effect/link.ts';
import { areOnOneWay } from '../effect/stored.ts';
import { commonCondition, type EventEffects } from './common-condition.ts';
import { countedWords, isOrdinal, pluralWords } from './count-name.ts';
import { namesCalled } from './relevant-routines.ts';
import { resetSentence, startSentence } from './resets.ts';
import { type StoredKind, storedKind } from './stored-kind.ts';
import type { Writing } from './writings.ts';

/** A counter as the bodies that write it say it. */
export interface WrittenCounter {
  table: CatalogTable;
  column: string;
  record: CatalogTable;
  link: Effect['link'];
  where: Predicate | null;
  amount: string | null;
  /** Deleted records are no longer counted, or should not be. */
  subtracts: boolean;
  /** What is taken from it that nothing subtracts deleted records, in a sentence; null if something does. */
  unseen: string | null;
  upsert: boolean;
  /** Columns of the row that constants find it by. */
  constants: string[];
  writers: CounterWriter[];
  by: 'trigger' | 'function';
  certain: boolean;
  /** What speaks for it, and what a reader has to know, in sentences. */
  evidence: string[];
  /** Those sentences of `evidence` that speak against it. */
  doubts: string[];
  places: Place[];
}

/** A column that bodies count in, and no definition can be made of. */
export interface UncheckableColumn {
  table: CatalogTable;
  column: string;
  reason: string;
  /** Only a function adds to it, so that its name and its foreign keys may know better. */
  unlogged: boolean;
  /** The counter that it would be, were it not for the reason. */
  otherwise?: WrittenCounter;
}

export type Judged = WrittenCounter | UncheckableColumn;

/** What the bodies say of each column that one of them counts in. */
export function writtenCounters(writings: readonly Writing[]): Judged[] {
  const columns = new Map<string, { table: CatalogTable; column: string }>();
  for (const { effects, refusals } of writings) {
    for (const { table, column } of [...effects, ...refusals]) {
      if (!table.foreign) columns.set(`${table.oid} ${column}`, { table, column });
    }
  }
  return [...columns.values()].flatMap(({ table, column }) => {
    const isOwn = (each: Effect | Refusal) => each.table === table && each.column === column;
    const own = writings
      .map(writing => ({
        ...writing,
        effects: writing.effects.filter(isOwn),
        refusals: writing.refusals.filter(isOwn),
      }))
      .filter(({ effects, refusals }) => effects.length > 0 || refusals.length > 0);
    const judged = judge(table, column, own, writings);
    return judged && !('reason' in judged) ? unlessReset(judged, own, writings) : (judged ?? []);
  });
}

/** A counter, unless some body sets it to a number. */
function unlessReset(counter: WrittenCounter, own: readonly Writing[], writings: readonly Writing[]): Judged {
  const { table, column, record, link, amount, where } = counter;
  const conditions = own.flatMap(({ effects }) => effects.flatMap(each => each.conditions));
  const columns = new Set([
    ...(link?.reference ?? []),
    ...(amount === null ? [] : [amount]),
    ...conditions.flatMap(columnsIn),
    ...(where ? columnsOf(where) : []),
  ]);
  const counted = { table, column, record, key: link?.key ?? [], columns };
  const start = startSentence(writings, counted);
  const started = start === null ? counter : doubted(counter, start);
  const reason = resetSentence(writings, counted);
  if (reason === null) return started;
  return { table, column, reason, unlogged: false, otherwise: doubted(started, reason) };
}

function doubted(counter: WrittenCounter, doubt: string): WrittenCounter {
  const { evidence, doubts } = counter;
  return { ...counter, certain: false, evidence: [...evidence, doubt], doubts: [...doubts, doubt] };
}

function emptiesOnTruncate(table: CatalogTable, column: string, writings: readonly Writing[]): boolean {
  return writings.some(
    ({ by, outcome }) =>
      by.kind === 'trigger' &&
      by.event === 'truncate' &&
      outcome.changes.some(each => each.target.table === table && each.column === column),
  );
}

function judge(
  table: CatalogTable,
  column: string,
  writings: readonly Writing[],
  all: readonly Writing[],
): Judged | null {
  const triggers = writings.filter(({ by }) => by.kind === 'trigger');
  const functions = writings.filter(({ by }) => by.kind === 'function');
  const used = triggers.some(({ effects }) => effects.length > 0) ? triggers : functions;
  const effects = used.flatMap(each => each.effects);
  const uncheckable = (reason: string, unlogged = false): UncheckableColumn => ({
    table,
    column,
    reason,
    unlogged,
  });
  const [refused] = triggers.flatMap(each => each.refusals);
  if (effects.length === 0) return refusedColumn(table, column, triggers, functions);
  const [first] = effects;
  // A number that is given out is not taken back.
  const isGiven = isOrdinal(column) && !effects.some(({ sign }) => sign === -1);
  if (!first || (isGiven && first.amount === null)) return null;
  if (new Set(effects.map(({ record }) => record.oid)).size > 1) {
    const names = [...new Set(effects.map(({ record }) => record.name))];
    return uncheckable(`It counts records of several tables: ${names.join(', ')}.`);
  }
  if (new Set(effects.map(({ link }) => JSON.stringify(linkNames(link)))).size > 1) {
    return isTally(column) || used === triggers
      ? uncheckable('Its records refer to rows in more than one way.')
      : null;
  }
  if (new Set(effects.map(({ amount }) => amount)).size > 1) {
    return uncheckable('It adds up different columns of its records.');
  }
  const { record, link, amount } = first;
  if (record.kind === 'f' || table.kind === 'f')
    return uncheckable(`${(record.kind === 'f' ? record : table).name} is in another database.`);
  const inexact = (amount === null ? null : inexactly(record, amount, floats)) ?? inexactly(table, column);
  if (inexact !== null) return uncheckable(inexact);
  const storing = storingBeside(functions, all);
  const kind = used === functions ? storedKind(record, effects, storing, all) : null;
  const withKind = (each: Effect) =>
    kind && each.stored ? { ...each, conditions: [...each.conditions, kind.condition] } : each;
  const groups = used
    .flatMap(({ by, effects: list }) =>
      by.kind === 'trigger' ? [{ event: by.event, effects: list }] : calledGroups(list.map(withKind)),
    )
    .filter(({ effects: list }) => list.length > 0);
  if (countsItself(table, record, link)) return null;
  const direction = directionOf(groups);
  if (direction === 'down')
    return isTally(column) ? uncheckable('A new record lowers it: it counts down.') : null;
  if (direction === 'both') return uncheckable('Some records add to it, and others subtract.');
  const keys = new Set(link?.reference ?? []);
  const inserts =
    refused && used === triggers
      ? triggers.find(({ by, refusals }) => isInsert(by) && refusals.length > 0)
      : undefined;
  if (inserts?.refusals[0]) return uncheckable(sentence(inserts.refusals[0]));
  const common = commonCondition(groups, record, keys);
  if ('why' in common) return uncheckable(`${upper(common.why)}: see ${first.place.routine}.`);
  // A stock, from which updates only take away. What has the name of a count may be added to by the application.
  if (onlyChanges(groups) && !isTally(column) && effects.every(({ sign }) => sign === -1)) return null;
  if (onlyChanges(groups) && common.where === null) {
    return isTally(column) ? uncheckable('It counts changes, and nothing logs them.') : null;
  }
  if (link && !isUnique(table, link.key)) {
    return uncheckable(
      `${first.place.routine} finds its rows by ${link.key.join(', ')}, which is not unique.`,
    );
  }
  const rounded = amount === null ? null : roundedInto(record, amount, table, column);
  if (rounded !== null && scaleOf(table, column) === 0) return uncheckable(rounded);
  const thrown = used === functions ? thrownAway(record, functions) : null;
  if (thrown !== null) return uncheckable(thrown);
  const uncounted = storedUncounted(record, functions, storing, kind);
  // An upsert that follows UPDATE ... IF NOT FOUND counts what that did not find.
  const isAfterUpdate = ({ upsert }: Effect, doubt: string) => upsert && /\bFOUND\b/.test(doubt);
  const doubts = [
    ...new Set(
      effects.flatMap(each =>
        each.doubts.flatMap(doubt => (isAfterUpdate(each, doubt) ? [] : `${upper(doubt)}.`)),
      ),
    ),
    ...(common.doubts.length === 0 ? [] : [`Not every writer has its condition: ${common.doubts.join(' ')}`]),
    ...(onlyChanges(groups)
      ? ['Only updates add to it, and nothing subtracts: it may count how often that happened.']
      : []),
    ...triggers.flatMap(each => each.refusals.map(sentence)),
    ...onlyInPartitions(used),
    ...(rounded === null ? [] : [rounded]),
    ...(used === functions
      ? [
          ...functions.flatMap(each =>
            each.refusals.filter(({ kind }) => kind === 'condition').map(sentence),
          ),
          ...unloggedBeside(storing, functions, first),
          ...(kind ? [] : uncounted),
          ...deletedUncounted(record, functions),
        ]
      : []),
  ];
  const empties = emptiesOnTruncate(table, column, all);
  const kept = triggers.some(({ by }) => keepsDeleted(by.routine.source));
  // A log of one kind of records is a log.
  const where = kind && effects.every(({ conditions }) => conditions.length === 0) ? null : common.where;
  const onDelete = onDeleteOf(groups, where, empties || refused !== undefined, kept);
  return {
    table,
    column,
    record,
    link,
    where: common.where,
    amount,
    ...onDelete,
    upsert: effects.some(each => each.upsert),
    constants: [...new Set(effects.flatMap(each => each.constants))],
    writers: writersOf(used),
    by: used === triggers ? 'trigger' : 'function',
    certain: doubts.length === 0,
    evidence: [
      ...evidenceOf(used, effects.find(({ sign }) => sign === 1) ?? first),
      ...(kind ? uncounted : []),
      ...doubts,
    ],
    doubts,
    places: effects.map(({ place }) => place),
  };
}

/** Says in which partitions no trigger counts where others do: their records may not be meant. */
function onlyInPartitions(used: readonly Writing[]): string[] {
  const where = used.flatMap(({ by, effects }) =>
    by.kind === 'trigger' && effects.length > 0 ? [by.trigger.partitions] : [],
  );
  const on = new Set(where.flatMap(each => each?.on ?? []));
  const off = new Set(where.flatMap(each => each?.off ?? [])).difference(on);
  return where.every(each => each !== undefined) && on.size > 0 && off.size > 0
    ? [`Nothing counts in ${[...off].join(', ')}, whose records may not be meant.`]
    : [];
}

/** The functions, but for those that a function that counts calls. */
function storingBeside(counting: readonly Writing[], writings: readonly Writing[]): Writing[] {
  const called = new Set(
    counting.flatMap(({ by }) => (by.kind === 'function' ? namesCalled(by.routine.source) : [])),
  );
  return writings.filter(({ by }) => by.kind === 'function' && !called.has(by.routine.name.toLowerCase()));
}

/** Says which functions store such a record too and do not count it. */
function storedUncounted(
  record: CatalogTable,
  counting: readonly Writing[],
  storing: readonly Writing[],
  kind: StoredKind | null,
): string[] {
  return storing.flatMap(({ by, outcome }) => {
    if (by.kind !== 'function' || counting.some(other => other.by === by)) return [];
    const isStored = outcome.insertions.some(
      ({ source, table }) => source.kind === 'inserted' && table === record,
    );
    const which = kind ? `with another ${kind.column}` : 'too';
    return isStored
      ? [`${by.routine.identity} stores records of ${record.name} ${which}, and does not count them.`]
      : [];
  });
}

/** Says which function throws away records where it stores one, such as one that keeps the newest: its count is not what is left. */
function thrownAway(record: CatalogTable, counting: readonly Writing[]): string | null {
  for (const { by, effects, refusals, outcome } of addingAlone(record, counting)) {
    // It may subtract in a way that is not read.
    if (refusals.length > 0) continue;
    const gone = outcome.insertions.filter(
      ({ source, table }) => source.kind === 'deleted' && table === record,
    );
    // What only adds where it finds nothing replaces a record.
    const always = effects.filter(({ doubts }) => !doubts.some(doubt => /\bFOUND\b/.test(doubt)));
    if (always.some(({ stored }) => stored && gone.some(each => areOnOneWay(stored, each))))
      return `${by.routine.identity} deletes records of ${record.name} where it adds one, and subtracts nothing.`;
  }
  return null;
}

/** Says which functions change the count where they neither store nor delete a record, such as one that hides it. */
function unloggedBeside(
  beside: readonly Writing[],
  changing: readonly Writing[],
  { table, record, link }: Effect,
): string[] {
  const alone = new Set(beside.map(({ by }) => by));
  // A row that goes leaves its records and their count to another one.
  const isLeft = ({ emptied, changes }: Writing['outcome']) =>
    emptied.includes(table) &&
    changes.some(each => each.target.table === record && link?.reference.includes(each.column));
  const found = changing.flatMap(({ by, refusals, outcome }) =>
    alone.has(by)
      ? refusals.filter(({ kind, ofAnotherRow }) => kind === 'unlogged' && !(ofAnotherRow && isLeft(outcome)))
      : [],
  );
  return [...new Set(found.map(sentence))];
}

/** Says which functions that only add also delete records elsewhere. */
function deletedUncounted(record: CatalogTable, counting: readonly Writing[]): string[] {
  return addingAlone(record, counting).map(
    ({ by }) => `${by.routine.identity} deletes records of ${record.name} too, and subtracts nothing.`,
  );
}

/** The functions that delete records and only add. */
function addingAlone(record: CatalogTable, counting: readonly Writing[]) {
  return counting.flatMap(({ by, effects, refusals, outcome }) =>
    by.kind === 'function' &&
    effects.every(({ kind, sign }) => kind === 'adds' && sign === 1) &&
    outcome.emptied.includes(record)
      ? { by, effects, refusals, outcome }
      : [],
  );
}

const floats: ReadonlySet<string> = new Set(['double precision', 'real']);

/** Why a column cannot be compared or, being one of these types, not be added up; null if it can. */
function inexactly(
  { name: table, columns }: CatalogTable,
  name: string,
  types: ReadonlySet<string> = new Set(),
): string | null {
  const type = columns.find(each => each.name === name)?.type ?? '';
  if (type === 'money') return `${table}.${name} is money, which is not a number that can be added up.`;
  return types.has(type)
    ? `${table}.${name} is ${type}: the sum of such numbers depends on the order in which they are added.`
    : null;
}

/** Says that what is added is rounded each time, which a sum of all of it is not. */
function roundedInto(
  record: CatalogTable,
  amount: string,
  table: CatalogTable,
  column: string,
): string | null {
  const given = scaleOf(record, amount);
  const kept = scaleOf(table, column);
  return kept !== null && (given === null || given > kept)
    ? `${record.name}.${amount} has more decimals than ${table.name}.${column}: each is rounded by itself.`
    : null;
}

/**
 * Whether deleted records should be subtracted. That nothing does it means something only where records are added and never change
 * what is counted, as in a log: elsewhere it is as likely forgotten. What was installed so that they stay counted is `kept`.
 */
function onDeleteOf(groups: readonly EventEffects[], where: Predicate | null, more: boolean, kept: boolean) {
  const isSeen = groups.some(({ event, effects }) =>
    effects.some(({ kind, sign }) => kind === 'recounts' || (event === 'delete' && sign === -1)),
  );
  if (isSeen) return { subtracts: true, unseen: null };
  const onlyAdds = groups.every(
    ({ event, effects }) =>
      (event === 'insert' || event === 'call') && effects.every(({ sign, once }) => sign === 1 && !once),
  );
  const subtracts = !kept && (!onlyAdds || where !== null || more);
  return {
    subtracts,
    unseen: subtracts
      ? 'Nothing subtracts deleted records, which is taken for a mistake: onDelete in counters.json can say otherwise.'
      : 'Nothing subtracts deleted records, so they are taken to stay counted: onDelete in counters.json can say otherwise.',
  };
}

/** A function that is called may store records, and delete them in another branch. */
function calledGroups(effects: readonly Effect[]): EventEffects[] {
  const deletes = ({ kind, found }: Effect) => kind === 'adds' && found.includes('old');
  return [
    { event: 'call', effects: effects.filter(each => !deletes(each)) },
    { event: 'delete', effects: effects.filter(deletes) },
  ];
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function refusedColumn(
  table: CatalogTable,
  column: string,
  triggers: readonly Writing[],
  functions: readonly Writing[],
): UncheckableColumn | null {
  const [byTrigger] = triggers.flatMap(({ refusals }) => refusals);
  const [byFunction] = functions.flatMap(({ refusals }) => refusals);
  const refusal = byTrigger ?? byFunction;
  if (!refusal) return null;
  const unlogged = !byTrigger && refusal.kind === 'unlogged';
  if (!isTally(column) && refusal.kind !== 'array' && !byTrigger) return null;
  if (isOrdinal(column)) return null;
  return { table, column, reason: sentence(refusal), unlogged };
}

function sentence({ why, place }: Refusal): string {
  return `${placeText(place)} ${why}.`;
}

/** Whether a name speaks of a number of things. */
function isTally(column: string): boolean {
  return (countedWords(column) ?? pluralWords(column)) !== null || column === 'count' || column === 'counter';
}

function linkNames(link: Effect['link']) {
  if (!link) return null;
  const order = link.key.map((name, place) => [name, link.reference[place]]).toSorted();
  return {
    order,
    through: link.through && [link.through.table.oid, link.through.key, link.through.reference],
  };
}

/** A row that is found by its own key has no records but itself. */
function countsItself(table: CatalogTable, record: CatalogTable, link: Effect['link']): boolean {
  return (
    table === record &&
    link !== null &&
    !link.through &&
    link.key.every((name, place) => name === link.reference[place])
  );
}

function directionOf(groups: readonly EventEffects[]): 'up' | 'down' | 'both' {
  const adding = groups
    .filter(({ event }) => event === 'insert' || event === 'call')
    .flatMap(({ effects }) => effects);
  const deleting = groups.filter(({ event }) => event === 'delete').flatMap(({ effects }) => effects);
  const up =
    adding.some(each => each.sign === 1) || deleting.some(each => each.kind === 'adds' && each.sign === -1);
  const down =
    adding.some(each => each.sign === -1) || deleting.some(each => each.kind === 'adds' && each.sign === 1);
  if (up && down) return 'both';
  if (down) return 'down';
  if (up) return 'up';
  const changing = groups.filter(({ event }) => event === 'update').flatMap(({ effects }) => effects);
  return changing.length > 0 &&
    changing.every(each => each.sign === -1) &&
    !changing.some(each => each.conditions.length > 0)
    ? 'down'
    : 'up';
}

/** Updates that only ever add count themselves. */
function onlyChanges(groups: readonly EventEffects[]): boolean {
  const signs = new Set(groups.flatMap(({ effects }) => effects.map(({ sign }) => sign)));
  return (
    signs.size === 1 &&
    groups.every(({ event, effects }) => event === 'update' && effects.every(({ kind }) => kind === 'adds'))
  );
}

function isInsert(by: Writing['by']): boolean {
  return by.kind === 'trigger' && by.event === 'insert';
}

function writersOf(writings: readonly Writing[]): CounterWriter[] {
  const found = new Map<
    string,
    CounterWriter & { events: ('insert' | 'update' | 'delete' | 'truncate')[] }
  >();
  for (const { by, effects, record } of writings) {
    if (effects.length === 0) continue;
    if (by.kind === 'function') {
      found.set(by.routine.identity, { kind: 'function', name: by.routine.identity, events: [] });
      continue;
    }
    if (!by.trigger.enabled) continue;
    const on = by.trigger.partitions ? 'partitions of ' : '';
    const name = `${by.trigger.name} on ${on}${record?.schema}.${record?.name}`;
    const writer = found.get(name) ?? { kind: 'trigger', name, events: [] };
    if (!writer.events.includes(by.event)) writer.events.push(by.event);
    found.set(name, writer);
  }
  return [...found.values()];
}

function evidenceOf(writings: readonly Writing[], { place, kind, record, amount }: Effect): string[] {
  const disabled = writings.flatMap(({ by }) =>
    by.kind === 'trigger' && !by.trigger.enabled ? [by.trigger.name] : [],
  );
  const what =
    amount === null ? `the records of ${record.name}` : `${amount} of the records of ${record.name}`;
  const does =
    kind === 'recounts'
      ? amount === null
        ? 'counts'
        : 'adds up'
      : amount === null
        ? 'adds one for each of'
        : 'adds';
  return [
    `${placeText(place)} ${does} ${what}.`,
    ...[...new Set(disabled)].map(name => `The trigger ${name} is disabled.`),
  ];
}
