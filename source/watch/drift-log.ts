import type { CountedFigures, ObservedKind } from '../counter/count-change.ts';
import type { DriftEvent } from './drift-event.ts';
import { type WritingSession, weighWriter } from './session-activity.ts';

/** A writer, and the number of an entry's events at which it was seen. */
export interface LoggedWriter extends WritingSession {
  events: number;
}

/** All events of one kind for one preset, in one entry. Times as in DriftEvent. */
export interface DriftEntry {
  preset: DriftEvent['preset'];
  kind: ObservedKind;
  times: number;
  firstAt: number;
  /** The figures before the first event. */
  before: CountedFigures;
  last: DriftEvent;
  /** The sums of all changes of the count and of the records. */
  countBy: number;
  recordsBy: number;
  /** Likeliest first, then those that were seen at most events. */
  writers: LoggedWriter[];
}

/** How many entries a log keeps. Beyond that, the one whose last event is the oldest is dropped. */
export const mostEntries = 200;
// A writer that was seen at one of hundreds of events is not a lead.
const mostWriters = 8;

/** Adds an event to the log: newest entry first, at most `most` entries. */
export function logDrift(log: readonly DriftEntry[], event: DriftEvent, most = mostEntries): DriftEntry[] {
  const { preset, change } = event;
  const old = log.find(entry => entry.preset.id === preset.id && entry.kind === change.kind);
  const entry: DriftEntry = {
    preset,
    kind: change.kind,
    times: (old?.times ?? 0) + 1,
    firstAt: old?.firstAt ?? event.at,
    before: old?.before ?? change.before,
    last: event,
    countBy: (old?.countBy ?? 0) + change.countBy,
    recordsBy: (old?.recordsBy ?? 0) + (change.recordsBy ?? 0),
    writers: mergeWriters(old?.writers ?? [], event),
  };
  return [entry, ...log.filter(other => other !== old)].slice(0, most);
}

function mergeWriters(known: readonly LoggedWriter[], { change, writers }: DriftEvent): LoggedWriter[] {
  const merged = new Map(known.map(writer => [keyOf(writer), writer]));
  for (const writer of writers.seen) {
    const before = merged.get(keyOf(writer));
    const pids = [...new Set([...(before?.pids ?? []), ...writer.pids])];
    merged.set(keyOf(writer), { ...writer, pids, events: (before?.events ?? 0) + 1 });
  }
  return [...merged.values()]
    .sort((a, b) => weighWriter(a, change) - weighWriter(b, change) || b.events - a.events || b.to - a.to)
    .slice(0, mostWriters);
}

function keyOf({ application, user, client, activity, query }: WritingSession): string {
  return JSON.stringify([application, user, client, activity, query]);
}
