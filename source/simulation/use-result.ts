import type { UsePath } from './usage-call.ts';

/** What one use did to its preset's count and records. */
export interface UseResult {
  before: number | null;
  after: number | null;
  increment: number;
  recordsAdded: number;
  /** Records that were there before and that the use changed, as an upsert does; null if that was not looked at. */
  recordsUpdated: number | null;
  /** Null if presets has no such column. */
  lastUsedAtMoved: boolean | null;
}

/** A way of making a use that failed, with the server's message. */
export interface UseFailure {
  path: UsePath;
  /** 1 for the first use, 2 for the same preset again. */
  use: number;
  message: string;
  code: string;
  constraint: string | null;
  where: string | null;
  /** The column and the table that the server names in the error, if any. */
  column: string | null;
  table: string | null;
}

/** What one use showed: `counted` once, `unchanged` because it added no record, or anything else. */
export function verdictOfUse({ increment, recordsAdded, recordsUpdated, lastUsedAtMoved }: UseResult) {
  if (increment === 1 && recordsAdded === 1 && lastUsedAtMoved !== false) return 'counted';
  return increment === 0 && recordsAdded === 0 && (recordsUpdated ?? 0) > 0 ? 'unchanged' : 'wrong';
}

/**
 * What each use showed. `limited`: a unique index keeps one record of a preset and a user, so that a repeated use may store none, as
 * ON CONFLICT DO NOTHING does.
 */
export function verdictsOf(uses: readonly UseResult[], limited: boolean) {
  const [first] = uses;
  return uses.map((use, index) => {
    const { increment, recordsAdded, recordsUpdated } = use;
    const nothing = increment === 0 && recordsAdded === 0 && recordsUpdated === 0;
    const repeated = index > 0 && first !== undefined && verdictOfUse(first) === 'counted';
    return limited && repeated && nothing ? 'unchanged' : verdictOfUse(use);
  });
}

/** Confirmed means: both uses were right, and at least one of them added a record and was counted once. */
export function isConfirmed(uses: readonly UseResult[], limited = false): boolean {
  const verdicts = verdictsOf(uses, limited);
  return verdicts.length === 2 && !verdicts.includes('wrong') && verdicts.includes('counted');
}
