import { type JunitSuite, junitDocument } from '../output/junit.ts';
import { type AuditResult, isCounted, whyNotCounted } from './audit-result.ts';
import type { JudgedMismatch, Verdict } from './limits.ts';
import { inWords, namesOf, sumsInWords } from './mismatch-words.ts';

/**
 * A suite for each counter, with one test of all of its counts and one for each wrong count. A wrong count within the limits is
 * skipped, and a counter that could not be counted is an error.
 */
export function junitOf(results: readonly AuditResult[], verdict: Verdict, ids: boolean): string {
  return junitDocument(
    'check',
    results.map(result => suite(result, verdict, ids)),
  );
}

const ofAll = 'every count is accurate';

function suite(result: AuditResult, verdict: Verdict, ids: boolean): JunitSuite {
  const { id } = result;
  if (!isCounted(result)) {
    return {
      name: id,
      tests: [{ name: ofAll, outcome: { kind: 'error', message: whyNotCounted(result) } }],
    };
  }
  const { audited } = result;
  const wrong = verdict.mismatches.filter(({ of }) => of === result);
  const called = namesOf(audited.mismatches, ids);
  const isFailure = ({ beyond }: JudgedMismatch) => verdict.fails && beyond;
  const all = wrong.some(isFailure)
    ? ({ kind: 'failure', message: sumsInWords(audited) } as const)
    : undefined;
  return {
    name: id,
    durationMs: audited.durationMs,
    at: audited.takenAt,
    tests: [
      { name: ofAll, outcome: all },
      ...wrong.map(each => ({
        name: called(each.counter),
        outcome: { kind: isFailure(each) ? 'failure' : 'skipped', message: inWords(each, called) } as const,
      })),
    ],
  };
}
