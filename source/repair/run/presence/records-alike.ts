import type { Database, Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { minus } from '../../../counter/quantity.ts';
import type { AwayRecords, UndoableChanges } from '../../plan/undo/undoable-changes.ts';
import type { Receipt } from '../../receipts/receipt.ts';
import type { LeftAlone } from '../../repair.ts';
import {
  type OriginMarks,
  type Origins,
  type OriginWanted,
  readOrigins,
} from '../../sql/records/record-origins.ts';
import { leftNoRecords } from './left-none.ts';

/**
 * How an undo judges whether deleted records are back when records look alike: by the transactions that wrote those in
 * the table.
 */
export interface Alike {
  marks: OriginMarks;
  /** How many deleted records are missing, by preset; null for records of none. */
  away: ReadonlyMap<string | null, number>;
  /** How many records the reset left to each preset. Records of no preset are missing here if that is unknown. */
  remaining: ReadonlyMap<string | null, number>;
  /** The user has checked: put them back in any case. */
  anyway: boolean;
}

/** What the records in the table say about the deleted ones; `some`: too few of them came together to be all of them. */
export type Verdict = Pick<LeftAlone, 'reason' | 'message'> | 'some' | null;

/** What to go by for a receipt of which `own` is in effect. `receipts` are those of the same directory. */
export function alikeOf(
  receipt: Receipt,
  receipts: readonly Receipt[],
  own: UndoableChanges,
  anyway: boolean,
): Alike | null {
  const xids = committedXids(receipt);
  const [first] = xids;
  if (first === undefined) return null;
  const began = xids.reduce((least, xid) => (BigInt(xid) < BigInt(least) ? xid : least), first);
  const away = new Map<string | null, number>();
  for (const { id, records } of own.presets.values()) if (records.length > 0) away.set(id, sum(records));
  if (own.orphans.length > 0) away.set(null, sum(own.orphans));
  const undos = receipts.filter(({ head }) => head.action === 'undo');
  return {
    marks: { settled: receipt.head.began?.oldest ?? null, began, known: undos.flatMap(committedXids) },
    away,
    remaining: remainingAfter(receipt),
    anyway,
  };
}

function committedXids({ batches }: Receipt): string[] {
  return batches.flatMap(({ outcome, xid }) => (outcome === 'committed' ? [xid] : []));
}

function sum(records: readonly AwayRecords[]): number {
  return records.reduce((total, { count }) => total + count, 0);
}

/** How many records each preset had left after the last batch that took some: each batch notes how many it saw. */
function remainingAfter(receipt: Receipt): Map<string | null, number> {
  const remaining = new Map<string | null, number>();
  for (const { outcome, changes } of receipt.batches) {
    if (outcome !== 'committed') continue;
    for (const { id, before, drift, deletes, remaining: left } of changes)
      if (id !== null) remaining.set(id, left ?? Math.max(0, Number(minus(before ?? 0, drift)) - deletes));
  }
  // A preset that was left alone and deleted since has left its records to none.
  if (receipt.end?.left.length === 0 && leftNoRecords(receipt, null)) remaining.set(null, 0);
  return remaining;
}

/** Judges the records of one preset. `away` of them are missing, and the reset left `remaining`; undefined if that is unknown. */
export function judgeOrigins(
  { settled, before, together }: Origins,
  away: number,
  remaining: number | undefined,
): Verdict {
  if (remaining !== undefined && settled > remaining) {
    return {
      reason: 'there',
      message: `${settled} of its records are older than the reset, which left ${remaining === 0 ? 'none' : remaining}: this server is from before the reset, so nothing is put back.`,
    };
  }
  const older = remaining === undefined ? 0 : Math.max(0, before - remaining);
  if (older >= away)
    return unsure(`${older} of its records may be older than the reset, which deleted ${away}`);
  if (together >= away)
    return unsure(`${together} of its records came several at a time since the reset, which deleted ${away}`);
  return older + together > 0 ? 'some' : null;
}

function unsure(what: string): Pick<LeftAlone, 'reason' | 'message'> {
  return {
    reason: 'unsure',
    message: `${what}. Records here look alike, so the console cannot tell whether these are the deleted ones, and puts none back. Check the table; if the deleted ones are not in it, run the undo again with --put-back-anyway.`,
  };
}

/** Verdicts for these presets, in order; records written by the transactions `written` are ignored. */
export async function readVerdicts(
  reader: Reader,
  tables: Tables,
  { marks, away, remaining }: Alike,
  ids: readonly (string | null)[],
  written: readonly string[],
): Promise<Verdict[]> {
  const wanted = ids.map((id): OriginWanted => ({ id, away: away.get(id) ?? 0 }));
  const origins = await readOrigins(reader, tables, wanted, {
    ...marks,
    known: [...marks.known, ...written],
  });
  return wanted.map(({ id, away }, place) => {
    const origin = origins[place];
    return origin && away > 0 ? judgeOrigins(origin, away, remaining.get(id)) : null;
  });
}

/** The result for records that look alike. */
export interface AlikeResult {
  left: LeftAlone[];
  /** How many presets have records that came several at a time, but too few to be all of the deleted ones. */
  some: number;
  /** How many would have been left alone without --put-back-anyway. */
  anyway: number;
}

export const noneAlike: AlikeResult = { left: [], some: 0, anyway: 0 };

// Presets per statement.
const atOnce = 20_000;

/** Removes from `own` the records that may be in the table, and says which. */
export async function leaveOutAlike(
  database: Database,
  tables: Tables,
  alike: Alike,
  own: UndoableChanges,
  signal?: AbortSignal,
): Promise<AlikeResult> {
  const all = { left: [] as LeftAlone[], some: 0, anyway: 0 };
  const ids = [...alike.away.keys()];
  for (let from = 0; from < ids.length; from += atOnce) {
    const part = ids.slice(from, from + atOnce);
    const verdicts = await database.read(reader => readVerdicts(reader, tables, alike, part, []), { signal });
    for (const [place, id] of part.entries()) {
      const verdict = verdicts[place] ?? null;
      if (verdict === 'some') all.some += 1;
      if (verdict === null || verdict === 'some') continue;
      if (alike.anyway) all.anyway += 1;
      else all.left.push(leftOut(own, id, verdict));
    }
  }
  return all;
}

function leftOut(
  own: UndoableChanges,
  id: string | null,
  why: Pick<LeftAlone, 'reason' | 'message'>,
): LeftAlone {
  const name = id === null ? 'Records of no preset' : (own.presets.get(id)?.name ?? '');
  if (id === null) own.orphans = [];
  else own.presets.delete(id);
  return { id, name, ...why };
}
