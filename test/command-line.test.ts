import { expect, test } from 'vitest';
import { readCommandLine } from '../source/command-line.ts';

const problem = (line: string) => readCommandLine(line.split(' ')).problem;

test.each([
  ['sync --commit', '--commit means nothing to sync.'],
  ['sync --as-user x', '--as-user means nothing to sync.'],
  ['sync --delete-history', '--delete-history means nothing to sync.'],
  ['reset --last-used', '--last-used means nothing to reset.'],
  ['undo r --preset x', '--preset means nothing to undo.'],
  ['receipts --preset x', '--preset means nothing to receipts.'],
  ['trigger --preset x', '--preset means nothing to trigger.'],
  ['migrate --preset x', '--preset means nothing to migrate.'],
  ['check --confirm x', '--confirm means nothing to check.'],
  ['check --report x.md', '--report means nothing to check.'],
  ['reset --drop-column x', '--drop-column means nothing to reset.'],
  ['reset --put-back-anyway', '--put-back-anyway means nothing to reset.'],
  ['sync --map-column x=y', '--map-column means nothing to sync.'],
  ['simulate --suppress-triggers', '--suppress-triggers means nothing to simulate.'],
  ['--dry-run', '--dry-run means nothing to the console.'],
  ['scan src --app-source x', '--app-source means nothing to scan.'],
  ['scan src --preset x', '--preset means nothing to scan.'],
  ['check --app-source x', '--app-source means nothing to check.'],
])('%s', (line, message) => {
  expect(problem(line)).toMatchObject({ code: 'flag-without-effect', message });
});

test.each([
  'sync --preset x --last-used --suppress-triggers --dry-run',
  'reset --delete-history --confirm x --json',
  'undo r --dry-run --suppress-triggers',
  'undo r --map-column a=b --map-column=c=d --drop-column e --drop-column f',
  'checklist --preset x --as-user y --app-log z --report w.md --confirm v',
  'simulate x --commit --confirm y',
  'check --preset x --schema y --timeout 3',
  'migrate --confirm x',
  'scan src --json',
  'checklist --app-source src --report w.md',
  '--app-source src',
  '--preset x --as-user y --read-only --ascii',
  'sync --commit --help',
  'nothing-known --commit',
])('%s is fine', line => {
  expect(problem(line)).toBeNull();
});
