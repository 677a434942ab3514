import type { Totals } from '../../counter/counter.ts';
import type { LastUse, NewestRecord } from '../../counter/reading/newest-record-model.ts';
import { ago, count, dateTime, signed, span } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { TriggerHealth } from '../../trigger/health.ts';

/** The sums of an audit, with what the answers need beside them. */
export interface AnswerSums extends Totals {
  /** How many presets have records. */
  withRecords: number;
  /** By how much the counts that are too high are too high, all together. */
  excess: number;
}

/** What is known of the database when help is open; what is null is not known yet, and is told so. */
export interface AnswerFacts {
  /** Both tables where they are not the ones that the scripts are written for; null where they are. */
  otherTables: string | null;
  /** Why this role may not see every row; null where it sees them all. */
  hiddenBy: string | null;
  sums: AnswerSums | null;
  /** Records of presets that are gone. */
  orphans: number;
  trigger: TriggerHealth | null;
  /** Its value is null where it cannot be had cheaply. */
  newest: { value: NewestRecord | null } | null;
  /** The cause that most wrong counts have, in a few words, and how many have it; null where none was found. */
  cause: { words: string; presets: number } | null;
  /** The server's clock in milliseconds since 1970. */
  now: number;
}

export interface Answer {
  question: string;
  answer: string;
}

/** What engineers ask first, answered with the numbers of this database. Names in it come as they are in the database. */
export function answers(facts: AnswerFacts): Answer[] {
  return [
    { question: 'Why do presets still show numbers?', answer: whyNumbers(facts) },
    { question: 'Are new uses being tracked?', answer: areUsesTracked(facts) },
    { question: 'How do I get to zero?', answer: howToZero(facts) },
    { question: 'What about the old manual increment?', answer: whatOfIncrements(facts) },
    { question: 'Is there a daily limit?', answer: isThereALimit(facts) },
  ].map(({ question, answer }) => ({ question, answer: answer.filter(part => part !== '').join(' ') }));
}

function whyNumbers({ sums, hiddenBy, orphans, newest, cause }: AnswerFacts): string[] {
  if (hiddenBy !== null) return [`Not known: ${hiddenBy}, so no number of records would be true.`];
  if (sums === null) return ['Not known yet: the records of every preset have not been counted so far.'];
  const { presets, accurate, mismatched, records } = sums;
  if (presets === 0) return ['There are no presets here.'];
  if (records === 0 && accurate === presets)
    return ['They show none: there are no records in preset_usage, and every count is 0.'];
  const oldest = newest?.value?.oldest ?? null;
  const history = `${amount(records, 'record')} in preset_usage${oldest === null ? '' : `, the oldest of ${day(oldest)}`}`;
  const unchecked = presets - accurate - mismatched;
  return [
    records === 0 ? 'Not because of records: there are none.' : 'Because of their records.',
    `${count(accurate)} of ${amount(presets, 'count')} ${accurate === 1 ? 'equals its' : 'equal their'} records: ${history}.`,
    mismatched === 0 ? '' : `${count(mismatched)} ${does(mismatched)} not: press m on the list.`,
    mismatched === 0 || !cause
      ? ''
      : `The most frequent cause: ${cause.words} (${count(cause.presets)} of them).`,
    unchecked === 0 ? '' : `${count(unchecked)} ${is(unchecked)} being checked.`,
    orphans === 0 ? '' : `${amount(orphans, 'more record')} ${is(orphans)} of presets that are gone.`,
  ];
}

function areUsesTracked({ trigger, newest, hiddenBy, now }: AnswerFacts): string[] {
  return [whetherTriggerWorks(trigger), ...whatWasLast(newest, hiddenBy, now)];
}

function whetherTriggerWorks(health: TriggerHealth | null): string {
  if (!health) return 'Not known yet: the trigger has not been looked at so far.';
  const { enabled } = health.trigger;
  const [first, ...others] = health.findings.filter(({ severity }) => severity !== 'info');
  const more = 'press t on the list.';
  if (first?.severity !== 'error') {
    const doubt = first ? `, with ${amount(others.length + 1, 'warning')}: ${more}` : '.';
    return `Yes: by the catalog the trigger is enabled (${enabled}) and counts a use once${doubt}`;
  }
  const fires = enabled === 'origin' || enabled === 'always';
  const verdict = fires ? `Not as they should be, though the trigger is enabled (${enabled}).` : 'No.';
  return `${verdict} ${first.message}${others.length > 0 ? ` There is more: ${more}` : ''}`;
}

