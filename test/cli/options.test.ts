import { expect, test } from 'vitest';
import { readCommandLine } from '../../source/cli/options.ts';

const problem = (line: string) => readCommandLine(line.split(' ')).problem;

test.each([
  ['sync --commit', '--commit does not apply to sync.'],
  ['sync --as-user x', '--as-user does not apply to sync.'],
  ['sync --delete-history', '--delete-history does not apply to sync.'],
  ['reset --last-used', '--last-used does not apply to reset.'],
  ['undo r --preset x', '--preset does not apply to undo.'],
  ['receipts --preset x', '--preset does not apply to receipts.'],
  ['trigger --preset x', '--preset does not apply to trigger.'],
  ['migrate --preset x', '--preset does not apply to migrate.'],
  ['check --confirm x', '--confirm does not apply to check.'],
  ['check --report x.md', '--report does not apply to check.'],
  ['reset --drop-column x', '--drop-column does not apply to reset.'],
  ['sync --map-column x=y', '--map-column does not apply to sync.'],
  ['simulate --suppress-triggers', '--suppress-triggers does not apply to simulate.'],
  ['--dry-run', '--dry-run does not apply to the console.'],
  ['scan src --app-source x', '--app-source does not apply to scan.'],
  ['scan src --preset x', '--preset does not apply to scan.'],
  ['completion bash --json', '--json does not apply to completion.'],
  ['check --app-source x', '--app-source does not apply to check.'],
])('%s', (line, message) => {
  expect(problem(line)).toMatchObject({ code: 'flag-without-effect', message });
});

test.each(['--database-url=x', '--demo'])('--context beside %s is one database too many', flag => {
  const message = `--context and ${flag.replace('=x', '')} are both given.`;
  expect(problem(`check --context prod ${flag}`)).toMatchObject({ code: 'bad-flag', message });
});

test.each([
  ['--read-only=1', '--read-only takes no value.'],
  ['--read-only=true', '--read-only takes no value.'],
  ['--dry-run=', '--dry-run takes no value.'],
  ['--all=false', '--all takes no value.'],
  ['--no-color=1', '--no-color takes no value.'],
  ['--help=1', '--help takes no value.'],
  ['--color --no-color', '--color and --no-color are both given.'],
  ['--json --json', '--json is given more than once.'],
  ...['1e3', '0x10', '=', '="', '3,5', 'x', '1.', 'Infinity'].map((text): [string, string] => [
    `--max-drift ${text}`.replace(' =', '='),
    'The value of --max-drift is not valid.',
  ]),
  ['--timeout=', 'The value of --timeout is not valid.'],
  ['--timeout 1e1', 'The value of --timeout is not valid.'],
])('%s is refused', (flag, message) => {
  expect(problem(`check ${flag}`)).toMatchObject({
    code: message.endsWith('no value.') || message.endsWith('valid.') ? 'bad-flag' : 'repeated-flag',
    message,
  });
});

test('a format that a command does not have is named with those that it has', () => {
  expect(problem('checklist --format csv')).toMatchObject({
    message: 'checklist has no --format csv.',
    hint: 'Give --format one of text, json, junit, github, markdown.',
  });
});

test.each([
  'checklist --format junit --output x --quiet --all',
  'sync --preset x --last-used --suppress-triggers --dry-run',
  'reset --delete-history --confirm x --json',
  'undo r --dry-run --suppress-triggers',
  'undo r --map-column a=b --map-column=c=d --drop-column e --drop-column f',
  'checklist --preset x --as-user y --app-log z --report w.md --confirm v',
  'simulate x --commit --confirm y',
  'check --preset x --schema y --timeout 3',
  'check --timeout .5',
  'check --watch=.5',
  'migrate --confirm x',
  'scan src --json',
  'checklist --app-source src --report w.md',
  '--app-source src',
  '--preset x --as-user y --read-only --ascii',
  'sync --commit --help',
  'completion bash',
  'check --no-color --preset=a --preset b',
])('%s is fine', line => {
  expect(problem(line)).toBeNull();
});

test.each([
  ['chekc', 'Unknown command "chekc". Did you mean check?'],
  ['nothing-known --commit', 'Unknown command "nothing-known".'],
  ['console', 'Unknown command "console".'],
  ['check bash', 'Unexpected argument "bash".'],
  ['check --reprot x', 'Unknown flag --reprot. Did you mean --report?'],
  ['check --fast', 'Unknown flag --fast.'],
  ['check --schema a --schema b', '--schema is given more than once.'],
  ['check --schema', '--schema has no value.'],
  ['check --timeout --json', '--timeout has no value.'],
  ['simulate a --preset b', 'simulate uses one preset, and 2 are given.'],
  ['--preset a --preset b', 'The console uses one preset, and 2 are given.'],
])('%s is refused', (line, message) => {
  expect(problem(line)).toMatchObject({ message });
});

test('a hint says what a flag takes and where it applies', () => {
  expect(problem('check --schema')?.hint).toBe('Write the value after the flag: --schema NAME.');
  expect(problem('sync --commit')?.hint).toBe('Leave it out. It applies to simulate.');
});

test.each([
  ['help', 'console'],
  ['help check', 'check'],
  ['check -h', 'check'],
  ['-h', 'console'],
])('%s asks for help of %s', (line, command) => {
  expect(readCommandLine(line.split(' '))).toMatchObject({ command, help: true, problem: null });
});

test('-v asks for the version', () => {
  expect(readCommandLine(['-v'])).toMatchObject({ version: true, problem: null });
});

test('help of a command that there is not is a mistake', () => {
  expect(readCommandLine(['help', 'chek'])).toMatchObject({
    problem: { code: 'unknown-command', message: 'Unknown command "chek". Did you mean check?' },
  });
});
