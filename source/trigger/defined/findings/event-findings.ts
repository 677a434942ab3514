import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding, Severity } from '../../../counter/finding.ts';
import { printed } from '../../../counters/body/print.ts';
import { signed } from '../../../format/numbers.ts';
import { columnsOfEvent, type EventName } from '../events.ts';
import type { Cause, Circumstances } from '../facts/circumstances.ts';
import { about, type KeptBy, nameOf } from '../keeping.ts';
import type { Played } from '../play.ts';
import type { EventVerdict, Fault } from '../verdict.ts';
import { capital, eventWords, momentWords, one } from '../words.ts';
import { mayBeKept } from './absence.ts';

/** Findings about an event that changes nothing, or changes the count wrongly. */
export function eventFindings(
  verdict: EventVerdict,
  definition: CounterDefinition,
  circumstances: Circumstances,
): Finding[] {
  const causes = circumstances.causes.get(verdict.event) ?? [];
  const { event } = verdict;
  const faults = verdict.faults.map(fault => faultFinding(fault, event, causes, definition, circumstances));
  const found = verdict.unplayed
    ? [unplayedFinding(event, definition)]
    : verdict.missing && verdict.needed
      ? [missingFinding(event, causes, definition, circumstances), ...faults]
      : event === 'truncate' && verdict.handled === true && definition.onDelete === 'keeps'
        ? [emptiedFinding(verdict, definition), ...faults]
        : faults;
  return found.map(each => ({ ...each, event }));
}

const mostCauses = 3;

