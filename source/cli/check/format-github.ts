import { distinctNames } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import { type AuditResult, isCounted, whyNotCounted } from './audit-result.ts';
import type { Verdict } from './limits.ts';
import { inWords, sumsInWords } from './mismatch-words.ts';

// GitHub shows ten of each kind in a step.
const most = 9;

/**
 * Workflow commands of GitHub Actions: an error for a counter that fails or could not be counted and for its largest wrong
 * counts, a warning for wrong counts within the limits, and a notice for a counter without any.
 */
export function githubOf(results: readonly AuditResult[], verdict: Verdict): string {
  return results
    .flatMap(result => {
      if (!isCounted(result)) return [command('error', result.id, `Not counted. ${whyNotCounted(result)}`)];
      const wrong = verdict.mismatches.filter(({ of }) => of === result);
      const failures = verdict.fails ? wrong.filter(({ beyond }) => beyond) : [];
      const kind = failures.length > 0 ? 'error' : wrong.length > 0 ? 'warning' : 'notice';
      const told = (failures.length > 0 ? failures : wrong).slice(0, most);
      const called = distinctNames(told.map(({ counter }) => counter));
      return [
        command(kind, result.id, sumsInWords(result.audited)),
        ...told.map(each => command(kind, result.id, inWords(each, called))),
      ];
    })
    .join('\n');
}

function command(kind: string, title: string, message: string): string {
  const escaped = (text: string) => displayText(text).replaceAll('%', '%25');
  const property = escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${kind} title=${property}::${escaped(message)}`;
}
