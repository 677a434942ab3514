import type { Totals } from '../../counter/counter.ts';
import { type CounterNouns, nounsOfPresets } from '../../counter/definition/counter-nouns.ts';
import { recordsOf } from '../../counter/definition/nouns.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import type { LastUse, NewestRecord } from '../../counter/reading/newest-record-model.ts';
import { ago, count, dateTime, day, signed, span } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { ShownHealth } from '../../trigger/defined/shown-health.ts';

/** The sums of an audit, and two more that the answers need. */
export interface AnswerSums extends Totals {
  /** How many presets have records. */
  withRecords: number;
  /** The sum of all positive drifts. */
  excess: number;
}

/** What is known of the database when help is open; null means not known yet, and the answer says so. */
export interface AnswerFacts {
  /** The counter, if it is not that of presets. */
  other?: OtherCounter | undefined;
  /** The names of both tables if they differ from those the scripts are written for; null otherwise. */
  otherTables: string | null;
  /** Why this role may not see every row; null if it sees them all. */
  hiddenBy: string | null;
  sums: AnswerSums | null;
  /** Records of presets that are gone. */
  orphans: number;
  trigger: ShownHealth | null;
  /** Its value is null if reading it would be expensive. */
  newest: { value: NewestRecord | null } | null;
  /** The most frequent cause in a few words, and how many counts have it; null if none was found. */
  cause: { words: string; presets: number } | null;
  /** The server's clock in milliseconds since 1970. */
  now: number;
}

/** What the answers need to know of a counter that is not that of presets. */
export interface OtherCounter {
  nouns: CounterNouns;
  /** The table of the records. */
  records: string;
}

const { rows: presetTable, records: presetRecords, count: presetCount, touched: presetTouched } = presetNames;

export interface Answer {
  question: string;
  answer: string;
}

/** What engineers ask first, answered with the numbers of this database. Names are not escaped for display yet. */
export function answers(facts: AnswerFacts): Answer[] {
  const { other } = facts;
  const asked = other
    ? [
        { question: `Do ${other.nouns.row[1]} show the right numbers?`, answer: whyNumbers(facts) },
        {
          question: `Are new ${other.nouns.event[1]} being counted?`,
          answer: areRecordsCounted(facts),
        },
      ]
    : [
        { question: 'Why do presets still show numbers?', answer: whyNumbers(facts) },
        { question: 'Are new uses being tracked?', answer: areUsesTracked(facts) },
        { question: 'How do I get to zero?', answer: howToZero(facts) },
        { question: 'What about the old manual increment?', answer: whatOfIncrements(facts) },
        { question: 'Is there a daily limit?', answer: isThereALimit(facts) },
      ];
  return asked.map(({ question, answer }) => ({
    question,
    answer: answer.filter(part => part !== '').join(' '),
  }));
}

function whyNumbers({ sums, hiddenBy, orphans, newest, cause, other }: AnswerFacts): string[] {
  const nouns = other?.nouns ?? nounsOfPresets;
  const table = other?.records ?? presetRecords;
  const [, manyRecords] = nouns.record;
  if (hiddenBy !== null) return [`Not known: ${hiddenBy}, so any number of ${manyRecords} would be wrong.`];
  if (sums === null) return ['Not known yet: the first audit is still running.'];
  const { rows, accurate, mismatched, records } = sums;
  if (rows === 0) return [`There are no ${nouns.row[1]} here.`];
  if (records === 0 && accurate === rows)
    return [`They do not: ${table} has no ${manyRecords}, and every count is 0.`];
  const oldest = newest?.value?.oldest ?? null;
  const history = `${nouns.sums ? nouns.record[1] : recordsOf({ nouns }, records)} in ${table}${oldest === null ? '' : `, the oldest from ${day(oldest)}`}`;
  const unchecked = rows - accurate - mismatched;
  return [
    other ? '' : records === 0 ? 'Not because of records: there are none.' : 'Because of their records.',
    `${count(accurate)} of ${amount(rows, 'count')} ${accurate === 1 ? 'equals its' : 'equal their'} ${nouns.sums ? 'sum' : manyRecords}: ${history}.`,
    mismatched === 0 ? '' : `${count(mismatched)} ${does(mismatched)} not: press m on the list.`,
    mismatched === 0 || !cause
      ? ''
      : `The most frequent cause: ${cause.words} (${count(cause.presets)} of them).`,
    unchecked === 0 ? '' : `${count(unchecked)} ${is(unchecked)} being checked.`,
    orphans === 0
      ? ''
      : `${amount(orphans, `more ${nouns.record[0]}`, `more ${manyRecords}`)} ${orphans === 1 ? 'belongs' : 'belong'} to ${nouns.row[1]} that are gone.`,
  ];
}

