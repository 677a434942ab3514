import { githubCommand, mostAnnotations } from '../output/github-command.ts';
import { type AuditResult, isCounted, whyNotCounted } from './audit-result.ts';
import type { Verdict } from './limits.ts';
import { inWords, namesOf, sumsInWords } from './mismatch-words.ts';

/**
 * Workflow commands of GitHub Actions: an error for a counter that fails or could not be counted and for its largest wrong
 * counts, a warning for wrong counts within the limits, and a notice for a counter without any.
 */
export function githubOf(results: readonly AuditResult[], verdict: Verdict, ids: boolean): string {
  return results
    .flatMap(result => {
      const title = result.id;
      if (!isCounted(result))
        return [githubCommand('error', { title }, `Not counted. ${whyNotCounted(result)}`)];
      const wrong = verdict.mismatches.filter(({ of }) => of === result);
      const failures = verdict.fails ? wrong.filter(({ beyond }) => beyond) : [];
      const kind = failures.length > 0 ? 'error' : wrong.length > 0 ? 'warning' : 'notice';
      const told = (failures.length > 0 ? failures : wrong).slice(0, mostAnnotations);
      const called = namesOf(
        told.map(({ counter }) => counter),
        ids,
      );
      return [
        githubCommand(kind, { title }, sumsInWords(result.audited)),
        ...told.map(each => githubCommand(kind, { title }, inWords(each, called))),
      ];
    })
    .join('\n');
}
