import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { iso } from '../../format/numbers.ts';

/** A role that may count, or a limit that is enough for it, may not do for reading the records. */
export const beyondReach: ReadonlySet<string> = new Set([
  'permission-denied',
  'statement-timeout',
  'lock-timeout',
]);

/** What led to a diagnosis, as `check --json` has it. */
export function detail(diagnosis: Diagnosis | undefined) {
  if (!diagnosis) return {};
  const { certainty, evidence, against, next, also = [], stretch } = diagnosis;
  return {
    diagnosisDetail: {
      certainty,
      evidence,
      against,
      next,
      also,
      stretch: stretch && { from: iso(stretch.from), to: iso(stretch.to) },
    },
  };
}

/** JSON has no NaN and no Infinity. */
export function finite(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}
