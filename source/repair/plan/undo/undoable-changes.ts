import { compareQuantities, isZero, minus, plus, type Quantity, sumOf } from '../../../counter/quantity.ts';
import type { PlaceRange, Receipt, ReceiptBatch, ReceiptChange } from '../../receipts/receipt.ts';
import { worthOf } from '../../repair.ts';

/** Records that one batch deleted and that are not all back yet. */
export interface AwayRecords {
  batch: ReceiptBatch;
  /** The preset they belong to; null for records of none. */
  id: string | null;
  /** How many of them are still missing. */
  count: number;
  /** The sum of their amounts; left out if records are counted. */
  worth?: Quantity;
  /** Places, among the stored records of the batch, of those already put back. */
  back: PlaceRange[];
  /** In the middle of an undo: those before this place are done. */
  from?: number;
}

/** By how much putting these records back raises what the count should be. */
export function worthOfAway(records: readonly AwayRecords[]): Quantity {
  return sumOf(records.map(({ count, worth }) => worth ?? count));
}

/** What a receipt changed in a preset besides its records, as far as it is still in effect. */
export interface LeftState {
  /** The total change of the drift, over all batches. */
  moved: Quantity;
  /** True if the count was NULL. */
  wasNull: boolean;
  /** The lowest count before the change; 0 unless it was negative. */
  lowest: Quantity;
  /** The time of the last use before and after; null if it was not changed. */
  lastUsed: { before: string | null; after: string | null } | null;
}

/** What of a receipt is in effect for one preset. */
export interface PresetEffect {
  id: string;
  name: string;
  /** The newest batch first. */
  records: AwayRecords[];
  /** Null if only records are in effect. */
  state: LeftState | null;
  /** The drift if only correct uses have come since. */
  drift: Quantity;
}

/** What of a receipt is committed and not undone. */
export interface UndoableChanges {
  presets: Map<string, PresetEffect>;
  /** Records of no preset. */
  orphans: AwayRecords[];
}

/** Undo receipts, by the id of the receipt that they undo. */
export type Undos = ReadonlyMap<string | null, readonly Receipt[]>;

/** Groups undo receipts by what they undo, in one pass over all receipts. */
export function undosOf(receipts: readonly Receipt[]): Undos {
  return Map.groupBy(receipts, ({ head }) => head.undoes);
}

/** How many of the records that a batch deleted belonged to no preset. */
export function recordsOfNone({ records, changes }: ReceiptBatch): number {
  return (records?.count ?? 0) - changes.reduce((sum, { deletes }) => sum + Math.max(0, deletes), 0);
}

/** What of a receipt is in effect: committed, and not undone since. Goes through each change once. */
export function undoableChanges(receipt: Receipt, undos: Undos): UndoableChanges {
  const taken = takenBack(undos.get(receipt.head.id) ?? []);
  const presets = new Map<string, PresetEffect>();
  const orphans: AwayRecords[] = [];
  const noted = new Map<string, Noted>();
  for (const batch of committed(receipt)) {
    for (const change of batch.changes) {
      if (change.id === null) continue;
      const of = taken.of(batch.batch, change.id);
      let note = noted.get(change.id);
      if (!note) {
        note = { name: change.name, records: [], changes: [], moved: 0, drift: 0 };
        noted.set(change.id, note);
      }
      const moved = plus(change.delta, worthOf(change));
      note.moved = plus(note.moved, moved);
      note.drift = plus(change.drift, moved);
      if (of?.whole) continue;
      note.changes.push(change);
      const away = change.deletes - (of?.count ?? 0);
      const worth = change.worth === undefined ? {} : { worth: minus(change.worth, of?.worth ?? 0) };
      if (away > 0) note.records.push({ batch, id: change.id, count: away, ...worth, back: of?.back ?? [] });
    }
    const none = recordsOfNone(batch);
    const of = none > 0 ? taken.of(batch.batch, null) : undefined;
    const away = none - (of?.count ?? 0);
    if (away > 0 && !of?.whole) orphans.push({ batch, id: null, count: away, back: of?.back ?? [] });
  }
  for (const [id, note] of noted) {
    const since = taken.drifts.get(id) ?? 0;
    const state = taken.states.has(id) ? null : stateOf(note, plus(note.moved, since));
    if (!state && note.records.length === 0) continue;
    const { name, records, drift } = note;
    presets.set(id, { id, name, records: records.reverse(), state, drift: plus(drift, since) });
  }
  return { presets, orphans: orphans.reverse() };
}

/** True if nothing is left to undo. */
export function isAllBack({ presets, orphans }: UndoableChanges): boolean {
  return presets.size === 0 && orphans.length === 0;
}

/** What has been collected about a preset so far. */
interface Noted {
  name: string;
  records: AwayRecords[];
  /** The changes that no undo has reversed entirely. */
  changes: ReceiptChange[];
  moved: Quantity;
  drift: Quantity;
}

function stateOf({ changes }: Noted, moved: Quantity): LeftState | null {
  if (changes.length === 0) return null;
  const times = changes.filter(({ lastUsedAfter }) => lastUsedAfter !== undefined);
  const [oldest] = times;
  const wasNull = changes.some(({ before }) => before === null);
  if (isZero(moved) && !wasNull && !oldest) return null;
  return {
    moved,
    wasNull,
    lowest: changes.reduce<Quantity>(
      (least, { before }) => (compareQuantities(before ?? 0, least) < 0 ? (before ?? 0) : least),
      0,
    ),
    lastUsed: oldest ? { before: oldest.lastUsedBefore, after: times.at(-1)?.lastUsedAfter ?? null } : null,
  };
}

interface Back {
  /** Everything the batch did to the preset was undone at once, as older versions did. */
  whole: boolean;
  count: number;
  worth: Quantity;
  back: PlaceRange[];
}

/** What these undos have reversed. */
function takenBack(undos: readonly Receipt[]) {
  const parts = new Map<number, Map<string | null, Back>>();
  const drifts = new Map<string, Quantity>();
  const states = new Set<string>();
  for (const change of undos.flatMap(changesOf)) {
    const { id, of, part, delta, deletes, places } = change;
    if (id !== null) drifts.set(id, sumOf([drifts.get(id) ?? 0, delta, worthOf(change)]));
    if ((part === 'state' || part === 'all') && id !== null) states.add(id);
    if (of === undefined) continue;
    const byPreset = parts.get(of) ?? new Map<string | null, Back>();
    const taken = byPreset.get(id) ?? { whole: false, count: 0, worth: 0, back: [] };
    parts.set(of, byPreset.set(id, taken));
    taken.whole ||= part === undefined;
    taken.count -= deletes;
    taken.worth = minus(taken.worth, worthOf(change));
    taken.back.push(...(places ?? []));
  }
  return { drifts, states, of: (batch: number, id: string | null) => parts.get(batch)?.get(id) };
}

function committed({ batches }: Receipt): Receipt['batches'] {
  return batches.filter(({ outcome }) => outcome === 'committed');
}

function changesOf(receipt: Receipt): ReceiptChange[] {
  return committed(receipt).flatMap(({ changes }) => changes);
}
