import { createHash } from 'node:crypto';
import type { Database, Reader } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import type { AwayRecords, UndoableChanges } from '../../plan/undo/undoable-changes.ts';
import type { Receipt, ReceiptBatch } from '../../receipts/receipt.ts';
import { readStoredRecords, valuesOf } from '../../receipts/records/stored-records.ts';
import type { LeftAlone } from '../../repair.ts';
import { exactForms, type RecordValues } from '../../sql/counter-state.ts';
import type { RepairFacts } from '../../sql/facts.ts';
import {
  countPresent,
  type IdentifyingColumn,
  readIdentifyingColumn,
  refusesDoubles,
} from '../../sql/records-there.ts';
import { leftNoRecords } from './left-none.ts';
import type { Alike } from './records-alike.ts';

/** How an undo can see whether deleted records are already back in the table. */
export interface PresenceEvidence {
  /** Null where one record looks like another. */
  column: IdentifyingColumn | null;
  /** True where the server refuses every record a second time. */
  keyed: boolean;
  /** What tells where neither does, if anything. */
  alike: Alike | null;
  /** The transactions that have put records of this receipt back: what they wrote is no sign that others are there. */
  putBack: readonly string[];
}

/** How many of some deleted records are in the table. */
interface PresentRecords {
  of: number;
  there: number;
}

/**
 * Takes in how often each of some deleted records is in the table. `all`: none that looks like one of them was left there, see
 * `leftNoRecords`.
 */
export class PresenceTally {
  readonly #seen = new Map<string, { times: number; isThere: boolean }>();
  readonly #all: boolean;

  constructor(all: boolean) {
    this.#all = all;
  }

  add(values: RecordValues, count: number): void {
    // A digest, because there may be many records, and large ones.
    const key = createHash('sha256').update(JSON.stringify(values)).digest('base64');
    const seen = this.#seen.get(key) ?? { times: 0, isThere: count > 0 };
    seen.times += 1;
    this.#seen.set(key, seen);
  }

  /** Where some may have been left, it goes by records that there was one of alone: of two that were the same, one may be there. */
  result(): PresentRecords {
    const telling = [...this.#seen.values()].filter(({ times }) => this.#all || times === 1);
    const sum = (of: typeof telling) => of.reduce((total, { times }) => total + times, 0);
    return { of: sum(telling), there: sum(telling.filter(({ isThere }) => isThere)) };
  }
}

// In characters: what is longer is not looked for, because JSON on the server has its limits.
const longestWanted = 16_000_000;

/** As `countPresent`, but for records that are too large to be looked for: those count as away. */
export async function countPresentRecords(
  reader: Reader,
  tables: Tables,
  facts: RepairFacts,
  column: IdentifyingColumn,
  wanted: readonly RecordValues[],
  but: readonly string[],
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
    but,
  );
  let next = 0;
  return small.map(isSmall => (isSmall ? (counts[next++] ?? 0) : 0));
}

/** Why deleted records are not put back; null where they are away. */
export function whyPresent({ of, there }: PresentRecords): Pick<LeftAlone, 'reason' | 'message'> | null {
  if (there === 0) return null;
  return {
    reason: 'there',
    message:
      there === of
        ? 'Its deleted records are in the table, so there is nothing to put back: somebody has done it already, or this server is from before they were deleted.'
        : `${there} of its ${of} deleted records are in the table, so none of them is put back: some could be there twice then. Find out where they come from first.`,
  };
}

/** What an undo of `receipt` has to go by. */
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

// So many deleted records are looked for while an undo is planned, of so many batches; each batch looks for all of its own.
const mostLookedFor = { records: 20_000, batches: 100, withoutIndex: 3 };

/** The deleted records of a receipt, and how they are looked for. */
export interface DeletedRecords {
  receipt: Receipt;
  own: UndoableChanges;
  /** For each stored column the quoted one that its values go into; null where they are left out. */
  into: readonly (string | null)[];
  /** With those columns alone. */
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
    for (const [part, tally] of await lookFor(database, tables, deleted, first.batch, away, signal)) {
      const why = whyPresent(tally.result());
      if (!why) continue;
      const effect = part.id === null ? undefined : own.presets.get(part.id);
      if (!left.some(({ id }) => id === part.id)) {
        left.push({ id: part.id, name: effect?.name ?? 'Records of no preset', ...why });
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

/** All of them where they are few, else some from everywhere. */
function spread(batches: AwayRecords[][], { records: { indexed } }: Tables): AwayRecords[][] {
  const sizes = batches.map(away => away.reduce((sum, { count }) => sum + count, 0));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const most = indexed ? mostLookedFor.batches : mostLookedFor.withoutIndex;
  const step = Math.max(1, Math.ceil(all / mostLookedFor.records), Math.ceil(batches.length / most));
  return batches.filter((_, index) => index % step === 0);
}

// So many records are looked for in one statement, or so many characters of them.
const atOnce = { records: 2_000, length: 4_000_000 };

/** Looks for the stored records of a batch, some at a time, by what they belong to. */
async function lookFor(
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
  const look = async () => {
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
    if (wanted.length >= atOnce.records || length >= atOnce.length) await look();
  }
  if (wanted.length > 0) await look();
  return tallies;
}
