import { createHash } from 'node:crypto';
import type { Database, Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import type { AwayRecords, UndoableChanges } from '../../plan/undo/undoable-changes.ts';
import type { Receipt, ReceiptBatch } from '../../receipts/receipt.ts';
import { readStoredRecords, valuesOf } from '../../receipts/records/stored-records.ts';
import type { LeftAlone } from '../../repair.ts';
import { exactForms } from '../../sql/counter-state.ts';
import type { RepairFacts } from '../../sql/facts.ts';
import type { RecordValues } from '../../sql/records/found-records.ts';
import {
  countPresent,
  type IdentifyingColumn,
  readIdentifyingColumn,
  refusesDoubles,
} from '../../sql/records/records-there.ts';
import { leftNoRecords } from './left-none.ts';
import type { Alike } from './records-alike.ts';

/** How an undo can see whether deleted records are already back in the table. */
export interface PresenceEvidence {
  /** Null if records look alike. */
  column: IdentifyingColumn | null;
  /** True if the server refuses every duplicate record. */
  keyed: boolean;
  /** What to go by if neither helps. */
  alike: Alike | null;
  /** The transactions that have put back records of this receipt: what they wrote does not count as present. */
  putBack: readonly string[];
}

/** How many of some deleted records are in the table. */
interface PresentRecords {
  of: number;
  there: number;
}

/**
 * Counts which of some deleted records are in the table. `all`: no record that looks like them was left there, see
 * `leftNoRecords`.
 */
export class PresenceTally {
  readonly #seen = new Map<string, { times: number; isThere: boolean }>();
  readonly #all: boolean;

  constructor(all: boolean) {
    this.#all = all;
  }

  add(values: RecordValues, count: number): void {
    // A digest, because records may be many and large.
    const key = createHash('sha256').update(JSON.stringify(values)).digest('base64');
    const seen = this.#seen.get(key) ?? { times: 0, isThere: count > 0 };
    seen.times += 1;
    this.#seen.set(key, seen);
  }

  /** If some may have been left, only unique records count: of two identical ones, one may be the one that was left. */
  result(): PresentRecords {
    const counted = [...this.#seen.values()].filter(({ times }) => this.#all || times === 1);
    const sum = (of: typeof counted) => of.reduce((total, { times }) => total + times, 0);
    return { of: sum(counted), there: sum(counted.filter(({ isThere }) => isThere)) };
  }
}

// In characters: longer records are not looked up, because JSON on the server has limits.
const longestWanted = 16_000_000;

/** As `countPresent`, but records too large to look up count as absent. */
export async function countPresentRecords(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  column: IdentifyingColumn,
  wanted: readonly RecordValues[],
  except: readonly string[],
): Promise<number[]> {
  const small = wanted.map(
    values => values.reduce((sum, value) => sum + (value?.length ?? 0), 0) < longestWanted,
  );
  const counts = await countPresent(
    reader,
    tables,
    facts,
    column.quoted,
    wanted.filter((_, index) => small[index]),
    except,
  );
  let next = 0;
  return small.map(isSmall => (isSmall ? (counts[next++] ?? 0) : 0));
}

/** Why deleted records are not put back; null if they are absent. */
export function whyPresent({ of, there }: PresentRecords): Pick<LeftAlone, 'reason' | 'message'> | null {
  if (there === 0) return null;
  return {
    reason: 'there',
    message:
      there === of
        ? 'Its deleted records are in the table, so there is nothing to put back. They were put back already, or this server is from before they were deleted.'
        : `${there} of its ${of} deleted records are in the table. None is put back, because some could then be there twice. Find out where they come from first.`,
  };
}

/** What an undo can go by. */
export async function readPresenceEvidence(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  undos: readonly Receipt[],
): Promise<Omit<PresenceEvidence, 'alike'>> {
  return {
    column: facts.recordColumns.length === 0 ? null : await readIdentifyingColumn(reader, tables, facts),
    keyed: await refusesDoubles(reader, tables, facts),
    putBack: undos.flatMap(({ batches }) =>
      batches.filter(({ outcome }) => outcome === 'committed').map(({ xid }) => xid),
    ),
  };
}

// A plan looks up at most this many deleted records from this many batches. Each batch looks up all of its own.
const mostChecked = { records: 20_000, batches: 100, withoutIndex: 3 };

/** The deleted records of a receipt, and how to look them up. */
export interface DeletedRecords {
  receipt: Receipt;
  own: UndoableChanges;
  /** For each stored column, the quoted column that its values go into; null if they are left out. */
  into: readonly (string | null)[];
  /** With those columns only. */
  facts: RepairFacts;
  evidence: PresenceEvidence;
}

/**
 * Removes from `own` the records that are already in the table, and says which. If there are very many batches, it checks a sample
 * spread over all of them.
 */
export async function leaveOutPresent(
  database: Database,
  tables: Tables,
  deleted: DeletedRecords,
  signal?: AbortSignal,
): Promise<LeftAlone[]> {
  const { own, evidence } = deleted;
  if (evidence.column === null) return [];
  const left: LeftAlone[] = [];
  const all = [...[...own.presets.values()].flatMap(({ records }) => records), ...own.orphans];
  const byBatch = Map.groupBy(all, ({ batch }) => batch.batch);
  for (const away of spread([...byBatch.values()], tables)) {
    const [first] = away;
    if (!first) continue;
    for (const [part, tally] of await countInTable(database, tables, deleted, first.batch, away, signal)) {
      const reason = whyPresent(tally.result());
      if (!reason) continue;
      const effect = part.id === null ? undefined : own.presets.get(part.id);
      if (!left.some(({ id }) => id === part.id)) {
        left.push({ id: part.id, name: effect?.name ?? 'Records of no preset', ...reason });
      }
      if (!effect) own.orphans = own.orphans.filter(other => other !== part);
      else {
        effect.records = effect.records.filter(other => other !== part);
        if (effect.records.length === 0) own.presets.delete(effect.id);
      }
    }
  }
  return left;
}

/** All batches if they are few, else a sample spread over them. */
function spread(batches: AwayRecords[][], { records: { indexed } }: Tables): AwayRecords[][] {
  const sizes = batches.map(away => away.reduce((sum, { count }) => sum + count, 0));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const most = indexed ? mostChecked.batches : mostChecked.withoutIndex;
  const step = Math.max(1, Math.ceil(all / mostChecked.records), Math.ceil(batches.length / most));
  return batches.filter((_, index) => index % step === 0);
}

// Per statement: this many records, or this many characters of them.
const atOnce = { records: 2_000, length: 4_000_000 };

/** Looks up the stored records of a batch, in parts, and counts them by preset. */
async function countInTable(
  database: Database,
  tables: Tables,
  { receipt, into, facts, evidence: { column, putBack } }: DeletedRecords,
  batch: ReceiptBatch,
  away: readonly AwayRecords[],
  signal: AbortSignal | undefined,
): Promise<Map<AwayRecords, PresenceTally>> {
  const places = facts.recordColumns.map(({ quoted }) => into.indexOf(quoted));
  const presetPlace = into.indexOf(tables.records.preset);
  const owners = new Set(batch.changes.map(({ id }) => id));
  const parts = new Map(away.map(part => [part.id, part]));
  const tallies = new Map(away.map(part => [part, new PresenceTally(leftNoRecords(receipt, part.id))]));
  let wanted: { part: AwayRecords; values: RecordValues }[] = [];
  let length = 0;
  const countWanted = async () => {
    const values = wanted.map(record => record.values);
    const counts = await database.read(
      async reader => {
        await reader.rows(exactForms);
        return column ? countPresentRecords(reader, tables, facts, column, values, putBack) : [];
      },
      { signal },
    );
    for (const [index, { part, values: own }] of wanted.entries())
      tallies.get(part)?.add(own, counts[index] ?? 0);
    wanted = [];
    length = 0;
  };
  let place = -1;
  for await (const line of readStoredRecords(receipt, batch)) {
    place += 1;
    const at = place;
    const values = valuesOf(receipt, line);
    const owner = values[presetPlace] ?? null;
    const part = parts.get(owner !== null && owners.has(owner) ? owner : null);
    if (!part || part.back.some(([from, to]) => from <= at && at <= to)) continue;
    wanted.push({ part, values: places.map(from => values[from] ?? null) });
    length += line.length;
    if (wanted.length >= atOnce.records || length >= atOnce.length) await countWanted();
  }
  if (wanted.length > 0) await countWanted();
  return tallies;
}
