import { stripVTControlCharacters } from 'node:util';
import { renderToString } from 'ink';
import { expect, test, vi } from 'vitest';
import type { SourceEvidence } from '../../../source/checklist/source-evidence.ts';
import { stepIds } from '../../../source/checklist/steps.ts';
import type { NotRead } from '../../../source/scan/finding.ts';
import { ChecklistScreen } from '../../../source/tui/simulation/checklist.tsx';
import { initialState } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

// chalk reads it when it is loaded.
vi.hoisted(() => {
  process.env.FORCE_COLOR = '1';
});

const python: NotRead = { reason: 'language', language: 'Python', files: 12, code: 0, more: false };
const nothing: SourceEvidence = { directory: 'app', files: 0, writes: [], unparsed: [], notRead: [python] };

function linesWith(source: SourceEvidence): string[] {
  const state = initialState({ columns: 80, rows: 24 });
  const { simulation } = state;
  const scanned = { ...simulation, list: { ...simulation.list, source } };
  const screen = <ChecklistScreen state={{ ...state, appSource: 'app', simulation: scanned }} />;
  return renderToString(screen, { columns: 80 }).split('\n');
}

const [yellow, plain] = ['\u001b[33m', '\u001b[39m'];

test('source of which nothing is in a language that is read is yellow, and no pass', () => {
  const lines = linesWith(nothing);
  const at = lines.findIndex(line => line.includes('No file of app'));
  expect(lines[at]).toBe(
    `  ${yellow}! No file of app is in a language that is read; it has 12 Python files.${plain}`,
  );
  expect(lines[at + 1]).toBe('  Check the files that could not be read by hand.');
});

test.each<[string, Partial<SourceEvidence>, RegExp]>([
  ['a language that is not read', { notRead: [python] }, /Not read: 12 Python files/],
  [
    'a file that cannot be parsed',
    { notRead: [], unparsed: [{ file: 'a.sql', line: 1, column: 1, message: 'x' }] },
    /Could not be read, but may write it: a\.sql:1/,
  ],
])('source of which a part was not read is yellow: %s', (_, part, words) => {
  const lines = linesWith({ ...nothing, files: 3, ...part });
  const at = lines.findIndex(line => line.includes('Nothing in 3 files of app'));
  expect(lines[at]).toContain(`${yellow}! Nothing in 3 files`);
  const shown = stripVTControlCharacters(lines.slice(at, at + 3).join(' '));
  expect(shown.replace(/\s+/g, ' ')).toMatch(words);
});

test('source that was read is not yellow, and neither is what is no code', () => {
  const ignored: NotRead = { reason: 'ignored', language: null, files: 2, code: 0, more: false };
  const lines = linesWith({ ...nothing, files: 3, notRead: [ignored] });
  const at = lines.findIndex(line => line.includes('Nothing in 3 files of app'));
  expect(lines[at]).not.toContain(yellow);
});

test('another counter has the steps and its source in its own words', () => {
  const state = {
    ...initialState({ columns: 80, rows: 24 }),
    inspected: inspectedWith(comments),
    appSource: 'app',
  };
  const shown = (of: typeof state) =>
    stripVTControlCharacters(renderToString(<ChecklistScreen state={of} />, { columns: 80 }));
  const text = shown(state);
  expect(text).toContain('Testing checklist with the post with the highest count: 0 passed');
  expect(text).toMatch(/2 · pending +A new comment changes comments_count as it should/);
  expect(text).toMatch(/5 · pending +Every count of comments is right/);
  expect(text).toContain('Source: press a to run all steps and scan app');
  const source = { ...nothing, files: 3, notRead: [], counters: [comments.id] };
  const { simulation } = state;
  const scanned = { ...state, simulation: { ...simulation, list: { ...simulation.list, source } } };
  expect(shown(scanned).replace(/\s+/g, ' ')).toContain(
    'Nothing in 3 files of app writes public.posts.comments_count in addition to what may keep it.',
  );
});

test.each([
  ['use-increments', 'Press u on the list or the post to simulate again and see why.'],
  ['records-exist', 'Press w to wait for a real comment.'],
] as const)('a failed step of another counter names a key: %s', (id, key) => {
  const state = { ...initialState({ columns: 80, rows: 24 }), inspected: inspectedWith(comments) };
  const step = {
    id,
    title: '',
    status: 'failed',
    evidence: '',
    hint: '',
    query: null,
    at: 0,
    durationMs: 1,
  } as const;
  const list = { ...state.simulation.list, cursor: stepIds.indexOf(id), steps: { [id]: step } };
  const failed = { ...state, simulation: { ...state.simulation, list } };
  expect(renderToString(<ChecklistScreen state={failed} />, { columns: 80 })).toContain(key);
});
