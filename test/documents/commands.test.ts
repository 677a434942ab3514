import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCommandLine } from '../../source/cli/options.ts';
import { makeScratch, startTestDemo } from '../demo/helpers.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { timeLimit } from '../helpers/scale.ts';
import { differences, readShape } from './json-shape.ts';
import { commandsOf, readDocument, readDocuments, readPages, root, sectionOf, wordsOf } from './markdown.ts';
import { matches } from './shown-output.ts';

/** Commands that no test can run; the program's own parser reads them instead. */
const parsedOnly: [command: RegExp, why: string][] = [
  [/npm start/, 'opens the console, which needs a terminal: test/end-to-end/console.test.ts'],
  [/^npm install|^npx preset-usage-console/, 'installs the package: test/package/installed.test.ts'],
  [/^npm (ci|test|run)\b/, 'installs or runs the tests, this one among them: .ci/run does'],
  [/--map-column/, 'needs a table that was changed after a reset: test/repair/undo-columns.test.ts'],
];

/** The source that docs/scan.md scans. */
const exampleSource = `import { supabase } from './client';

export async function usePreset(id: string, count: number) {
  await supabase.from('preset_usage').insert({ preset_id: id });
  await supabase.from('presets').update({ usage_count: count + 1 }).eq('id', id);
}
`;

const reader = openSession();
afterAll(() => reader.close());

// The first test waits for the demo.
const inDemo = { timeout: timeLimit(300_000) };

// Before a page repairs anything: then each count is as wrong as it was made.
test('the demo has three counters with mistakes, found by the bodies of their triggers', inDemo, async () => {
  const { code, output } = await reader.run('preset-usage counters --json');
  expect(JSON.parse(output).counters).toMatchObject([
    {
      id: 'public.posts.comments_count',
      source: { kind: 'trigger' },
      confidence: 'certain',
      rows: 30,
      mismatched: 6,
    },
    {
      id: 'public.presets.likes_count',
      source: { kind: 'trigger' },
      confidence: 'certain',
      rows: 216,
      mismatched: 3,
    },
    { id: 'public.presets.usage_count', source: { kind: 'built-in' }, rows: 216, mismatched: 14 },
  ]);
  expect(code).toBe(1);
});

test('check tells in words why a count of the demo is wrong', inDemo, async () => {
  const { output } = await reader.run('preset-usage check');
  expect(output).toMatch(/^Art deco poster +0 +\d+ +-\d+ {2}reset, records kept$/m);
});

// Also before that: a sync of nothing has no changes to describe.
const presets = 'public.presets.usage_count';
const comments = 'public.posts.comments_count';
const only = ['- lastUsed', '- schema'];
test.each<[heading: string, command: string, counter?: string, without?: string[]]>([
  ['check', 'check', presets],
  ['check', `check --counter ${presets}`, presets, only],
  ['check', `check --counter ${comments}`, comments, only],
  ['check --all', 'check --all'],
  ['counters', 'counters'],
  ['trigger', 'trigger', presets],
  ['trigger --counter', `trigger --counter ${comments}`, comments],
  ['simulate', 'simulate', presets],
  [
    'simulate --counter',
    `simulate --counter ${comments}`,
    comments,
    ['- steps.other', '- steps.severity', '- steps.touched'],
  ],
  ['checklist', 'checklist', presets],
  ['checklist', `checklist --counter ${comments}`, comments],
  ['checklist --all', 'checklist --all'],
  ['sync, reset and undo', 'sync --dry-run', presets],
  ['sync, reset and undo', `sync --counter ${comments} --dry-run`, comments],
  [
    'sync, reset and undo',
    'reset --dry-run',
    presets,
    ['+ plan.changes.lastUsedBefore', '+ plan.changes.lastUsedAfter'],
  ],
  ['receipts', 'receipts'],
  ['migrate', 'migrate --dry-run', presets],
  ['migrate --counter', `migrate --counter ${comments} --dry-run`, comments],
  ['scan', 'scan src'],
  [
    'scan',
    'scan --all src',
    '',
    ['+ database', '+ counters', '+ guesses', '+ notCheckable', '+ writes.counter'],
  ],
])('docs/json.md has the keys of %s: %s', inDemo, async (heading, command, counter, without = []) => {
  const shapeOf = (of: string) =>
    readShape(/```text\n([^`]*)```/.exec(sectionOf(readDocument('docs/json.md'), `### ${of}`))?.[1] ?? '');
  const { output } = await reader.run(`preset-usage ${command} --json`);
  const document = JSON.parse(output.split('\n')[0] ?? '');
  expect(differences(shapeOf(heading), document)).toEqual(without);
  expect(document).toMatchObject({ version: 2, ...(counter ? { counter: { id: counter } } : {}) });
  if (counter) expect(differences(shapeOf('check').counter ?? {}, document.counter)).toEqual([]);
});

