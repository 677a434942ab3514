import type { FullPlan } from '../../plan/draft.ts';
import type { BatchResult } from '../batch.ts';

// After rows were held, others have this many times as long without us.
const restPerHeld = 4;
// Reading, writing the receipt and auditing again hold nothing, but still cost the server and this machine time.
const restPerBatch = 1;
// In milliseconds.
const longestRest = 250;
// Transactions a second of others: beside fewer, nobody notices that a plan was made.
const busy = 1_000;

/**
 * Milliseconds to rest before the first batch: a plan takes the server longer than a batch. If somebody has looked at it in between, it
 * has rested.
 */
export function restAfterPlan({ began, ended }: Pick<FullPlan, 'began' | 'ended'>): number {
  const took = ended.at - began.at;
  const others = Number(BigInt(ended.xid) - BigInt(began.xid));
  if ((others / took) * 1000 < busy) return 0;
  return ended.at + Math.min(longestRest, took * restPerBatch) - performance.now();
}

/** Milliseconds to rest after a batch that took so long in all. */
export function restAfterBatch({ outcome, held }: BatchResult, took: number): number {
  if (outcome !== 'committed') return 0;
  return Math.min(longestRest, Math.max(held * restPerHeld, took * restPerBatch));
}
