import { renderToString } from 'ink';
import { expect, test, vi } from 'vitest';
import type { SourceEvidence } from '../../../source/checklist/source-evidence.ts';
import type { NotRead } from '../../../source/scan/finding.ts';
import { ChecklistScreen } from '../../../source/tui/simulation/checklist.tsx';
import { initialState } from '../../../source/tui/state/model.ts';

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

test('source that was read is not yellow, and says what was not read', () => {
  const lines = linesWith({ ...nothing, files: 3 });
  const at = lines.findIndex(line => line.includes('Nothing in 3 files of app'));
  expect(lines[at]).not.toContain(yellow);
  expect(
    lines
      .slice(at, at + 2)
      .join(' ')
      .replace(/\s+/g, ' '),
  ).toContain('Not read: 12 Python files.');
});
