import type { AuditResult } from './audit-result.ts';
import { csvOf } from './format-csv.ts';
import { githubOf } from './format-github.ts';
import { junitOf } from './format-junit.ts';
import { markdownOf } from './format-markdown.ts';
import { prometheusOf } from './format-prometheus.ts';
import type { Verdict } from './limits.ts';

/** The formats of `check` beside text and JSON; each is made when it is asked for. With `ids` each row has its id. */
export function checkFormats(results: readonly AuditResult[], verdict: Verdict, ids: boolean) {
  return {
    csv: () => csvOf(verdict.mismatches),
    junit: () => junitOf(results, verdict, ids),
    github: () => githubOf(results, verdict, ids),
    prometheus: () => prometheusOf(results),
    markdown: () => markdownOf(results, verdict, ids),
  };
}
