import type { AuditedCounter } from '../../counter/audit/audit-counter.ts';
import type { Counter } from '../../counter/counter.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Diagnoses } from '../output/counter-audit.ts';

/** One counter with its audit, or why it could not be counted. */
export type AuditResult =
  | { id: string; audited: AuditedCounter; diagnoses: Diagnoses }
  | { id: string; failed: string };

/** Those that were counted, with every row seen. */
export type Counted = Extract<AuditResult, { audited: AuditedCounter }>;

/** True for a counter of which the numbers are known: it was counted, and no row was hidden. */
export function isCounted(result: AuditResult): result is Counted {
  return 'audited' in result && result.audited.hiddenBy.length === 0;
}

/** Why there are no numbers of a counter. */
export function whyNotCounted(result: AuditResult): string {
  return 'failed' in result ? result.failed : `Rows are hidden: ${result.audited.hiddenBy.join('; ')}.`;
}

/** A wrong count of one counter. */
export interface Mismatch {
  of: Counted;
  counter: Counter;
  diagnosis: Diagnosis | undefined;
}

/** The wrong counts of every counter, in their order. */
export function mismatchesOf(results: readonly AuditResult[]): Mismatch[] {
  return results
    .filter(isCounted)
    .flatMap(of =>
      of.audited.mismatches.map(counter => ({ of, counter, diagnosis: of.diagnoses.get(counter.id) })),
    );
}
