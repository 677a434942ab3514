import { titled } from '../../counter/definition/counter-nouns.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { driftText, recordsText } from '../../format/format-figures.ts';
import { markdownText } from '../../format/markdown-text.ts';
import { count, countOf } from '../../format/numbers.ts';
import { distinctNames } from '../../format/preset-name.ts';
import { type AuditResult, isCounted, whyNotCounted } from './audit-result.ts';
import { type Verdict, verdictLine } from './limits.ts';
import { sumsInWords } from './mismatch-words.ts';

// What a comment of a pull request takes, and a reader reads.
const most = 100;

/** The sums of each counter and a table of its wrong counts, as Markdown of GitHub. */
export function markdownOf(results: readonly AuditResult[], verdict: Verdict): string {
  const limits = verdictLine(verdict);
  return [
    ...results.flatMap(result => {
      if (!isCounted(result))
        return [`**${markdownText(result.id)}: not counted.** ${markdownText(whyNotCounted(result))}`, ''];
      const { definition, mismatches } = result.audited;
      const wrong = mismatches.slice(0, most);
      const called = distinctNames(wrong);
      const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
      return [
        `**${markdownText(sumsInWords(result.audited))}**`,
        '',
        ...(wrong.length === 0
          ? []
          : [
              row([
                markdownText(titled(definition.nouns.row[0])),
                'Count',
                definition.record.amount === null ? 'Records' : 'Sum',
                'Drift',
                'Why',
              ]),
              '| --- | --: | --: | --: | --- |',
              ...wrong.map(counter =>
                row([
                  markdownText(called(counter)),
                  countOf(counter),
                  recordsText(counter),
                  driftText(counter),
                  markdownText(shortDiagnosis(result.diagnoses.get(counter.id))),
                ]),
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
