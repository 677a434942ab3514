import { noChoice } from '../../../config/column-choice.ts';
import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import { refused } from '../../../counter/guards.ts';
import { usageError } from '../../../errors/errors.ts';
import { listReceipts, undoneBy } from '../../receipts/list-receipts.ts';
import { readReceipt } from '../../receipts/read-receipt.ts';
import type { Receipt } from '../../receipts/receipt.ts';
import { counterOf } from '../../receipts/receipt-head.ts';
import { isTrusted, receiptsThatCount } from '../../receipts/seals/trust.ts';
import type { Remark } from '../../repair.ts';
import { keepOwnBatches } from '../../run/on-this-server.ts';
import {
  type DeletedRecords,
  leaveOutPresent,
  readPresenceEvidence,
} from '../../run/presence/present-records.ts';
import { alikeOf, leaveOutAlike, noneAlike } from '../../run/presence/records-alike.ts';
import { resolveReceipts } from '../../run/resolve-receipts.ts';
import { onlyColumns } from '../../sql/facts.ts';
import { ignoredRemarks } from '../doubt.ts';
import type { PlanDraft } from '../draft.ts';
import { type PlanContext, statesOf } from '../read-states.ts';
import { draftUndo } from './draft-undo.ts';
import { readRestoreColumns } from './read-restore-columns.ts';
import { remarksOnServer } from './server-remarks.ts';
import { undoableChanges, undosOf } from './undoable-changes.ts';

/**
 * Finds what of a receipt can be undone: all deleted records, and every drift of presets that only correct uses have
 * changed since. Rejects with exit code 2 if there is no such receipt or it cannot be undone, and with 4 if it belongs
 * to another database.
 */
export async function planUndo(context: PlanContext): Promise<PlanDraft> {
  const { database, facts, request, signal } = context;
  const { tables } = context.found;
  const { resolved, ignored } = await readResolved(context);
  const server = await database.read(reader => keepOwnBatches(reader, resolved), { signal });
  const { receipts } = server;
  const receipt = receipts[0] ?? resolved[0];
  const own = undoableChanges(receipt, undosOf(receipts));
  const restore = await readRestoreColumns(database, { tables, facts }, receipt, own, request, signal);
  const written = onlyColumns(
    facts,
    restore.into.flatMap(quoted => (quoted === null ? [] : { quoted })),
  );
  const undos = undoneBy(receipts, receipt.head.id);
  const presence = await database.read(reader => readPresenceEvidence(reader, tables, written, undos), {
    signal,
  });
  const canCompare = presence.column !== null || presence.keyed;
  const alike = canCompare ? null : alikeOf(receipt, receipts, own, request.putBackAnyway === true);
  const evidence = { ...presence, alike };
  const deleted: DeletedRecords = { receipt, own, into: restore.into, facts: written, evidence };
  const present = await leaveOutPresent(database, tables, deleted, signal);
  const found = alike ? await leaveOutAlike(database, tables, alike, own, signal) : noneAlike;
  const states = await statesOf(database, tables, [...own.presets.keys()], false, signal);
  const draft = draftUndo(receipt, receipts, own, new Map(states.map(state => [state.id, state])), {
    tables,
    facts,
  });
  draft.left.push(...present, ...found.left);
  const remarks = remarksOnServer(receipt, server, evidence, draft, found, tables.definition);
  return {
    ...draft,
    remarks: [...ignored, ...remarks, ...restore.remarks],
    recordsToDelete: 0,
    method: null,
    holds: [
      receipt.head.id,
      draft.changes.map(({ id, delta, deletes }) => [id, delta, deletes]),
      draft.left.map(({ id, reason }) => [id, reason]),
      request.columns ?? noChoice,
      restore.into,
      remarks.some(({ code }) => code === 'presence-unknown'),
      request.putBackAnyway === true,
    ],
    maySetLastUsed: draft.tasks.some(({ undo }) => undo !== undefined && undo.lastUsed !== null),
    receipt,
    into: restore.into,
    evidence,
  };
}

/** Throws (exit code 4) for a file with the id of another receipt that is kept here: undoing it would mark that one as undone. */
function requireNoDouble(found: Receipt, receipts: readonly Receipt[]): void {
  const { id } = found.head;
  const kept = receipts.find(({ head, file }) => head.id === id && file !== found.file);
  if (!kept || isTrusted(found) || !isTrusted(kept)) return;
  throw refused(
    'receipt-not-trusted',
    `${found.file} has the id of another receipt, ${kept.file}. ${found.doubt ?? ''}`.trimEnd(),
    `Undo the one that is kept: preset-usage undo ${id}`,
  );
}

/** Throws (exit code 4) unless a receipt is of this counter, as it is defined now. */
function requireSameCounter({ head }: Receipt, definition: CounterDefinition): void {
  const { counter, counts } = counterOf(definition);
  if (head.counter !== counter) {
    throw refused(
      'other-counter',
      `${head.id} is of ${head.counter ?? 'the counter of presets'}, not of ${definition.id}.`,
      'Leave --counter out: an undo takes the counter that its receipt names.',
    );
  }
  if (head.counts === counts) return;
  throw refused(
    'counter-changed',
    `${definition.id} counts something else now than when ${head.id} was written.`,
    'Describe it in counters.json as it was then, or leave that repair and run a new sync.',
  );
}

/** The requested receipt first, then the others of this database that count. */
async function readResolved({
  database,
  found: inspected,
  request,
  identity,
  signal,
}: PlanContext): Promise<{ resolved: [Receipt, ...Receipt[]]; ignored: Remark[] }> {
  const { directory, holdsLock = false } = request;
  const found = await readReceipt(directory, request.receipt ?? '');
  const { head } = found;
  if (head.action !== 'sync' && head.action !== 'reset') {
    throw usageError(
      'not-undoable',
      `${head.id} is ${head.action === 'undo' ? 'an undo itself' : 'a migration'}, which cannot be undone.`,
      head.action === 'undo'
        ? 'Run the sync or the reset again: it plans what is needed now.'
        : 'The receipt holds what was replaced, as SQL.',
    );
  }
  requireSameCounter(found, inspected.tables.definition);
  if (head.identity !== identity) {
    throw refused(
      'other-database',
      `${head.id} was written for another database: ${head.database.name} at ${head.database.host}.`,
      'Name that database with --database-url.',
    );
  }
  const all = await listReceipts(directory);
  requireNoDouble(found, all.receipts);
  const others = receiptsThatCount(found, all.receipts).filter(
    other => other.head.identity === identity && other.head.id !== head.id,
  );
  const [own = found, ...rest] = await resolveReceipts(
    database,
    inspected,
    [found, ...others],
    holdsLock,
    signal,
  );
  return { resolved: [own, ...rest], ignored: ignoredRemarks(found, all.receipts) };
}
