import { distinctNames } from '../../format/preset-name.ts';
import { displayText } from '../../format/text.ts';
import { type AuditResult, isCounted, whyNotCounted } from './audit-result.ts';
import type { JudgedMismatch, Verdict } from './limits.ts';
import { inWords, sumsInWords } from './mismatch-words.ts';

/**
 * A suite for each counter, with one test of all of its counts and one for each wrong count. A wrong count within the limits is
 * skipped, and a counter that could not be counted is an error.
 */
export function junitOf(results: readonly AuditResult[], verdict: Verdict): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="preset-usage check">',
    ...results.flatMap(result => suite(result, verdict)),
    '</testsuites>',
  ].join('\n');
}

function suite(result: AuditResult, verdict: Verdict): string[] {
  if (!isCounted(result)) {
    return [
      `  <testsuite name="${xml(result.id)}" tests="1" failures="0" errors="1" skipped="0">`,
      testCase(result.id, 'every count is accurate', `<error message="${xml(whyNotCounted(result))}"/>`),
      '  </testsuite>',
    ];
  }
  const { audited, id } = result;
  const wrong = verdict.mismatches.filter(({ of }) => of === result);
  const called = distinctNames(audited.mismatches);
  const isFailure = ({ beyond }: JudgedMismatch) => verdict.fails && beyond;
  const failures = wrong.filter(isFailure).length;
  const seconds = (audited.durationMs / 1_000).toFixed(3);
  const all = failures > 0 ? `<failure message="${xml(sumsInWords(audited))}"/>` : '';
  return [
    `  <testsuite name="${xml(id)}" tests="${wrong.length + 1}" failures="${failures + (all === '' ? 0 : 1)}" errors="0" skipped="${wrong.length - failures}" time="${seconds}" timestamp="${new Date(audited.takenAt).toISOString()}">`,
    testCase(id, 'every count is accurate', all),
    ...wrong.map(each =>
      testCase(
        id,
        called(each.counter),
        `<${isFailure(each) ? 'failure' : 'skipped'} message="${xml(inWords(each, called))}"/>`,
      ),
    ),
    '  </testsuite>',
  ];
}

function testCase(counter: string, name: string, inside: string): string {
  const opening = `    <testcase classname="${xml(counter)}" name="${xml(name)}"`;
  return inside === '' ? `${opening}/>` : `${opening}>${inside}</testcase>`;
}

/** Text fit for an attribute: XML has no control characters, not even escaped ones. */
function xml(text: string): string {
  return displayText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
