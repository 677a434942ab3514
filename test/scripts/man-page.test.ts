import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { manPage } from '../../scripts/man-page.ts';
import { typedCommands } from '../../source/config/commands.ts';
import { flags, spellings } from '../../source/config/flags.ts';
import { exitCodes } from '../../source/errors/errors.ts';
import { needs } from '../helpers/needs.ts';

const page = manPage('1.2.3');
const scratch = mkdtempSync(join(tmpdir(), 'man-'));
const file = join(scratch, 'preset-usage.1');
writeFileSync(file, page);
afterAll(() => rmSync(scratch, { recursive: true }));

// mandoc knows no --version.
const isInstalled = (program: string) => spawnSync(program, ['--version']).error === undefined;
const needsProgram = (program: string) =>
  needs(isInstalled(program), `${program} is not installed. Install it to test the manual page.`);

/** What follows each name, as it is written. */
const named = [...page.matchAll(/^\.TP\n(.*)\n/gm)].map(([, name = '']) =>
  name.replace(/\\f[BIR]/g, '').replaceAll('\\-', '-'),
);

test('the page has every command, flag and exit code', () => {
  const starts = (word: string) =>
    named.filter(name => name === word || name.startsWith(`${word} `) || name.startsWith(`${word},`));
  const spelled = Object.keys(flags).map(name => spellings(name)[0] ?? '');
  for (const word of [...typedCommands, ...spelled, ...Object.values(exitCodes).map(String)])
    expect({ word, times: starts(word).length }).toEqual({ word, times: 1 });
  expect(page).toContain('preset-usage-console 1.2.3');
});

test('no line of it is taken for a request by accident, and no hyphen for a dash', () => {
  const requests = page.split('\n').filter(line => /^[.']/.test(line));
  expect(requests.filter(line => !/^\.(?:TH|nh|ad|SH|SS|TP|B)\b/.test(line))).toEqual([]);
  const body = page.split('\n').filter(line => !line.startsWith('.TH'));
  expect(body.filter(line => /(?<!\\)-/.test(line))).toEqual([]);
});

/** The page as a terminal of 80 columns shows it, and what the program complained of. */
function shown(program: string, args: string[]): { out: string; err: string } {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', MANWIDTH: '80', MAN_KEEP_FORMATTING: '' };
  const { stdout, stderr } = spawnSync(program, [...args, file], { encoding: 'utf8', env });
  return { out: stdout, err: stderr };
}

describe.each([
  ['man', ['--warnings', '-P', 'cat', '-l']],
  ['groff', ['-man', '-ww', '-Tascii', '-P-cbou']],
] as [string, string[]][])('%s', (program, args) => {
  test('shows it without complaints', needsProgram(program), () => {
    const { out, err } = shown(program, args);
    expect(err).toBe('');
    expect(out).toMatch(/NAME\n +preset-usage, preset-usage-console - watch, verify/);
    expect(out).toMatch(/^ +--database-url URL\n/m);
    expect(out).toMatch(/^ +--jwt-claims JSON\n/m);
  });
});

test('mandoc finds nothing to correct', needsProgram('mandoc'), () => {
  const { stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', file], { encoding: 'utf8' });
  // The page has no date: the same version is to be the same file.
  expect(stdout.split('\n').filter(line => line !== '' && !line.includes('missing date'))).toEqual([]);
});