function areUsesTracked(facts: AnswerFacts): string[] {
  return [whetherTriggerWorks(facts.trigger), ...whatWasLast(facts)];
}

/** Whether new records of any other counter are counted, and which was the last. */
function areRecordsCounted(facts: AnswerFacts): string[] {
  return [whetherKept(facts.trigger), ...whatWasLast(facts)];
}

function whetherKept(health: ShownHealth | null): string {
  if (!health) return 'Not known yet: what keeps the count has not been read yet.';
  const { triggers, events, findings } = health;
  const [first, ...others] = findings.filter(({ severity }) => severity !== 'info');
  const more = 'press t on the list.';
  if (first?.severity === 'error')
    return `${triggers.length === 0 ? 'No.' : 'Not in every case.'} ${first.message}${others.length > 0 ? ` For the other findings ${more}` : ''}`;
  if (events.some(({ handled, canHappen }) => handled !== true && canHappen))
    return `As far as it is known: no error was found, but not every change may be counted. For details ${more}`;
  const doubt = first ? `, with ${amount(others.length + 1, 'warning')}: ${more}` : '.';
  return `Yes: according to the catalog, the count is kept${doubt}`;
}

function whetherTriggerWorks(health: ShownHealth | null): string {
  if (!health) return 'Not known yet: the trigger has not been checked yet.';
  const enabled = health.triggers[0]?.enabled;
  const [first, ...others] = health.findings.filter(({ severity }) => severity !== 'info');
  const more = 'press t on the list.';
  if (first?.severity !== 'error') {
    const doubt = first ? `, with ${amount(others.length + 1, 'warning')}: ${more}` : '.';
    return `Yes: according to the catalog, the trigger is enabled (${enabled}) and counts each use once${doubt}`;
  }
  const fires = enabled === 'origin' || enabled === 'always';
  const verdict = fires ? `Not correctly, although the trigger is enabled (${enabled}).` : 'No.';
  return `${verdict} ${first.message}${others.length > 0 ? ` For the other findings ${more}` : ''}`;
}

function whatWasLast({ newest, hiddenBy, now, other }: AnswerFacts): string[] {
  const nouns = other?.nouns ?? nounsOfPresets;
  const [record, records] = nouns.record;
  const [event, events] = nouns.event;
  if (hiddenBy !== null) return [`The last ${event} is not known: ${hiddenBy}.`];
  if (newest === null) return [`The last ${event} has not been read yet: press r to read it.`];
  if (newest.value === null) {
    return [
      `The last ${event} is not read: that needs a time column, and in a large table an index on it.`,
      `The screen of each ${nouns.row[0]} shows its newest ${record}.`,
    ];
  }
  const { newest: use, whole } = newest.value;
  const where = whole
    ? ''
    : other
      ? ` of the ${nouns.row[1]} with the latest ${events}`
      : ' of the presets used last';
  if (use === null) return [`There are no ${records}${where || ` in ${other?.records ?? presetRecords}`}.`];
  const type = use.type === null ? '' : `${use.type} `;
  return [
    `The newest ${record}${where} is from ${dateTime(use.at)} (${ago(use.at, now)}): ${type}${other ? 'of' : 'with'} ${nameOf(use, nouns)}.`,
    nouns.touched === null ? '' : whatPresetSays(use, now, nouns, nouns.touched),
  ];
}

function nameOf({ name, preset }: LastUse, { row: [one] }: CounterNouns): string {
  if (name !== null) return name === '' ? `the ${one} ${preset}` : name;
  return preset === null ? `no ${one}` : `${preset}, a ${one} that is gone`;
}