const pages = readPages().map(page => ({ file: page.file, commands: commandsOf(page) }));

test.each(pages)('the program understands every command of $file', ({ commands }) => {
  for (const { command } of commands)
    for (const args of programArguments(command)) expect(readCommandLine(args).problem).toBeNull();
});

const ranPages = pages
  .map(({ file, commands }) => ({
    file,
    tried: commands.filter(({ command }) => !parsedOnly.some(([pattern]) => pattern.test(command))),
  }))
  .filter(({ tried }) => tried.length > 0);

for (const { file, tried } of ranPages) {
  // npm test leaves out the pages that do not show what their commands print.
  const left = tried.every(({ shown }) => shown === null) ? needsFullScale() : {};
  describe(file, () => {
    afterAll(() => reader.turnPage());
    test.each(tried)('$command', { ...inDemo, ...left }, async ({ command, shown }) => {
      const { output, code } = await reader.run(command);
      if (shown === null) expect([0, 1], output).toContain(code);
      else expect(matches(output, shown), output).toBe(true);
    });
  });
}

test('every npm script that a document names is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = readDocuments().flatMap(({ text }) =>
    [...text.matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    ),
  );
  expect(named.filter(script => !(script in scripts))).toEqual([]);
});

test('.ci/run does what the README tells a newcomer', () => {
  const ci = readFileSync(join(root, '.ci/run'), 'utf8').split('\n');
  const steps = ci.filter(line => line.startsWith('npm '));
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme).toContain('npm ci && npm test ');
  expect(steps).toEqual(expect.arrayContaining(['npm ci', 'npm test']));
});

/** What a line gives to the program: the words after its name, or after the `--` of npm start. */
function programArguments(command: string): string[][] {
  return command.split('&&').flatMap(part => {
    const words = wordsOf(part).filter(word => !/^[A-Z_]+=/.test(word));
    if (words[0] === 'npx') words.shift();
    if (words[0] === 'preset-usage') return [words.slice(1)];
    const dashes = words.indexOf('--');
    return words[1] === 'start' && dashes >= 0 ? [words.slice(dashes + 1)] : [];
  });
}

/**
 * One reader who follows the pages from top to bottom: what one command prints, the next one is given. The database is a demo
 * that lasts, for commands with `--demo` too: a demo for each command would take 5 s, and forget a repair.
 */
function openSession() {
  const scratch = makeScratch();
  writeFileSync(join(scratch.path, 'app.log'), '');
  mkdirSync(join(scratch.path, 'src'));
  writeFileSync(join(scratch.path, 'src/track.ts'), exampleSource);
  const demo = startTestDemo();
  let printed = '';
  /** The newest of what has been printed that matches; the word on the page where there is none. */
  const newest = (pattern: RegExp, word: string) => [...printed.matchAll(pattern)].at(-1)?.[1] ?? word;

  const given = (words: string[]) =>
    words.map((word, index) => {
      const flag = words[index - 1];
      if (flag === '--confirm') return newest(/(?:--confirm|Fingerprint) ([0-9a-f]{12})/g, word);
      if (flag === '--take-back') return newest(/--take-back (\S+)/g, word);
      const action = /^\d{8}T\d{6}Z-(\w+)-/.exec(word)?.[1];
      return action === undefined ? word : newest(new RegExp(`(\\d{8}T\\d{6}Z-${action}-\\w+)`, 'g'), word);
    });

  return {
    async run(command: string) {
      const args = programArguments(command)
        .flatMap(given)
        .filter(word => word !== '--demo');
      const { database, user, host, port } = await demo;
      const url = `postgres:///${database}?user=${user}&host=${host}&port=${port}`;
      // A scan searches the database that the environment names, and the page shows it without one first.
      const isOfFiles = args[0] === 'scan' && !args.some(word => ['--all', '--counter'].includes(word));
      const env = {
        XDG_STATE_HOME: join(scratch.path, 'state'),
        ...(isOfFiles ? {} : { DATABASE_URL: url }),
      };
      const { out, err, code } = await run(args, env, undefined, { cwd: scratch.path });
      printed += out + err;
      return { output: out + err, code };
    },
    /** A page may write counters.json, which the next one knows nothing of. */
    turnPage() {
      rmSync(join(scratch.path, 'counters.json'), { force: true });
    },
    async close() {
      await (await demo).stop();
      scratch.remove();
    },
  };
}
