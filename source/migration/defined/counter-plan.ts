import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { columnsOf } from '../../counter/definition/predicate.ts';
import type { Finding } from '../../counter/finding.ts';
import { refused } from '../../counter/guards.ts';
import { type ConsoleError, isConsoleError } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import type { Circumstances } from '../../trigger/defined/facts/circumstances.ts';
import { applicationCodes } from '../../trigger/defined/findings/absence.ts';
import { strandedCode } from '../../trigger/defined/findings/key-findings.ts';
import type { CounterHealth, EventHealth, Known } from '../../trigger/defined/judge.ts';
import { type Keeping, keepersOf, nameOf } from '../../trigger/defined/keeping.ts';
import { eventWords } from '../../trigger/defined/words.ts';
import type { CounterFacts } from './read-counter-facts.ts';
import type { CounterScript } from './sql/counter-script.ts';

/** What would be done, and what it replaces. */
export interface CounterChanges {
  /** What is missing or differs, in words. */
  differs: string[];
  /** Triggers that count wrongly and are dropped. */
  drops: string[];
  statements: string[];
  /** Statements to restore by hand what is dropped or replaced. */
  replaced: string[];
  /** The finding that the application seems to count by itself, or that this was not looked at; null if nothing speaks for it. */
  beside: Finding | null;
}

export const nothing: CounterChanges = { differs: [], drops: [], statements: [], replaced: [], beside: null };

interface Decided {
  known: Known;
  health: CounterHealth;
  writers: TriggerCatalog;
  facts: CounterFacts;
  script: CounterScript;
}

