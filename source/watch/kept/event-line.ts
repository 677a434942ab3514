import * as z from 'zod/mini';
import type { CountedFigures, ObservedChange } from '../../counter/count-change.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { idJson, idOfJson } from '../../counter/definition/id-json.ts';
import { jsonText, jsonVersion } from '../../format/json-text.ts';
import type { DriftEvent } from '../drift-event.ts';

/** What an event is of. */
export interface EventSource {
  /** What distinguishes the database and the counter from every other; see readIdentity(). */
  identity: string;
  database: { name: string; host: string };
  definition: Pick<CounterDefinition, 'id' | 'row'>;
}

/** An event as a line of JSON, with its line end. */
export function eventLine(
  { identity, database, definition }: EventSource,
  { preset, change, since, at, writers, remarks = [] }: DriftEvent,
): string {
  const { kind, before, after, countBy, recordsBy, driftBy, lastUsedMoved } = change;
  const line: Line = {
    version: jsonVersion,
    since: timeJson(since),
    at: timeJson(at),
    database,
    identity,
    counter: definition.id,
    row: { id: idJson(preset.id, definition), name: preset.name },
    kind,
    before: figuresJson(before),
    after: figuresJson(after),
    countBy: numberJson(countBy),
    recordsBy: numberJson(recordsBy),
    ...(driftBy === undefined ? {} : { driftBy: numberJson(driftBy) }),
    lastUsedMoved,
    writers: {
      ...writers,
      seen: writers.seen.map(({ namesPreset, from, to, ...writer }) => ({
        ...writer,
        namesRow: namesPreset,
        from: timeJson(from),
        to: timeJson(to),
      })),
    },
    remarks: [...remarks],
  };
  return `${jsonText(line)}\n`;
}

/** An event that was read back, with what it is of. */
export interface KeptEvent {
  identity: string;
  event: DriftEvent;
}

/** The event of a line; null if the line is something else. */
export function readEventLine(text: string): KeptEvent | null {
  const parsed = lineSchema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { identity, row, since, at, kind, writers, remarks, driftBy, ...change } = parsed.data;
  return {
    identity,
    event: {
      preset: { id: idOfJson(row.id), name: row.name },
      since: Date.parse(since),
      at: Date.parse(at),
      change: {
        kind,
        before: figuresOf(change.before),
        after: figuresOf(change.after),
        countBy: Number(change.countBy),
        recordsBy: change.recordsBy === null ? null : Number(change.recordsBy),
        ...(driftBy === undefined ? {} : { driftBy: Number(driftBy) }),
        lastUsedMoved: change.lastUsedMoved,
      },
      writers: {
        ...writers,
        seen: writers.seen.map(({ namesRow, from, to, ...writer }) => ({
          ...writer,
          namesPreset: namesRow,
          from: Date.parse(from),
          to: Date.parse(to),
        })),
      },
      ...(remarks.length === 0 ? {} : { remarks }),
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What JSON has no number for is a text: NaN, Infinity, and what no number of JavaScript is exactly.
const quantity = z.union([z.number(), z.string().check(z.regex(/^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?)$/))]);
const figures = z.object({ count: z.nullable(quantity), records: z.nullable(quantity) });
const whole = z.int().check(z.nonnegative());
const time = z.iso.datetime();

const kinds = [
  'counted',
  'count-without-record',
  'counted-too-often',
  'not-counted',
  'went-down',
  'became-null',
  'no-number',
  'count-moved',
] as const satisfies readonly ObservedChange['kind'][];

const activities = [
  'repairs',
  'makes-use',
  'sets-count',
  'inserts-records',
  'deletes-records',
  'calls',
  'writes',
  'commits',
  'hidden',
] as const;

const writer = z.object({
  application: z.string(),
  user: z.string(),
  client: z.nullable(z.string()),
  activity: z.enum(activities),
  query: z.nullable(z.string()),
  state: z.nullable(z.string()),
  namesRow: z.boolean(),
  pids: z.array(z.int()).check(z.minLength(1)),
  otherwise: z.object({ seen: whole, of: whole }),
  from: time,
  to: time,
});

const lineSchema = z.object({
  version: z.literal(jsonVersion),
  since: time,
  at: time,
  database: z.object({ name: z.string(), host: z.string() }),
  identity: z.string(),
  counter: z.string(),
  row: z.object({ id: z.union([z.string(), z.array(z.string())]), name: z.string() }),
  kind: z.enum(kinds),
  before: figures,
  after: figures,
  countBy: quantity,
  recordsBy: z.nullable(quantity),
  driftBy: z.exactOptional(quantity),
  lastUsedMoved: z.nullable(z.boolean()),
  writers: z.object({ seen: z.array(writer), more: whole, hidden: whole, direct: z.boolean() }),
  remarks: z.array(z.string()),
});

type Line = z.infer<typeof lineSchema>;

const timeJson = (time: number) => new Date(time).toISOString();

function numberJson(value: number): number | string;
function numberJson(value: number | null): number | string | null;
function numberJson(value: number | null): number | string | null {
  return value === null || Number.isFinite(value) ? value : String(value);
}

function figuresJson({ usageCount, records, exact, exactRecords }: CountedFigures) {
  return { count: exact ?? numberJson(usageCount), records: exactRecords ?? numberJson(records) };
}

function figuresOf({ count, records }: z.infer<typeof figures>): CountedFigures {
  return {
    usageCount: count === null ? null : Number(count),
    records: records === null ? null : Number(records),
    ...(typeof count === 'string' ? { exact: count } : {}),
    ...(typeof records === 'string' ? { exactRecords: records } : {}),
  };
}
