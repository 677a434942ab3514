import type { Totals } from '../../counter/counter.ts';
import type { LastUse, NewestRecord } from '../../counter/reading/newest-record-model.ts';
import { ago, count, dateTime, day, signed, span } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { TriggerHealth } from '../../trigger/health.ts';

/** The sums of an audit, and two more that the answers need. */
export interface AnswerSums extends Totals {
  /** How many presets have records. */
  withRecords: number;
  /** The sum of all positive drifts. */
  excess: number;
}

/** What is known of the database when help is open; null means not known yet, and the answer says so. */
export interface AnswerFacts {
  /** The names of both tables if they differ from those the scripts are written for; null otherwise. */
  otherTables: string | null;
  /** Why this role may not see every row; null if it sees them all. */
  hiddenBy: string | null;
  sums: AnswerSums | null;
  /** Records of presets that are gone. */
  orphans: number;
  trigger: TriggerHealth | null;
  /** Its value is null if reading it would be expensive. */
  newest: { value: NewestRecord | null } | null;
  /** The most frequent cause in a few words, and how many counts have it; null if none was found. */
  cause: { words: string; presets: number } | null;
  /** The server's clock in milliseconds since 1970. */
  now: number;
}

export interface Answer {
  question: string;
  answer: string;
}

/** What engineers ask first, answered with the numbers of this database. Names are not escaped for display yet. */
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
  if (hiddenBy !== null) return [`Not known: ${hiddenBy}, so any number of records would be wrong.`];
  if (sums === null) return ['Not known yet: the first audit is still running.'];
  const { presets, accurate, mismatched, records } = sums;
  if (presets === 0) return ['There are no presets here.'];
  if (records === 0 && accurate === presets)
    return ['They do not: preset_usage has no records, and every count is 0.'];
  const oldest = newest?.value?.oldest ?? null;
  const history = `${amount(records, 'record')} in preset_usage${oldest === null ? '' : `, the oldest from ${day(oldest)}`}`;
  const unchecked = presets - accurate - mismatched;
  return [
    records === 0 ? 'Not because of records: there are none.' : 'Because of their records.',
    `${count(accurate)} of ${amount(presets, 'count')} ${accurate === 1 ? 'equals its' : 'equal their'} records: ${history}.`,
    mismatched === 0 ? '' : `${count(mismatched)} ${does(mismatched)} not: press m on the list.`,
    mismatched === 0 || !cause
      ? ''
      : `The most frequent cause: ${cause.words} (${count(cause.presets)} of them).`,
    unchecked === 0 ? '' : `${count(unchecked)} ${is(unchecked)} being checked.`,
    orphans === 0
      ? ''
      : `${amount(orphans, 'more record')} ${orphans === 1 ? 'belongs' : 'belong'} to presets that are gone.`,
  ];
}

function areUsesTracked({ trigger, newest, hiddenBy, now }: AnswerFacts): string[] {
  return [whetherTriggerWorks(trigger), ...whatWasLast(newest, hiddenBy, now)];
}

function whetherTriggerWorks(health: TriggerHealth | null): string {
  if (!health) return 'Not known yet: the trigger has not been checked yet.';
  const { enabled } = health.trigger;
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

function whatWasLast(newest: AnswerFacts['newest'], hiddenBy: string | null, now: number): string[] {
  if (hiddenBy !== null) return [`The last use is not known: ${hiddenBy}.`];
  if (newest === null) return ['The last use has not been read yet: press r to read it.'];
  if (newest.value === null) {
    return [
      'The last use is not read: that needs a time column, and in a large table an index on it.',
      'The screen of each preset shows its newest record.',
    ];
  }
  const { newest: use, whole } = newest.value;
  const where = whole ? '' : ' of the presets used last';
  if (use === null) return [`There are no records${where || ' in preset_usage'}.`];
  const type = use.type === null ? '' : `${use.type} `;
  return [
    `The newest record${where} is from ${dateTime(use.at)} (${ago(use.at, now)}): ${type}with ${nameOf(use)}.`,
    whatPresetSays(use, now),
  ];
}

function nameOf({ name, preset }: LastUse): string {
  if (name !== null) return name === '' ? `the preset ${preset}` : name;
  return preset === null ? 'no preset' : `${preset}, a preset that is gone`;
}

// In milliseconds. Some versions of the trigger store the statement's time, not the record's.
const sameUse = 1_000;

function whatPresetSays(use: LastUse, now: number): string {
  if (use.name === null) return '';
  if (use.lastUsedAt === null)
    return 'Its preset has no last_used_at: it was never set, or the column does not exist.';
  const ahead = use.lastUsedAt - use.at;
  if (Math.abs(ahead) <= sameUse) return 'The last_used_at of its preset agrees.';
  if (use.at > now) return 'That is in the future, so last_used_at does not follow it.';
  const says = `The last_used_at of its preset is ${dateTime(use.lastUsedAt)}, ${span(Math.abs(ahead))}`;
  return ahead < 0
    ? `${says} earlier: that use was not counted, or not by the trigger.`
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
    'R (reset) sets every count to 0 and every last_used_at to NULL, and keeps the records.',
    known?.withRecords === 0 ? '' : `After that, ${every} show Mismatch until a sync restores their counts.`,
    `Press d in the plan of a reset to delete ${history} in preset_usage too.`,
    'Both show a plan first and write nothing until you type its phrase. H (history) undoes them.',
    'The commands sync, reset and undo do the same in a shell.',
    `If you only have psql, use ${script}; the records it deletes can only come back from a backup.`,
    otherTables === null
      ? ''
      : `The script only works on public.presets and public.preset_usage, but these tables are ${otherTables}.`,
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
    ? 'No function and no other trigger in this database writes usage_count, as far as their source shows.'
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