/** What to do for a counter. Throws (exit code 4) where installing would count something twice, or is not possible. */
export function changesFor(decided: Decided): CounterChanges {
  const { known, health, facts, script } = decided;
  requireWritten(known, facts);
  if (isInstalled(facts, script)) return nothing;
  const ours = new Set(script.functions.map(({ name }) => name));
  const keepers = keepersOf(known.definition, known.writings).own;
  const foreign = keepers.filter(({ by }) => !isOurs(by, known, ours));
  // What this program installed and somebody took a part of is put back.
  const isOwn = keepers.length > 0 && foreign.length === 0;
  const outdated = outdatedTriggers(facts, script);
  if (!isOwn && outdated.length === 0 && isKept(health, known.definition)) return nothing;
  requireRoom(known.definition, facts);
  requireAlone(decided, foreign);
  const added = missingTriggers(decided, foreign);
  const installed = added ? { ...script, triggers: added } : script;
  const dropped = added ? [] : droppable(decided, foreign);
  const stale = facts.triggers.filter(
    ({ name }) =>
      installed.triggers.some(each => each.name === name) && !dropped.some(each => each.name === name),
  );
  const gone = [...dropped, ...outdated, ...stale];
  const { record, row, through } = facts.relations;
  const tableOf = (oid: number) => [record, row, through].find(each => each?.oid === oid)?.name ?? '';
  return {
    differs: [
      ...dropped.map(
        ({ name, table }) =>
          `the trigger ${name} on ${tableOf(table)}${isWrong(name, health) ? ', which counts wrongly, is dropped' : ' is replaced'}`,
      ),
      ...outdated.map(
        ({ name, table }) =>
          `the trigger ${name} on ${tableOf(table)}, which an earlier run installed, is dropped`,
      ),
      ...installed.functions.map(({ name }) => `the function ${name}()`),
      ...installed.triggers.map(({ name, table }) => `the trigger ${name} on ${table}`),
    ],
    drops: dropped.map(({ name }) => name),
    statements: [
      'SET LOCAL search_path = pg_catalog, pg_temp',
      ...gone.map(({ name, table }) => `DROP TRIGGER ${quoted(name)} ON ${tableOf(table)}`),
      ...installed.functions.flatMap(({ name, statement }) => [
        statement,
        `ALTER FUNCTION ${name}() OWNER TO ${quoted(facts.owner)}`,
      ]),
      ...installed.triggers.map(({ statement }) => statement),
    ],
    replaced: gone.map(({ definition }) => definition),
    beside: isOwn ? null : (health.findings.find(({ code }) => applicationCodes.has(code)) ?? null),
  };
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Whether exactly this is installed and fires. */
export function isInstalled(facts: CounterFacts, script: CounterScript): boolean {
  const { functions, triggers } = script;
  return (
    functions.every(({ name, source }) =>
      facts.functions.some(
        each => name.endsWith(`.${quoted(each.name)}`) && each.source === source && each.sound,
      ),
    ) &&
    triggers.every(({ name }) => facts.triggers.some(each => each.name === name && each.enabled)) &&
    outdatedTriggers(facts, script).length === 0
  );
}

/** Triggers that an earlier run installed for events that are not counted now. The function would take them for others. */
function outdatedTriggers(
  facts: CounterFacts,
  { functions, triggers }: CounterScript,
): CounterFacts['triggers'] {
  return facts.triggers.filter(
    each =>
      each.function !== null &&
      functions.some(({ name }) => name.endsWith(`.${quoted(each.function ?? '')}`)) &&
      !triggers.some(({ name }) => name === each.name),
  );
}

/** Whether triggers that are there count right: nothing that can happen, and that is meant to be counted, is missed. */
function isKept(health: CounterHealth, definition: CounterDefinition): boolean {
  return (
    health.healthy &&
    health.triggers.length > 0 &&
    meantEvents(health, definition).every(({ handled, canHappen }) => handled === true || !canHappen)
  );
}

/** Whether a trigger itself is judged wrong, not another one beside it. */
export function isWrong(name: string, { events, findings }: CounterHealth): boolean {
  return (
    events.some(({ handled, keptBy }) => handled === false && keptBy.includes(name)) ||
    findings.some(({ severity, triggers }) => severity === 'error' && triggers?.includes(name))
  );
}

/** The events that are meant to be counted. */
function meantEvents({ events }: CounterHealth, { onDelete }: CounterDefinition): EventHealth[] {
  return events.filter(
    ({ event }) => onDelete === 'subtracts' || (event !== 'delete' && event !== 'truncate'),
  );
}

/**
 * The triggers for the events that nothing counts, where the others are counted right by triggers of somebody else's: those stay as
 * they are. Null if more than that is wrong, or if one trigger would have to count a part of an event.
 */
function missingTriggers(
  { known: { definition }, health, script }: Decided,
  foreign: readonly Keeping[],
): CounterScript['triggers'] | null {
  if (foreign.length === 0 || definition.record.through !== null) return null;
  const meant = meantEvents(health, definition);
  const missed = meant.filter(({ handled }) => handled !== true);
  const isAbsent = missed.every(({ handled, keptBy }) => handled === false && keptBy.length === 0);
  if (!isAbsent || missed.some(({ event }) => event === 'insert')) return null;
  const absent = new Set(missed.map(({ event }) => `${event}-not-counted`));
  if (health.findings.some(({ code, severity }) => severity === 'error' && !absent.has(code))) return null;
  const firing = new Set(missed.map(({ event }) => firesFor(event)));
  if (meant.some(each => !missed.includes(each) && firing.has(firesFor(each.event)))) return null;
  // A trigger may do more to the count with an UPDATE than to follow these events.
  if (foreign.some(({ event }) => firing.has(event))) return null;
  // A key that changes takes records along by updates.
  const endings = [...firing, ...(firing.has('update') ? ['key'] : [])];
  return script.triggers.filter(({ name }) => endings.some(event => name.endsWith(`_${event}`)));
}

const firesFor = (event: EventHealth['event']) =>
  event === 'insert' || event === 'delete' || event === 'truncate' ? event : 'update';

// What triggers that count every event by itself still get wrong, and those that are installed do not.
const mended: ReadonlySet<string> = new Set([
  'changes-at-once',
  'key-change-counts',
  'function-invoker',
  'recount-overlaps',
  'trigger-before',
  'clamped',
  'error-swallowed',
]);

/** Whether what counts could be installed for these tables at all. */
export function hasRoom(definition: CounterDefinition, facts: CounterFacts): boolean {
  try {
    requireRoom(definition, facts);
    return true;
  } catch (error) {
    if (isConsoleError(error)) return false;
    throw error;
  }
}

/** What stays uncounted beside triggers that count the rest right, and why, in sentences. */
export function leftUncounted(health: CounterHealth, definition: CounterDefinition, room = true): string[] {
  const meant = meantEvents(health, definition);
  const events = health.events
    .filter(({ handled }) => handled !== true)
    .map(each => {
      const what = `Not counted: ${eventWords(each.event, definition)}.`;
      if (!meant.includes(each)) return `${what} The count is taken to stay when that happens.`;
      return each.canHappen
        ? what
        : `${what} By the catalog only the owner of ${definition.record.table} can do that.`;
    });
  const names = health.triggers.map(({ name }) => name).join(', ');
  const between = health.findings.filter(({ code }) => code === 'between-not-counted');
  const wrong = health.findings.filter(({ code, severity }) => severity !== 'info' && mended.has(code));
  const stranded = health.findings.filter(({ code }) => code === strandedCode);
  const isAdded = definition.record.through === null;
  return [
    ...events,
    ...between.map(({ message }) => message),
    ...[...wrong, ...stranded].flatMap(({ message, hint }) => [message, `  ${hint}`]),
    ...(isAdded && room && wrong.length > 0
      ? [
          `What migrate would install instead of ${names} counts that right: write counters.json with counters --write-config, take what counts out of ${names}, and run migrate.`,
        ]
      : []),
    ...(!isAdded && (events.length > 0 || between.length > 0)
      ? [
          `Migrate adds nothing beside ${names}. To count that too, write counters.json with counters --write-config, drop ${names} and run migrate; or run sync afterwards.`,
        ]
      : []),
  ];
}

/** The server refuses every statement that writes a generated column, and what fired the trigger with it. */
function requireWritten({ definition, circumstances }: Known, { relations }: CounterFacts): void {
  if (!circumstances.count.generated) return;
  throw refused(
    'count-generated',
    `${definition.row.count} of ${(relations.via ?? relations.row).name} is a generated column, so it cannot be written.`,
    'Migrate what it is computed from, if those are counters.',
  );
}

/** True if only bodies tell what happens to deleted records. */
export function isInferred({ source }: CounterDefinition): boolean {
  return source.kind === 'trigger' || source.kind === 'function';
}

/** Triggers that fire once per statement see what they need only on plain tables. */
function requireRoom(
  definition: CounterDefinition,
  { relations, inherits, virtual, owner, foreign, forced }: CounterFacts,
): void {
  const { id, via, record, onDelete } = definition;
  const { where, amount, reference } = record;
  const unseen = virtual.filter(name =>
    [...(where ? columnsOf(where) : []), amount, ...reference].includes(name),
  );
  if (unseen.length > 0)
    throw refused(
      'does-not-fit',
      `Counting for ${id} cannot be installed: ${unseen.join(', ')} is virtual, and has no value in a trigger.`,
      'Make it a STORED column, or name what it is computed from in counters.json.',
    );

  const [other] = foreign;
  if (other)
    throw refused(
      'owners-differ',
      `Counting for ${id} cannot be installed: it would read ${other.name}, which belongs to ${other.owner}, as ${owner}, the owner of the count.`,
      `What ${other.owner} defines there would run with the rights of ${owner}. Give these tables one owner.`,
    );
  if (forced.length > 0)
    throw refused(
      'does-not-fit',
      `Counting for ${id} cannot be installed: row-level security of ${forced.join(' and ')} holds for ${owner} too, so not every row would be seen.`,
      'Take FORCE ROW LEVEL SECURITY off, or let a role with BYPASSRLS own the tables.',
    );
  if (onDelete === 'keeps' && record.through && !isInferred(definition))
    throw refused(
      'does-not-fit',
      `Counting for ${id} cannot be installed: a row of ${record.through.table} that comes, moves or goes is counted anew, and what was deleted is not there any more.`,
      'Say in counters.json that onDelete is subtracts, or keep the count by a function of your own.',
    );
  const reasons = [relations.record, ...(relations.through ? [relations.through] : [])].flatMap(
    ({ kind, name }) =>
      kind === 'p' ? [`${name} is partitioned`] : kind === 'f' ? [`${name} is in another database`] : [],
  );
  if (inherits && reasons.length === 0) reasons.push(`${relations.record.name} takes part in inheritance`);
  if (via && record.through)
    reasons.push('the count is in another table, and the records refer to rows by way of one more');
  if (reasons.length === 0) return;
  throw refused(
    'does-not-fit',
    `Counting for ${id} cannot be installed: ${reasons.join('; ')}.`,
    'A trigger that fires once per statement would miss records there. Write one by hand that fires FOR EACH ROW.',
  );
}

function isOurs(by: Keeping['by'], { catalog }: Known, ours: ReadonlySet<string>): boolean {
  if (by.kind === 'function') return false;
  const routine = catalog.routines.find(({ oid }) => oid === by.trigger.function);
  return routine !== undefined && ours.has(`${quoted(routine.schema)}.${quoted(routine.name)}`);
}

/** Throws where something that stays would count the same events. */
function requireAlone({ known, health }: Decided, foreign: readonly Keeping[]): void {
  const { definition, circumstances } = known;
  const { count } = definition.row;
  const [unread] = circumstances.unread;
  if (unread)
    throw wouldCountTwice(
      `It is not known whether the trigger ${unread.name} keeps ${count}: it ${unread.why}.`,
      'Find out what it does, and drop it if it counts; then run migrate.',
    );
  const unknown = health.findings.find(
    ({ code }) =>
      code === 'function-unread' || code === 'conditions-not-played' || code === 'change-not-played',
  );
  if (unknown && foreign.length > 0)
    throw wouldCountTwice(unknown.message, 'Drop what counts now by hand; then run migrate.');
  const doubt = health.findings.find(({ code }) => code === 'depends-on' || code === 'error-swallowed');
  if (doubt && foreign.length > 0)
    throw wouldCountTwice(
      `It is not certain whether ${foreign.map(({ by }) => nameOf(by))[0]} counts right. ${doubt.message}`,
      'Drop it by hand if it does not; then run migrate.',
    );
  const called = foreign.find(({ by }) => by.kind === 'function');
  if (called)
    throw wouldCountTwice(
      `${nameOf(called.by)} counts by itself: with a trigger its records would be counted twice.`,
      `Take what adds to ${count} out of it; then run migrate.`,
    );
  const other = circumstances.others.find(each => adds(each) && each.enabled !== 'disabled');
  if (other)
    throw wouldCountTwice(
      `The ${other.kind} ${other.name} adds to ${count} too: what it counts would be counted twice.`,
      `Take what adds to ${count} out of it, or drop it; then run migrate.`,
    );
  const elsewhere = keepersOf(definition, known.writings).otherwise[0];
  if (elsewhere)
    throw wouldCountTwice(
      `${nameOf(elsewhere.by)} writes ${count} too: it ${elsewhere.why}.`,
      `Take what writes ${count} out of it; then run migrate.`,
    );
}

const adds = ({ how }: Circumstances['others'][number]) => how === 'adds';

/** The triggers that count now, all of which go. Throws where one of them does more than count. */
function droppable(
  { known, writers, facts }: Decided,
  foreign: readonly Keeping[],
): CounterFacts['triggers'] {
  const { count } = known.definition.row;
  const triggers = new Set(foreign.flatMap(({ by }) => (by.kind === 'trigger' ? [by.trigger] : [])));
  return [...triggers].flatMap(trigger => {
    const own = facts.triggers.find(({ name, table }) => name === trigger.name && table === trigger.table);
    const more = doesMore(trigger, known, writers, facts);
    if (own && more === null) return [own];
    throw refused(
      'does-more',
      own
        ? `The trigger ${trigger.name} counts wrongly, and it also ${more}: it cannot be dropped for that.`
        : `The trigger ${trigger.name} of another table counts too, and cannot be dropped for that.`,
      `Take what writes ${count} out of its function by hand; then run migrate.`,
    );
  });
}

/** What a trigger does besides keeping this count, in words; null if nothing else was found. */
function doesMore(
  trigger: Known['catalog']['triggers'][number],
  { definition, writings }: Known,
  writers: TriggerCatalog,
  facts: CounterFacts,
): string | null {
  const home = definition.via ?? definition.row;
  for (const { by, outcome } of writings) {
    if (by.kind !== 'trigger' || by.trigger !== trigger) continue;
    const other = outcome.changes.find(
      ({ target, column }) =>
        target.table.schema !== home.schema ||
        target.table.name !== home.table ||
        column !== definition.row.count,
    );
    if (other) return `sets ${other.target.table.name}.${other.column}`;
    const [emptied] = outcome.emptied;
    if (emptied) return `deletes from ${emptied.name}`;
    const inserted = outcome.insertions.find(
      ({ table }) => table.schema !== home.schema || table.name !== home.table || !definition.via,
    );
    if (inserted) return `inserts into ${inserted.table.name}`;
    const [elsewhere] = outcome.elsewhere;
    if (elsewhere) return 'writes a table or view that is not known';
    const more = outcome.more.find(
      ({ table }) => table?.schema !== home.schema || table.name !== home.table || !definition.via,
    );
    if (more) return more.does;
    if (outcome.vetoes) return 'may refuse a change, by what it returns';
    if (outcome.refuses) return 'raises an error, by which it may refuse a change';
    if (outcome.dynamic.length > 0) return 'runs SQL that is not known before it runs';
  }
  const body = writers.functions.find(({ oid }) => oid === trigger.function);
  const call = body && callBeyond(body, writers, facts);
  return call ? `calls ${call}()` : null;
}

/** The name of a function whose effects are not known, and which a body calls for its effects; null if it calls none. */
function callBeyond(
  { reading }: TriggerCatalog['functions'][number],
  writers: TriggerCatalog,
  facts: CounterFacts,
  passed: ReadonlySet<string> = new Set(),
): string | null {
  for (const { performed, name, schema } of reading.calls) {
    if (!performed || passed.has(name)) continue;
    if (facts.reads.includes(name) && (schema ?? 'pg_catalog') === 'pg_catalog') continue;
    const called = writers.functions.filter(
      each => each.name === name && (schema === null || each.schema === schema),
    );
    const isRead = called.every(
      ({ reading: { problem, also } }) => problem === null && !also.includes('notifies'),
    );
    if (called.length === 0 || !isRead) return name;
    for (const each of called) {
      const beyond = callBeyond(each, writers, facts, new Set([...passed, name]));
      if (beyond !== null) return beyond;
    }
  }
  return null;
}

function wouldCountTwice(message: string, hint: string): ConsoleError {
  return refused('would-break', message, hint);
}
