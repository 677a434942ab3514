import { applicationName } from '../config/operation-marks.ts';
import { type CounterNouns, nounsOfPresets } from '../counter/definition/counter-nouns.ts';
import { rowsOf } from '../counter/definition/nouns.ts';
import { observedSentence } from '../format/format-count-change.ts';
import { count, span, timeOfEvent } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import type { DriftEntry, LoggedWriter } from './drift-log.ts';
import type { SeenRepair } from './repaired-drift.ts';
import type { SessionActivity } from './session-activity.ts';

/** What a session was seen doing. */
export const activityWords: Record<SessionActivity, string> = {
  repairs: 'a repair by preset-usage-console',
  'makes-use': 'a real use by preset-usage-console',
  'sets-count': 'sets the count',
  'inserts-records': 'inserts records',
  'deletes-records': 'deletes records',
  calls: 'calls a function that counts',
  writes: 'writes',
  commits: 'ended a transaction whose statements were not seen',
  hidden: 'wrote; its statement is hidden from this role',
};

/** What happened, in one sentence; of several events, the last one with its numbers. */
export function eventSentence({ times, last }: DriftEntry, nouns?: CounterNouns): string {
  const sentence = observedSentence(last.change, nouns);
  return times === 1 ? `${capital(sentence)}.` : `The last of ${count(times)}: ${sentence}.`;
}

// In milliseconds. Ticks come every two seconds: one time is enough for reads that are not further apart than this.
const usual = 5_000;

/** When it happened: between two reads, by this machine's clock. The date is left out if it was on the same day as `now`. */
export function whenSentence({ times, firstAt, last: { since, at } }: DriftEntry, now: number): string {
  const period =
    at - since > usual
      ? `between ${timeOfEvent(since, now)} and ${timeOfEvent(at, now)} UTC, two reads ${span(at - since)} apart`
      : `within the ${span(Math.max(1_000, at - since))} before ${timeOfEvent(at, now)} UTC`;
  if (times === 1) return `It happened ${period}.`;
  return `${count(times)} times since ${timeOfEvent(firstAt, now)}; the last one happened ${period}.`;
}

// Fewer reads than this say nothing.
const fewLooks = 5;

/** Who a writer is and what it did, in one line, without its statement. */
export function writerLine(
  writer: LoggedWriter,
  times: number,
  now: number,
  { row }: CounterNouns = nounsOfPresets,
): string {
  const { activity, namesPreset, pids, to, events, otherwise } = writer;
  const does = activityWords[activity];
  return [
    ...(activity === 'repairs' || activity === 'makes-use'
      ? [`${does}${fromWhere(writer)}`]
      : [...whoIs(writer), `${does}${namesPreset ? ` and names this ${row[0]}` : ''}`]),
    `${pids.length === 1 ? 'pid' : `${count(pids.length)} sessions, pid`} ${pids.at(-1)}`,
    `${timeOfEvent(to, now)} UTC`,
    ...(times > 1 ? [`at ${count(events)} of ${count(times)} events`] : []),
    ...(otherwise.of >= fewLooks
      ? [`at ${count(otherwise.seen)} of ${count(otherwise.of)} other reads`]
      : []),
  ].join(', ');
}

function whoIs({ application, user, client }: LoggedWriter): string[] {
  return [
    application === '' ? 'no application name' : application,
    `${user}${client === null ? '' : ` at ${client}`}`,
  ];
}

/** Where a console like this one runs, which has another name if it was given one. */
function fromWhere({ application, user, client }: LoggedWriter): string {
  const named = application === '' || application === applicationName ? '' : ` (${application})`;
  return `${named} from ${client ?? 'a local socket'} as ${user}`;
}

/** Remarks on the list of writers: why it is empty, or why it may be incomplete. */
export function writerRemarks(
  { writers, last: { writers: seen, remarks = [] } }: DriftEntry,
  { user, demo }: { user: string; demo: boolean },
): string[] {
  if (demo) return ['The embedded database cannot list its sessions.'];
  return [
    ...remarks,
    ...(writers.length === 0 ? ['No session was seen writing to these tables in that time.'] : []),
    ...(writers.length > 0 && writers.some(({ query }) => query !== null)
      ? ["The server shows only a session's last statement; an earlier one may have done it."]
      : []),
    ...(seen.more > 0 ? [`${count(seen.more)} more were seen writing.`] : []),
    ...(seen.hidden > 0
      ? [
          `This role may not see what ${amount(seen.hidden, 'session')} of other roles ${seen.hidden === 1 ? 'runs' : 'run'}. To see it, GRANT pg_read_all_stats (or pg_monitor) TO ${user}.`,
        ]
      : []),
    ...(seen.direct
      ? []
      : [
          'There is a pooler in between: a connection that it has given to this console no longer shows what ran on it before.',
        ]),
  ];
}

/** A repair that was seen, such as: Not drift: sync of receipt 20261123T041554Z-sync-3f9a1c, 3 presets, 14:05:09 UTC. */
export function repairSentence(
  { receipt, action, presets, at }: SeenRepair,
  now: number,
  nouns: CounterNouns = nounsOfPresets,
): string {
  return `Not drift: ${action} of receipt ${receipt}, ${rowsOf({ nouns }, presets)}, ${timeOfEvent(at, now)} UTC`;
}

/** Where the log is kept. */
export function keptWords(driftLog: string | null): string {
  return driftLog === null
    ? 'This log is not stored; --drift-log FILE keeps it.'
    : `This log is kept in ${driftLog}.`;
}

/** The number of events as text. */
export function eventsOf(number: number): string {
  return amount(number, 'drift event');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
