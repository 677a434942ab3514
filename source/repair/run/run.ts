import { noChoice } from '../../config/column-choice.ts';
import type { Database } from '../../connection/transactions.ts';
import { exitCodes } from '../../errors/errors.ts';
import type { FullPlan } from '../plan/draft.ts';
import { planRepair } from '../plan/read-plan.ts';
import type { RepairPlan } from '../plan/repair-plan.ts';
import { stalePlan } from '../plan/stale-plan.ts';
import { isStillInEffect } from '../plan/undo/still-in-effect.ts';
import type { ReceiptHead } from '../receipts/receipt.ts';
import { receiptHead } from '../receipts/receipt-head.ts';
import { openReceipt } from '../receipts/write-receipt.ts';
import { deletesRecords, type RepairOutcome, type RepairProgress } from '../repair.ts';
import { readServerMark } from '../sql/server-mark.ts';
import { holdRepairLock } from './repair-lock.ts';
import { RepairUnderWay } from './under-way/repair-under-way.ts';
import type { RunOptions } from './under-way/run-options.ts';

/**
 * Runs a plan, batch by batch, and yields its progress. Each batch is correct by itself. If the process is killed
 * anywhere, counts are as right as before, the receipt knows what was done, and running it again does the rest.
 *
 * Rejects if nothing was written: with exit code 4 if the plan is stale, another repair is running or the receipt cannot
 * be stored, with 3 if the server cannot do it. A later failure is in the outcome.
 */
export async function* runRepair(
  database: Database,
  agreed: RepairPlan,
  options: RunOptions,
): AsyncGenerator<RepairProgress, RepairOutcome> {
  const start = performance.now();
  // Without the signal: it stops the next batch, not the one that runs.
  const timeouts = { timeout: options.timeout, lockTimeout: options.lockTimeout };
  const pooled = agreed.inspected.server.encryption === null;
  const releaseLock = await holdRepairLock(database, timeouts, pooled, options.signal);
  try {
    const plan = await freshPlan(database, agreed, options);
    const began = await database.read(readServerMark);
    const receipt = await openReceipt(options.directory, { ...headOf(database, plan), began });
    const run = new RepairUnderWay(database, plan, receipt, options, start);
    try {
      yield* run.batches();
      return await run.end();
    } finally {
      await run.close();
    }
  } finally {
    await releaseLock();
  }
}

/** The plan as it would be made now; rejects if it differs. */
async function freshPlan(database: Database, agreed: RepairPlan, options: RunOptions): Promise<FullPlan> {
  const plan =
    options.fresh && 'tasks' in agreed && (await isStillInEffect(agreed as FullPlan))
      ? (agreed as FullPlan)
      : await planRepair(database, { ...agreed.request, holdsLock: true }, options.signal);
  if (plan.fingerprint !== agreed.fingerprint) throw stalePlan(plan, agreed);
  return plan;
}

/** The head of the receipt. */
function headOf(database: Database, plan: FullPlan): ReceiptHead {
  // What was left out is not in the receipt, whatever the reason.
  const { except: _, ...options } = plan.options;
  return {
    ...receiptHead(database.place, plan.inspected, plan),
    options,
    undoes: plan.receipt?.head.id ?? null,
    // Also if there was nothing to delete: a record may have come since, and is deleted with the others.
    ...(deletesRecords(plan)
      ? {
          columns: plan.facts.recordColumns.map(({ cast: _, size: __, ...column }) => column),
          reference: plan.inspected.tables.records.preset,
        }
      : {}),
    ...saidOfColumns(plan),
  };
}

/** What was said about columns that have changed since the records were deleted. */
function saidOfColumns({ request }: FullPlan): Pick<ReceiptHead, 'mapped' | 'dropped'> {
  const { map, drop } = request.columns ?? noChoice;
  return {
    ...(map.length > 0 ? { mapped: map.map(([from, to]) => ({ from, to })) } : {}),
    ...(drop.length > 0 ? { dropped: [...drop] } : {}),
  };
}

/** The exit code of an outcome. */
export function exitCodeOf({ ended, error, left }: RepairOutcome): number {
  if (error) return error.exitCode;
  if (ended === 'interrupted') return exitCodes.interrupted;
  return left.length > 0 ? exitCodes.unhealthy : exitCodes.healthy;
}