function missingFinding(
  event: EventName,
  causes: readonly Cause[],
  definition: CounterDefinition,
  { owner, agreement }: Circumstances,
): Finding {
  const { record, onDelete } = definition;
  const only = owner === null ? 'only their owner' : `only ${owner}, who owns ${record.table},`;
  const shown = causes.slice(0, mostCauses).map(({ text }) => text);
  const more = causes.length - shown.length;
  const keeps = (event === 'delete' || event === 'truncate') && onDelete === 'keeps';
  return {
    code: `${event}-not-counted`,
    severity: severityOf(event, causes, keeps),
    message: keeps ? meantWords(event, definition) : missingWords(event, definition),
    hint:
      event === 'insert' && agreement !== undefined && mayBeKept(agreement)
        ? 'The application may count them: another finding says why.'
        : event === 'insert'
          ? `See what would count them: preset-usage migrate --counter ${definition.id} --dry-run`
          : causes.length === 0
            ? `By the catalog ${only} can do that.`
            : `It can happen: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
  };
}

function severityOf(event: EventName, causes: readonly Cause[], keeps: boolean): Severity {
  if (event === 'insert') return 'error';
  if (causes.length === 0) return 'info';
  const isBound = causes.some(({ kind }) => !['grant', 'state', 'owner'].includes(kind));
  return isBound && !keeps ? 'error' : 'warning';
}

function unplayedFinding(event: EventName, definition: CounterDefinition): Finding {
  return {
    code: 'change-not-played',
    severity: 'warning',
    message: `It is not known what happens to the count when ${eventWords(event, definition)}: no such change was found that could be played.`,
    hint: 'Make a test change and watch the count.',
  };
}

function meantWords(event: EventName, { nouns, record }: CounterDefinition): string {
  return event === 'truncate'
    ? `TRUNCATE of ${record.table} leaves the counts above their records: no trigger sets them to 0, which may be meant.`
    : `Deleting ${one(nouns.record)} leaves the count above its records: no trigger subtracts, which may be meant.`;
}

/** A finding about a trigger that sets every count to 0, where those of deleted records are meant to stay. */
function emptiedFinding({ by }: EventVerdict, { id, nouns, record }: CounterDefinition): Finding {
  const [, records] = nouns.record;
  return {
    code: 'truncate-counted',
    severity: 'warning',
    message: `TRUNCATE of ${record.table} sets every count to 0, although deleted ${records} stay counted: see ${listOf(by)}.`,
    hint: `If migrate installed that, it drops it now: preset-usage migrate --counter ${id} --dry-run. Otherwise take it out, or set onDelete to subtracts in counters.json.`,
    ...about(by),
  };
}

function missingWords(event: EventName, definition: CounterDefinition): string {
  const { nouns, record } = definition;
  const subject = one(nouns.record);
  switch (event) {
    case 'insert':
      return `No trigger counts ${subject} that is inserted.`;
    case 'delete':
      return `Nothing subtracts when ${subject} is deleted: the count stays too high.`;
    case 'move':
      return `Nothing changes the counts when ${subject} moves to another ${nouns.row[0]}.`;
    case 'truncate':
      return `Nothing sets the counts to 0 when TRUNCATE empties ${record.table}.`;
    default:
      return `Nothing changes the count when ${columnsOfEvent(event, definition).join(' or ')} of ${subject} changes.`;
  }
}

/** A finding about events that are counted wrongly. */
export function faultFinding(
  { kind, example, by, always }: Fault,
  event: EventName | 'several',
  causes: readonly Cause[],
  definition: CounterDefinition,
  circumstances: Circumstances,
): Finding {
  const who = listOf(by) || 'Nothing';
  const what = momentWords(example.moment, definition);
  const can = event === 'insert' || event === 'update' || event === 'several' || causes.length > 0;
  const severity: Severity = can ? 'error' : 'warning';
  const finding = (code: string, message: string, hint: string, given: Severity = severity): Finding => ({
    code,
    severity: given,
    message,
    hint,
    ...about(by),
  });
  // The amounts that are played are made up.
  const amountOf = (n: number) => (definition.record.amount === null ? ` by ${signed(n)}` : '');
  const correct = by.length > 0 ? `Correct ${functionsOf(by)}.` : 'Add it to the trigger.';
  switch (kind) {
    case 'null':
      if (example.by.some(each => each.effects.some(({ kind }) => kind === 'recounts')))
        return finding(
          'null-when-empty',
          `The count becomes NULL when ${what} and no other one counts: ${who} counts anew without COALESCE around it.`,
          `Write coalesce(..., 0) around what is counted in ${functionsOf(by)}.`,
        );
      if (definition.record.amount === null)
        return finding(
          'amount-null',
          `The count becomes NULL when ${what}: ${who} adds NULL then.`,
          `Write COALESCE around what is added in ${functionsOf(by)}.`,
        );
      return finding(
        'amount-null',
        `The count becomes NULL when ${what} and ${definition.record.amount} is NULL: ${who} adds it without COALESCE.`,
        `Write coalesce(${definition.record.amount}, 0) in ${functionsOf(by)}.`,
        mayBeNull(definition, circumstances) ? severity : 'warning',
      );
    case 'twice':
      return finding(
        'counts-twice',
        by.length > 1
          ? `The count changes twice when ${what}: ${who} each change it.`
          : `${who} changes the count by twice as much as it should when ${what}.`,
        by.length > 1 ? 'Keep one of them and drop the other.' : correct,
      );
    case 'differs':
      return finding(
        'condition-differs',
        `The count comes out wrong when ${what}: ${who} counts anew under another condition than the counter has.`,
        `Give every query in ${functionsOf(by)} the condition of the counter.`,
      );
    case 'half':
      return finding(
        'move-half-counted',
        `${capital(one(definition.nouns.record))} that moves is not ${halfWords(example, definition)}.`,
        correct,
      );
    case 'last':
      return finding(
        'last-not-counted',
        `When ${what} and was the last one of its ${definition.nouns.row[0]}, the count is not set to 0: ${who} counts with GROUP BY, which gives no row where no ${definition.nouns.record[0]} is left.`,
        `Count in a query without GROUP BY, for each ${definition.nouns.row[0]} by itself.`,
      );
    case 'uncounted':
      if (event === 'condition' || event === 'amount' || event === 'several')
        return finding(
          event === 'several' ? 'changes-at-once' : `${event}-partly-counted`,
          `The count stays as it is when ${what}, and should change${amountOf(example.should)}.`,
          correct,
          event === 'several' ? 'warning' : severity,
        );
      if (example.by.some(isBefore))
        return finding(
          'trigger-before',
          `${who} counts anew BEFORE the event, and misses what it is about when ${what}.`,
          'Make it an AFTER trigger.',
        );
      return finding(
        'condition-added',
        `The count stays as it is when ${what}: the trigger has a condition that the counter does not have.`,
        'Take the condition out of the trigger, or give it to the counter in counters.json.',
      );
    case 'unneeded':
      if (event === 'update')
        return finding(
          'update-counts',
          always
            ? `${who} changes the count with any update of ${one(definition.nouns.record)}, as ON CONFLICT DO UPDATE makes one.`
            : `${who} changes the count with some updates of ${one(definition.nouns.record)} that change nothing that counts${firingWords(example)}.`,
          `Compare OLD with NEW in ${functionsOf(by)}, or leave UPDATE out of the trigger.`,
        );
      if (event === 'insert' || event === 'delete')
        return finding(
          'condition-lacking',
          `The count changes${amountOf(example.is)} when ${what}, which does not count.`,
          `Test the condition in ${functionsOf(by)}.`,
          event === 'insert' && !isOrdinary(example, definition, circumstances) ? 'warning' : severity,
        );
      break;
    case 'wrong':
      break;
  }
  return finding(
    event === 'several' ? 'changes-at-once' : 'counts-wrong',
    `The count changes${amountOf(example.is)} when ${what}, and should ${example.should === 0 ? 'stay as it is' : definition.record.amount !== null ? 'change otherwise' : `change by ${signed(example.should)}`}.`,
    correct,
    event === 'several' ? 'warning' : severity,
  );
}

/** Which row of a move is left out, and of which moves: a row that is not there has no count. */
function halfWords(
  { side, moment: { before, after } }: Played,
  { nouns, record: { reference } }: CounterDefinition,
): string {
  const other = side === 'new' ? before : after;
  const empty = reference.filter(name => (other?.get(name) ?? null) === null).join(' and ');
  return side === 'new'
    ? `added to the ${nouns.row[0]} it moves to${empty ? ` where its ${empty} was NULL` : ''}`
    : `subtracted from the ${nouns.row[0]} it leaves${empty ? ` where its ${empty} becomes NULL` : ''}`;
}

/** By what its triggers tell the updates for which they do something. */
function firingWords({ by }: Played): string {
  const named = by.map(each => (each.by.kind === 'trigger' ? each.by.trigger.updateOf : []));
  const asked = by.flatMap(({ effects }) => effects.map(each => each.conditions.map(printed)));
  const shared = [...new Set(asked[0])].filter(each => asked.every(list => list.includes(each)));
  const sets = named.every(list => list.length > 0)
    ? [`that set ${[...new Set(named.flat())].join(' or ')}`]
    : [];
  const told = [...sets, ...(shared.length > 0 ? [`where ${shared.join(' and ')}`] : [])];
  return told.length > 0 ? `: those ${told.join(' and ')}` : '';
}

function isBefore({ by }: Played['by'][number]): boolean {
  return by.kind === 'trigger' && (by.trigger.type & 2) !== 0;
}

/** Whether a record looks like that when nothing is said of its columns: what its defaults make. */
function isOrdinary(
  { moment: { after } }: Played,
  { record }: CounterDefinition,
  { columns }: Circumstances,
): boolean {
  if (record.where === null || after === null) return true;
  return [...after].every(([name, value]) => {
    if (record.reference.includes(name)) return true;
    const own = columns.get(name);
    return own?.default === undefined || own.default === value;
  });
}

/** Whether NULL is known to be possible: what the server computes may never be. */
function mayBeNull({ record }: CounterDefinition, { generated }: Circumstances): boolean {
  return !generated.some(({ column, virtual }) => column === record.amount && !virtual);
}

function listOf(by: readonly KeptBy[]): string {
  return by.map(nameOf).join(' and ');
}

function functionsOf(by: readonly KeptBy[]): string {
  return by.length === 0 ? 'the trigger' : `the function of ${listOf(by)}`;
}
