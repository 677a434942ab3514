import { describe, expect, test } from 'vitest';
import type { SourceEvidence } from '../../../source/checklist/source-evidence.ts';
import { type StepStatus, stepIds } from '../../../source/checklist/steps.ts';
import { checklistFormats } from '../../../source/cli/checklist/formats.ts';
import type { Evidence } from '../../../source/cli/checklist/report.ts';

const walked = (id: string, statuses: StepStatus[]) => ({
  counter: { id },
  trigger: { name: 'count_comment', definition: 'CREATE TRIGGER count_comment', definitionHash: 'ab12' },
  passed: statuses.filter(status => status === 'passed').length,
  failed: statuses.filter(status => status === 'failed').length,
  skipped: statuses.filter(status => status === 'skipped').length,
  steps: statuses.map((status, index) => ({
    id: stepIds[index]!,
    title: `Step ${index + 1}`,
    status,
    understood: true,
    evidence: status === 'passed' ? 'As it should be.' : `Seen <here> & "there"\u0007, 100 %.`,
    hint: status === 'passed' ? '' : 'Mend it.',
    query: null,
    at: '2026-01-02T03:04:05.000Z',
    durationMs: 250,
  })),
});

const taken = {
  version: 2,
  database: { name: 'shop', host: 'db', port: 5432, user: 'reader', serverVersion: '18.4', label: 'local' },
  takenAt: '2026-01-02T03:04:05.000Z',
  source: null as SourceEvidence | null,
};
const evidence = (more: object) => ({ ...taken, ...more }) as unknown as Evidence;
const scanned = (writes: SourceEvidence['writes']): SourceEvidence => ({
  directory: 'app',
  files: 2,
  writes,
  unparsed: [],
  notRead: [],
});
const write = { file: 'src/a.ts', line: 3, column: 5, text: 'n + 1 // 100 %\n::error::x', kind: 'update' };

const one = evidence(walked('public.a:b,c.n', ['passed', 'failed', 'skipped']));
const gone = { id: 'public.x.n', reason: 'It is <gone>.' };
const all = evidence({
  counters: [walked('public.a.n', ['passed']), walked('public.b.n', ['failed'])],
  source: scanned([write]),
});
const kinds = (text: string) => text.split('\n').map(line => /^::(\w+) /.exec(line)?.[1]);

describe('junit', () => {
  test('has a suite for a counter with a test for each step, and one for the source', () => {
    const text = checklistFormats(one, []).junit();
    expect(text).toMatch(/^<\?xml [^\n]*\n<testsuites name="preset-usage checklist">\n/);
    expect(text).toContain(
      '<testsuite name="public.a:b,c.n" tests="3" failures="1" errors="0" skipped="1" time="0.750" timestamp="2026-01-02T03:04:05.000Z">',
    );
    expect(text).toContain('name="Step 1" time="0.250"/>');
    expect(text).toMatch(
      /name="Step 2" time="0\.250"><failure message="Seen &lt;here&gt; &amp; &quot;there&quot; , 100 %\. Mend it\."\/>/,
    );
    expect(text).toMatch(/name="Step 3" time="0\.250"><skipped message="Seen/);
    expect(text).toMatch(/name="The application's source" tests="1" failures="0" errors="0" skipped="1"/);
  });

  test('a counter that was not looked at is an error, and code that counts is a failure', () => {
    const text = checklistFormats(all, [gone]).junit();
    expect(text.match(/<testsuite name="[^"]*"/g)).toEqual(
      ['public.a.n', 'public.b.n', 'public.x.n', "The application's source"].map(
        name => `<testsuite name="${name}"`,
      ),
    );
    expect(text).toContain('<error message="It is &lt;gone&gt;."/>');
    expect(text).toMatch(/<failure message="1 place in 2 files of app writes/);
    expect(checklistFormats(evidence({ counters: [], source: scanned([]) }), []).junit()).toContain(
      'tests="1" failures="0" errors="0" skipped="0"',
    );
  });
});

describe('github', () => {
  test('has an error for what failed, and a notice for what was skipped and what is right', () => {
    const text = checklistFormats(one, []).github();
    expect(kinds(text)).toEqual(['error', 'error', 'notice', 'notice']);
    const [sums, failed, skipped] = text.split('\n');
    expect(sums).toBe(
      '::error title=public.a%3Ab%2Cc.n::1 passed, 1 failed (use-increments), 1 skipped (second-use-increments); skipped is not passed.',
    );
    expect(failed).toBe(
      '::error title=public.a%3Ab%2Cc.n%3A Step 2::Seen <here> & "there" , 100 %25. Mend it.',
    );
    expect(skipped).toMatch(/ Step 3::Skipped\. Seen/);
  });

  test('names the line that counts by hand, and no text begins a command of its own', () => {
    const lines = checklistFormats(all, [gone]).github().split('\n');
    expect(kinds(lines.join('\n'))).toEqual(['notice', 'error', 'error', 'error', 'error', 'error']);
    expect(lines[3]).toBe('::error title=public.x.n::Not looked at. It is <gone>.');
    expect(lines[5]).toBe('::error title=update,file=app/src/a.ts,line=3,col=5::n + 1 // 100 %25 ::error::x');
    const many = evidence({ counters: [], source: scanned(Array.from({ length: 30 }, () => write)) });
    expect(checklistFormats(many, []).github().split('\n')).toHaveLength(10);
  });
});

test('markdown is the report, and says what was not looked at', () => {
  const text = checklistFormats(all, [gone]).markdown();
  expect(text).toContain('# Testing checklist: public.a.n\n\n**1 passed, 0 failed, 0 skipped.**');
  expect(text).toContain('❌ Step 1');
  expect(text).toMatch(/# Testing checklist: public\.x\.n\n\n\*\*Not looked at\.\*\* It is \\<gone\\>\.$/);
});
