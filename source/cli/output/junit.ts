import { displayText } from '../../format/text.ts';

/** One test of a suite: passed without an outcome, else how it ended, with what is said of it. */
export interface JunitTest {
  name: string;
  outcome?: { kind: 'failure' | 'error' | 'skipped'; message: string } | undefined;
  /** In milliseconds. */
  durationMs?: number;
}

/** Tests that belong together, with when they began and how long they took, in milliseconds. */
export interface JunitSuite {
  name: string;
  tests: readonly JunitTest[];
  durationMs?: number;
  at?: Date | string | number;
}

/** What a command found as JUnit's XML. */
export function junitDocument(command: string, suites: readonly JunitSuite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="preset-usage ${command}">`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ].join('\n');
}

function suiteLines({ name, tests, durationMs, at }: JunitSuite): string[] {
  const ended = (kind: string) => tests.filter(({ outcome }) => outcome?.kind === kind).length;
  const began = at === undefined ? '' : ` timestamp="${new Date(at).toISOString()}"`;
  return [
    `  <testsuite name="${xml(name)}" tests="${tests.length}" failures="${ended('failure')}" errors="${ended('error')}" skipped="${ended('skipped')}"${time(durationMs)}${began}>`,
    ...tests.map(test => testLine(name, test)),
    '  </testsuite>',
  ];
}

function testLine(suite: string, { name, outcome, durationMs }: JunitTest): string {
  const opening = `    <testcase classname="${xml(suite)}" name="${xml(name)}"${time(durationMs)}`;
  return outcome
    ? `${opening}><${outcome.kind} message="${xml(outcome.message)}"/></testcase>`
    : `${opening}/>`;
}

const time = (durationMs: number | undefined) =>
  durationMs === undefined ? '' : ` time="${(durationMs / 1_000).toFixed(3)}"`;

/** Text fit for an attribute: XML has no control characters, not even escaped ones. */
function xml(text: string): string {
  return displayText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
