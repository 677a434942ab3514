import type { AuditedCounter } from '../../counter/audit/audit-counter.ts';
import type { Counter } from '../../counter/counter.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { driftText, recordsText } from '../../format/format-figures.ts';
import { count, countOf } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { distinctNames, presetName } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import type { Mismatch } from './audit-result.ts';

/** A wrong count in one sentence, such as `Noir: 12, and 10 by its records (+2): double counted.` `called` names rows. */
export function inWords({ of, counter, diagnosis }: Mismatch, called: (counter: Counter) => string): string {
  const basis = of.audited.definition.record.amount === null ? 'records' : 'sum';
  const cause = diagnosis ? shortDiagnosis(diagnosis) : 'cause not found';
  return `${called(counter)}: ${countOf(counter)}, and ${recordsText(counter)} by its ${basis} (${driftText(counter)}): ${cause}.`;
}

/** What rows are called: as in `distinctNames`, or with `ids` each with its whole id. */
export function namesOf(rows: readonly Counter[], ids: boolean): (counter: Counter) => string {
  return ids ? row => `${displayText(row.id)} ${presetName(row)}` : distinctNames(rows);
}

/** The sums of a counter in one sentence. */
export function sumsInWords({ definition, totals }: AuditedCounter): string {
  const { rows, mismatched, tooHigh, tooLow } = totals;
  const wrong =
    mismatched === 0
      ? 'all accurate'
      : `${count(mismatched)} wrong (${count(tooHigh)} too high, ${count(tooLow)} too low)`;
  return `${definition.id}: ${amount(rows, ...definition.nouns.row)}, ${wrong}.`;
}
