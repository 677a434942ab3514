import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { needsFullScale } from './needs.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runs one file of skips/: the exit code, the last lines, and what is left in its directory for temporary files. */
function run(file: string, ...more: string[]): Promise<{ code: number; last: string[]; left: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'run-report-'));
  const vitest = at('../../node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', file, '--config', at('skips/vitest.config.ts'), ...more];
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: directory, NO_COLOR: '1' };
  return new Promise(resolve => {
    execFile(process.execPath, args, { env }, (error, out) => {
      const lines = out.trimEnd().split('\n');
      resolve({
        code: error ? Number(error.code) : 0,
        last: lines.slice(lines.lastIndexOf('') + 1),
        left: readdirSync(directory),
      });
    });
  });
}

const beginning = [
  'The tests needed no server.',
  'Small scale: long tests ran with fewer cases and rounds (npm run test:full runs all of them).',
];

test('the last lines say what did not run, and why', async () => {
  expect(await run('reasons')).toEqual({
    code: 0,
    last: [
      ...beginning,
      '3 tests did not run in reasons.ts: There is no engine. Install one.',
      '1 test did not run in reasons.ts: It is too late. Come earlier.',
    ],
    left: [],
  });
});

test('a test that is skipped without a reason makes the run fail', async () => {
  expect(await run('silent')).toEqual({
    code: 1,
    last: [
      ...beginning,
      '3 tests did not run, and no reason is given. Give one with test/helpers/needs.ts:',
      '  silent.ts: without a word',
      '  silent.ts: a group > of one',
      '  silent.ts: later',
    ],
    left: [],
  });
});

test('where only some tests are asked for by name, the others need no reason', needsFullScale(), async () => {
  expect(await run('silent', '-t', 'that runs')).toEqual({
    code: 0,
    last: [...beginning, 'Only tests whose name matches that runs were asked for.'],
    left: [],
  });
});

test('a test whose preparation fails is not called skipped without a reason', needsFullScale(), async () => {
  expect(await run('broken')).toEqual({
    code: 1,
    last: [...beginning, '1 test did not run in broken.ts: What prepares them failed (see above).'],
    left: [],
  });
});

test('no test is skipped in a way that takes no reason', () => {
  const tests = at('../');
  const files = globSync('**/*.test.{ts,tsx}', { cwd: tests, exclude: ['scan/corpus/**'] });
  expect(files.length).toBeGreaterThan(100);
  const ways = /\b(test|it|describe)(\.\w+)*\.(skip|skipIf|runIf|todo)\b/;
  expect(files.filter(file => ways.test(readFileSync(join(tests, file), 'utf8')))).toEqual([]);
});