// In milliseconds. Some versions of the trigger store the statement's time, not the record's.
const sameUse = 1_000;

function whatPresetSays(
  use: LastUse,
  now: number,
  { row: [one], event }: CounterNouns,
  touched: string,
): string {
  if (use.name === null) return '';
  if (use.lastUsedAt === null)
    return `Its ${one} has no ${touched}: it was never set, or the column does not exist.`;
  const ahead = use.lastUsedAt - use.at;
  if (Math.abs(ahead) <= sameUse) return `The ${touched} of its ${one} agrees.`;
  if (use.at > now) return `That is in the future, so ${touched} does not follow it.`;
  const says = `The ${touched} of its ${one} is ${dateTime(use.lastUsedAt)}, ${span(Math.abs(ahead))}`;
  return ahead < 0
    ? `${says} earlier: that ${event[0]} was not counted, or not by the trigger.`
    : `${says} later: a record was deleted or backdated, or something else sets it.`;
}

const script = 'sql/reset-usage-counts.sql';

// The script's header describes its modes.
function howToZero({ sums, hiddenBy, orphans, otherTables }: AnswerFacts): string[] {
  const known = hiddenBy === null ? sums : null;
  const kept = known ? `, which leaves a total of ${count(known.records)}` : '';
  const every = known ? `all presets with records (${count(known.withRecords)})` : 'all presets with records';
  const history = known ? `the ${amount(known.records + orphans, 'record')}` : 'all records';
  return [
    `S (sync) sets each wrong count to the number of its records${kept}.`,
    `R (reset) sets every count to 0 and every ${presetTouched} to NULL, and keeps the records.`,
    known?.withRecords === 0 ? '' : `After that, ${every} show Mismatch until a sync restores their counts.`,
    `Press d in the plan of a reset to delete ${history} in ${presetRecords} too.`,
    'Both show a plan first and write nothing until you type its phrase. H (history) undoes them.',
    'The commands sync, reset and undo do the same in a shell.',
    `If you only have psql, use ${script}; the records it deletes can only come back from a backup.`,
    otherTables === null
      ? ''
      : `The script only works on public.${presetTable} and public.${presetRecords}, but these tables are ${otherTables}.`,
  ];
}

const writers: ReadonlySet<string> = new Set([
  'second-counter',
  'track-counts-too',
  'other-writer',
  'presets-trigger-writes-count',
  'trigger-adjusts-count',
]);

function whatOfIncrements({ trigger, sums, hiddenBy }: AnswerFacts): string[] {
  const found = trigger?.findings.filter(({ code }) => writers.has(code)).map(({ message }) => message) ?? [];
  const none = trigger
    ? `No function and no other trigger in this database writes ${presetCount}, as far as their source shows.`
    : 'Not known yet: functions and triggers have not been checked yet.';
  return [
    ...(found.length > 0 ? found : [none]),
    'The console cannot see application code; the scan command can.',
    hiddenBy === null && sums ? whatItLeft(sums) : '',
  ];
}

function whatItLeft({ tooHigh, excess }: AnswerSums): string {
  const left = 'A second increment besides the trigger makes counts too high';
  if (tooHigh === 0) return `${left}: none is too high now.`;
  return `${left}, and so do deleted records: ${amount(tooHigh, 'preset')}, ${signed(excess)} in total.`;
}

const limits: ReadonlySet<string> = new Set(['daily-limit', 'unique-limits-uses']);

function isThereALimit({ trigger }: AnswerFacts): string[] {
  if (!trigger) return ['Not known yet: the indexes have not been checked yet.'];
  const found = trigger.findings.filter(({ code }) => limits.has(code));
  if (found.length === 0) return ['No: no unique index limits uses of a preset.'];
  const sure = found.some(({ code }) => code === 'daily-limit');
  return [sure ? 'Yes.' : 'There may be.', ...found.map(({ message, hint }) => `${message}. ${hint}`)];
}

function is(value: number): string {
  return value === 1 ? 'is' : 'are';
}

function does(value: number): string {
  return value === 1 ? 'does' : 'do';
}
