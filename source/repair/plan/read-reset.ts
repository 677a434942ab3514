import type { Database } from '../../connection/transactions.ts';
import { auditCounters } from '../../counter/audit/audit-counters.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { isZero } from '../../counter/quantity.ts';
import { findPresets } from '../../counter/reading/find-presets.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { usualLimits } from '../batch-limits.ts';
import { leftForSize } from '../left-for-size.ts';
import { whyNotPutBack } from '../not-written.ts';
import { bytesEach } from '../receipts/records/record-space.ts';
import type { Remark } from '../repair.ts';
import { readOverLimit } from '../sql/count-limits.ts';
import type { CounterState } from '../sql/counter-state.ts';
import type { RepairFacts } from '../sql/facts.ts';
import { readSample } from '../sql/records/read-records.ts';
import { readLargeRecords, readRecordSizes } from '../sql/records/record-sizes.ts';
import type { PlanDraft } from './draft.ts';
import { driftsOf, type PlanContext, splitWritable, statesOf } from './read-states.ts';
import { chooseMethod, numberOf, resetChange } from './reset.ts';

/** Finds every preset that is not at zero yet, or has records to delete. */
export async function planReset({
  database,
  found,
  facts,
  request,
  triesAll,
  began,
  signal,
}: PlanContext): Promise<PlanDraft> {
  const { tables } = found;
  const { presets } = request;
  const { nouns, source } = tables.definition;
  const { row } = nouns;
  const isBuiltIn = source.kind === 'built-in';
  const { deleteHistory } = request.options;
  let ids: string[] = [];
  let orphans = 0;
  if (presets.length > 0) {
    ids = await database.read(reader => findPresets(reader, tables, presets), { signal });
  } else {
    const summary = await auditCounters(database, tables, {
      scope: 'all',
      gentle: { since: began.at },
      signal,
      onPage: ({ counters }) =>
        ids.push(
          ...counters
            .filter(
              ({ usageCount, lastUsedAt, records }) =>
                usageCount !== 0 || lastUsedAt !== null || (records ?? 0) > 0,
            )
            .map(({ id }) => id),
        ),
    });
    // Of other counters what belongs to no row does not count, and stays.
    if (isBuiltIn) orphans = summary.orphans;
  }
  const states = await statesOf(database, tables, ids, false, signal);
  const clears = tables.written.touched !== null && facts.lastUsedNullable;
  const sizes = deleteHistory ? await sizesOf(database, tables, facts, signal) : nothingLarge;
  const isTooLarge = (state: CounterState) => state.exact === null && sizes.large.has(state.id);
  const { written, left: unwritable } = splitWritable(states, { tables, facts });
  // Also with triggers suppressed: an undo of several batches sets back the difference with the last of them.
  const over = deleteHistory
    ? await overLimit(database, tables, facts, written, signal)
    : new Map<string, string>();
  const changes = written.flatMap(state =>
    isTooLarge(state) || over.has(state.id) ? [] : (resetChange(state, clears, deleteHistory) ?? []),
  );
  const left = [
    ...unwritable,
    ...states
      .filter(isTooLarge)
      .map(state => leftForSize(state, sizes.large.get(state.id) ?? 0, usualLimits)),
    ...written.flatMap(state => {
      const limit = over.get(state.id);
      return limit === undefined || isTooLarge(state) ? [] : [whyNotPutBack(state, limit, tables)];
    }),
  ];
  const ownRecords = changes.reduce((sum, { deletes }) => sum + deletes, 0);
  const recordsToDelete = deleteHistory ? ownRecords + orphans : 0;
  const remarks: Remark[] = [];
  const kept = changes.filter(({ records }) => !isZero(records)).length;
  if (!deleteHistory && kept > 0) {
    remarks.push({
      code: 'history-kept',
      severity: 'warning',
      message: `The history stays, so ${kept === 1 ? `the ${row[0]} with history` : `all ${kept} ${row[1]} with history`} will show Mismatch until a sync counts ${kept === 1 ? 'it' : 'them'} again.`,
    });
  }
  if (tables.written.touched !== null && !facts.lastUsedNullable) {
    remarks.push({
      code: 'last-used-stays',
      severity: 'warning',
      message: `${tables.written.touched} is NOT NULL here, so it keeps its value.`,
    });
  }
  if (deleteHistory && orphans > 0) {
    remarks.push({
      code: 'orphans-go',
      severity: 'info',
      message: `${orphans} of the records belong to ${row[1]} that are gone; they are deleted too.`,
    });
  }
  if (recordsToDelete > 0 && facts.xmlWithin.length > 0) {
    remarks.push({
      code: 'xml-declaration',
      severity: 'warning',
      message: `An undo leaves out the declaration of the xml inside ${facts.xmlWithin.join(', ')}.`,
    });
  }
  const how =
    recordsToDelete > 0
      ? chooseMethod(
          facts,
          isBuiltIn
            ? presets.length === 0 && left.length === 0
            : { records: nouns.record[1], where: tables.records.where !== null },
          orphans,
          recordsToDelete,
          changes.length,
          sizes.all,
          triesAll,
        )
      : null;
  if (how?.why) remarks.push({ code: 'method', severity: 'info', message: how.why });
  const sample =
    recordsToDelete > 0 && sizes.all > mostUnnoticed
      ? await database.read(reader => readSample(reader, tables, facts, usualLimits), { signal })
      : [];
  return {
    // A receipt takes less than the table does, also where the records that come first are the largest.
    ...(sample.length > 0 ? { receiptBytes: Math.min(bytesEach(sample) * recordsToDelete, sizes.all) } : {}),
    changes,
    tasks: [
      ...changes.map(({ id, name, drift, deletes }) => ({ id, name, drift, weight: deletes })),
      ...(deleteHistory && orphans > 0 ? [{ id: null, name: '', drift: 0, weight: orphans }] : []),
    ],
    recordsToDelete,
    recordsToRestore: 0,
    remarks,
    left,
    method: how?.method ?? null,
    holds: driftsOf(states),
    maySetLastUsed: clears,
  };
}

