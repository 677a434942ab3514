import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { markdownHead, markdownRow } from '../../diagnosis/rows/markdown.ts';
import { markdownText } from '../../format/markdown-text.ts';
import { count } from '../../format/numbers.ts';
import { type AuditResult, isCounted, whyNotCounted } from './audit-result.ts';
import { type Verdict, verdictLine } from './limits.ts';
import { namesOf, sumsInWords } from './mismatch-words.ts';

// What a comment of a pull request takes, and a reader reads.
const most = 100;

/** The sums of each counter and a table of its wrong counts, as Markdown of GitHub. */
export function markdownOf(results: readonly AuditResult[], verdict: Verdict, ids: boolean): string {
  const limits = verdictLine(verdict);
  return [
    ...results.flatMap(result => {
      if (!isCounted(result))
        return [`**${markdownText(result.id)}: not counted.** ${markdownText(whyNotCounted(result))}`, ''];
      const { definition, mismatches } = result.audited;
      const wrong = mismatches.slice(0, most);
      const called = namesOf(wrong, ids);
      return [
        `**${markdownText(sumsInWords(result.audited))}**`,
        '',
        ...(wrong.length === 0
          ? []
          : [
              ...markdownHead(definition),
              ...wrong.map(counter =>
                markdownRow(counter, {
                  name: called(counter),
                  why: shortDiagnosis(result.diagnoses.get(counter.id)),
                }),
              ),
              ...(mismatches.length > most ? ['', `And ${count(mismatches.length - most)} more.`] : []),
              '',
            ]),
      ];
    }),
    ...(limits === null ? [] : [limits, '']),
  ]
    .join('\n')
    .trimEnd();
}
