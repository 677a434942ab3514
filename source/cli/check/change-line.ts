import { driftText } from '../../format/format-figures.ts';
import { displayText } from '../../format/text.ts';
import { type AuditResult, type Counted, isCounted, whyNotCounted } from './audit-result.ts';
import { namesOf, sumsInWords } from './mismatch-words.ts';

// Of a line a person reads a few.
const most = 3;

/** The sums of every counter with its largest wrong counts, in one line: another one as soon as one of them changes. For `ids` see namesOf. */
export function changeLine(results: readonly AuditResult[], ids: boolean): string {
  const words = results.map(result =>
    isCounted(result)
      ? `${sumsInWords(result.audited)}${largest(result, ids)}`
      : `${result.id}: not counted. ${whyNotCounted(result)}`,
  );
  return displayText(words.join(' '));
}

function largest({ audited: { mismatches } }: Counted, ids: boolean): string {
  if (mismatches.length === 0) return '';
  const first = mismatches.slice(0, most);
  const called = namesOf(first, ids);
  return ` Largest: ${first.map(counter => `${called(counter)} ${driftText(counter)}`).join(', ')}.`;
}
