import type { ConsoleError } from '../../errors/errors.ts';
import type { RepairTask } from '../plan/task.ts';
import type { AwayRecords } from '../plan/undo/undoable-changes.ts';
import { damaged } from '../receipts/damaged.ts';
import { recordsFile } from '../receipts/places.ts';
import type { ReceiptBatch } from '../receipts/receipt.ts';
import type { StoredLine } from '../receipts/records/records-reader.ts';
import { valuesOf } from '../receipts/records/stored-records.ts';
import type { RecordValues } from '../sql/records/found-records.ts';
import { readOwners } from '../sql/records/read-records.ts';
import { type BatchRequest, newOwners, type RecordOwners, type UndoSource } from './prepared.ts';

/** A record of the receipt, and its place among those stored by its batch. */
export interface StoredRecord {
  place: number;
  values: RecordValues;
}

/** The records of a task that go back now, and the task for the remaining ones; null if these are all. */
interface Part {
  records: StoredRecord[];
  rest: RepairTask | null;
}

/** Space left in the transaction. */
interface Room {
  records: number;
  bytes: number;
}

/** A task whose records are being collected. */
interface Wanted {
  task: RepairTask;
  away: AwayRecords;
  records: StoredRecord[];
}

// Up to this many records or bytes are read before the server is asked which presets they belong to.
const window = { records: 500, bytes: 1024 * 1024 };

/** Finds the records of these tasks, as many as fit into one transaction, and at least one. */
export async function gatherRecords(
  asked: BatchRequest,
  tasks: readonly RepairTask[],
): Promise<Map<RepairTask, Part>> {
  const { source } = asked;
  if (!source) throw new Error('an undo without a receipt to read from');
  const room: Room = { records: asked.most, bytes: asked.limits.bytes };
  const parts = new Map<RepairTask, Part>();
  const wanted = tasks.flatMap((task): Wanted[] =>
    task.undo?.records ? [{ task, away: task.undo.records, records: [] }] : [],
  );
  for (const [batch, of] of Map.groupBy(wanted, ({ away }) => away.batch)) {
    const reached = room.records > 0 ? await take(asked, source, batch, of, room) : 0;
    for (const { task, away, records } of of) parts.set(task, partOf(task, away, records, reached));
  }
  return parts;
}

/** Takes records of one batch until its tasks are complete or there is no more room. Returns the place it has reached. */
async function take(
  asked: BatchRequest,
  source: UndoSource,
  batch: ReceiptBatch,
  wanted: readonly Wanted[],
  room: Room,
): Promise<number> {
  const isOpen = () => wanted.some(({ away, records }) => records.length < away.count);
  if (source.owners.batch !== batch.batch) source.owners = { ...newOwners(), batch: batch.batch };
  const { known, first } = source.owners;
  // Going back means unpacking the file from its beginning. Doing that for each of many presets would never end.
  const startOf = ({ id, from = 0 }: AwayRecords) => Math.max(from, first.get(id) ?? known);
  const start = Math.min(...wanted.map(({ away }) => startOf(away)));
  let lines: StoredLine[] = [];
  let bytes = 0;
  let reached = start;
  for await (const stored of source.reader.from(batch, start)) {
    lines.push(stored);
    bytes += stored.line.length;
    if (lines.length < window.records && bytes < window.bytes) continue;
    reached = await sort(asked, source, batch, lines, wanted, room);
    if (room.records === 0 || !isOpen()) return reached;
    lines = [];
    bytes = 0;
  }
  if (lines.length > 0) reached = await sort(asked, source, batch, lines, wanted, room);
  const [missing] = wanted.filter(({ away, records }) => records.length < away.count);
  // Half of the records with the whole count would be worse than none.
  if (missing && room.records > 0) throw incomplete(asked, missing);
  return reached;
}

/** Gives records to their tasks while there is room. Returns the place of the first record that was not used. */
async function sort(
  { reader, plan, limits }: BatchRequest,
  source: UndoSource,
  batch: ReceiptBatch,
  lines: readonly StoredLine[],
  wanted: readonly Wanted[],
  room: Room,
): Promise<number> {
  const receipt = { file: plan.receipt?.file ?? '' };
  const presetPlace = plan.into.indexOf(plan.inspected.tables.records.preset);
  const records = lines.map(({ place, line }) => ({
    place,
    bytes: line.length,
    values: valuesOf(receipt, line),
  }));
  const presetOf = ({ values }: { values: RecordValues }) => values[presetPlace] ?? null;
  const ids = batch.changes.flatMap(({ id }) => id ?? []);
  const own = new Set(ids);
  const { owners } = source;
  const { of } = owners;
  const unknown: string[] = [];
  for (const preset of new Set(records.map(presetOf))) {
    if (preset === null || of.has(preset)) continue;
    // Only what is spelled in another way has to be compared by the server.
    if (own.has(preset)) of.set(preset, preset);
    else unknown.push(preset);
  }
  if (unknown.length > 0) {
    const found = await readOwners(reader, plan.inspected.tables, ids, unknown);
    for (const value of unknown) of.set(value, found.get(value) ?? null);
  }
  const byId = new Map(wanted.map(one => [one.task.id, one]));
  for (const record of records) {
    const { place, bytes, values } = record;
    const preset = presetOf(record);
    note(owners, place, preset, own);
    const owner = preset === null ? null : (of.get(preset) ?? null);
    const mine =
      (owner === null ? undefined : byId.get(owner)) ??
      (preset === null || !own.has(preset) ? byId.get(null) : undefined);
    if (!mine || place < (mine.away.from ?? 0) || mine.records.length === mine.away.count) continue;
    if (mine.away.back.some(([first, last]) => first <= place && place <= last)) continue;
    const isFirst = room.bytes === limits.bytes;
    if (room.records === 0 || (!isFirst && bytes > room.bytes)) {
      room.records = 0;
      return place;
    }
    mine.records.push({ place, values });
    room.records -= 1;
    room.bytes -= bytes;
  }
  return (lines.at(-1)?.place ?? -1) + 1;
}

/** Notes which preset the next unknown record belongs to. */
function note(owners: RecordOwners, place: number, preset: string | null, own: ReadonlySet<string>): void {
  const { of, first, known } = owners;
  if (place !== known) return;
  owners.known += 1;
  const owner = preset === null ? null : (of.get(preset) ?? null);
  // The text of its key matches no preset, but the server may still match it.
  const ids = preset !== null && own.has(preset) ? [owner] : [null, owner];
  for (const id of ids) if (!first.has(id)) first.set(id, place);
}

function partOf(task: RepairTask, away: AwayRecords, records: StoredRecord[], reached: number): Part {
  const count = away.count - records.length;
  if (count === 0) return { records, rest: null };
  if (records.length === 0 && reached <= (away.from ?? 0)) return { records, rest: task };
  const from = Math.max(reached, away.from ?? 0);
  const { state = null, lastUsed = null } = task.undo ?? {};
  return {
    records,
    rest: { ...task, weight: count, undo: { records: { ...away, count, from }, state, lastUsed } },
  };
}

function incomplete({ plan }: BatchRequest, { task, away, records }: Wanted): ConsoleError {
  return damaged(
    recordsFile(plan.receipt?.file ?? ''),
    `batch ${away.batch.batch} deleted ${away.count} records of "${task.name}" that are not back yet, and ${records.length} are there`,
  );
}