// In bytes: a receipt of fewer is not worth a word about its room.
const mostUnnoticed = 64 * 1024 * 1024;
// So many counts are sent at once.
const triedAtOnce = 10_000;

/** The rows with more records than their count may become, each with what limits it. */
async function overLimit(
  database: Database,
  tables: InspectedDatabase['tables'],
  { limits }: RepairFacts,
  states: readonly CounterState[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const over = new Map<string, string>();
  const wanted = states
    .filter(state => numberOf(state) > 0)
    .map(({ id, records }) => ({ id, becomes: records }));
  for (let from = 0; from < wanted.length; from += triedAtOnce) {
    const part = wanted.slice(from, from + triedAtOnce);
    const found = await database.read(reader => readOverLimit(reader, tables, limits, part), { signal });
    for (const [id, limit] of found) over.set(id, limit);
  }
  return over;
}

interface Sizes {
  /** The bytes of all records on disk. */
  all: number;
  /** Presets with a record that no receipt can hold, and its bytes. */
  large: Map<string | null, number>;
}

const nothingLarge: Sizes = { all: 0, large: new Map() };

/**
 * How large the records are. If all values stored out of line together are small enough, no single record is too large.
 * A table that cannot be read in time is left to the batches, which check each record before they delete it.
 */
async function sizesOf(
  database: Database,
  tables: InspectedDatabase['tables'],
  facts: RepairFacts,
  signal: AbortSignal | undefined,
): Promise<Sizes> {
  const { all, apart } = await database.read(reader => readRecordSizes(reader, tables), { signal });
  if (apart <= usualLimits.recordBytes) return { all, large: new Map() };
  const large = await database
    .read(reader => readLargeRecords(reader, tables, facts, usualLimits.recordBytes), { signal })
    .catch(error => {
      if (!isConsoleError(error) || error.code !== 'statement-timeout') throw error;
      return new Map<string | null, number>();
    });
  return { all, large };
}