function whatWasLast(newest: AnswerFacts['newest'], hiddenBy: string | null, now: number): string[] {
  if (hiddenBy !== null) return [`The last use is not known: ${hiddenBy}.`];
  if (newest === null) return ['The last use has not been read so far: r looks for it.'];
  if (newest.value === null) {
    return [
      'When the last use was is not looked up: that takes a time column, and in a large table an index on it.',
      'The screen of a preset has its newest record.',
    ];
  }
  const { newest: use, whole } = newest.value;
  const where = whole ? '' : ' of the presets used last';
  if (use === null) return [`There is no record${where || ' in preset_usage'}.`];
  const type = use.type === null ? '' : `${use.type} `;
  return [
    `The newest record${where} is of ${dateTime(use.at)} (${ago(use.at, now)}): ${type}with ${nameOf(use)}.`,
    whatPresetSays(use, now),
  ];
}

function nameOf({ name, preset }: LastUse): string {
  if (name !== null) return name === '' ? `the preset ${preset}` : name;
  return preset === null ? 'no preset' : `${preset}, a preset that is gone`;
}

// A trigger of another version takes the time of the statement, not the record's own.
const sameUse = 1_000;

function whatPresetSays(use: LastUse, now: number): string {
  if (use.name === null) return '';
  if (use.lastUsedAt === null)
    return 'Its preset has no last_used_at: it was never set, or there is no such column.';
  const ahead = use.lastUsedAt - use.at;
  if (Math.abs(ahead) <= sameUse) return 'last_used_at of its preset agrees.';
  if (use.at > now) return 'That lies in the future, where last_used_at does not follow.';
  const says = `last_used_at of its preset is ${dateTime(use.lastUsedAt)}, ${span(Math.abs(ahead))}`;
  return ahead < 0
    ? `${says} earlier: that use was not counted, or not by the trigger.`
    : `${says} later: a record was deleted, or dated back, or something else sets it.`;
}

const script = 'sql/reset-usage-counts.sql';

// What the script does with each mode stands in its own header.
function howToZero({ sums, hiddenBy, orphans, otherTables }: AnswerFacts): string[] {
  const known = hiddenBy === null ? sums : null;
  const kept = known ? `, which leaves ${count(known.records)} in all` : '';
  const every = known
    ? `all that have records (${amount(known.withRecords, 'preset')})`
    : 'all that have records';
  const history = known ? `the ${amount(known.records + orphans, 'record')}` : 'all records';
  return [
    `S is a sync: it sets each wrong count to the number of its records${kept}.`,
    'R is a reset: every count becomes 0, every last_used_at NULL, and the records stay.',
    known?.withRecords === 0 ? '' : `Then ${every} show Mismatch, until a sync brings their numbers back.`,
    `With d in its plan the reset deletes ${history} in preset_usage too.`,
    'Both show a plan first and write nothing until its phrase is typed; H takes them back.',
    'The commands sync, reset and undo do the same at a shell.',
    `With psql alone there is ${script}, whose history nothing but a backup brings back.`,
    otherTables === null
      ? ''
      : `The script works on public.presets and public.preset_usage alone, and these tables are ${otherTables}.`,
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
    ? 'No function and no other trigger in this database writes usage_count, as far as their text tells.'
    : 'Not known yet: functions and triggers have not been looked at so far.';
  return [
    ...(found.length > 0 ? found : [none]),
    'Application code cannot be seen from here.',
    hiddenBy === null && sums ? whatItLeft(sums) : '',
  ];
}

function whatItLeft({ tooHigh, excess }: AnswerSums): string {
  const left = 'A count that is too high is what an increment beside the trigger leaves behind';
  if (tooHigh === 0) return `${left}: there is none now.`;
  return `${left} (and what deleted records do): ${amount(tooHigh, 'preset')}, ${signed(excess)} in sum.`;
}

const limits: ReadonlySet<string> = new Set(['daily-limit', 'unique-limits-uses']);

function isThereALimit({ trigger }: AnswerFacts): string[] {
  if (!trigger) return ['Not known yet: the indexes have not been looked at so far.'];
  const found = trigger.findings.filter(({ code }) => limits.has(code));
  if (found.length === 0) return ['No: no unique index limits uses of a preset.'];
  const sure = found.some(({ code }) => code === 'daily-limit');
  return [sure ? 'Yes.' : 'There may be.', ...found.map(({ message, hint }) => `${message}. ${hint}`)];
}

function day(time: number): string {
  return dateTime(time).slice(0, 10);
}

function is(value: number): string {
  return value === 1 ? 'is' : 'are';
}

function does(value: number): string {
  return value === 1 ? 'does' : 'do';
}
