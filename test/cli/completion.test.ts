import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { completions } from '../../source/cli/completion.ts';
import { typedCommands } from '../../source/config/commands.ts';
import { flags, spellings } from '../../source/config/flags.ts';
import { needs } from '../helpers/needs.ts';

const isInstalled = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const needsShell = (shell: string) =>
  needs(isInstalled(shell), `${shell} is not installed. Install it to test its completion.`);
const script = (shell: string) => completions[shell]?.() ?? '';

function ask(shell: string, option: string, commands: string, env = process.env, cwd?: string): string[] {
  const { stdout, stderr } = spawnSync(shell, [option, '-c', commands], { encoding: 'utf8', env, cwd });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(line => line !== '');
}

const bashWith = (env: NodeJS.ProcessEnv, ...words: string[]) =>
  ask(
    'bash',
    '--norc',
    `${script('bash')}
COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_preset_usage; printf '%s\\n' "\${COMPREPLY[@]}"`,
    env,
  );
const inBash = (...words: string[]) => bashWith(process.env, ...words);
const fishWith = (env: NodeJS.ProcessEnv, words: string, cwd?: string) =>
  ask('fish', '--no-config', `${script('fish')}\ncomplete -C '${words}'`, env, cwd).map(
    line => line.split('\t')[0] ?? '',
  );
const inFish = (...words: string[]) => fishWith(process.env, words.join(' '));

describe('the names of contexts', () => {
  const home = mkdtempSync(join(tmpdir(), 'completion-'));
  mkdirSync(join(home, '.config/preset-usage'), { recursive: true });
  const contexts = [
    { name: 'staging', service: 'a "name": "no"' },
    { url: 'postgres://a/b', name: 'prod.eu-1' },
  ];
  writeFileSync(join(home, '.config/preset-usage/config.json'), JSON.stringify({ contexts }));
  afterAll(() => rmSync(home, { recursive: true }));
  const there = { PATH: process.env.PATH, HOME: home };

  test('bash', needsShell('bash'), () => {
    expect(bashWith(there, 'preset-usage', 'check', '--context', '')).toEqual(['staging', 'prod.eu-1']);
    expect(bashWith(there, 'preset-usage', '--context', 'p')).toEqual(['prod.eu-1']);
    // Without the file nothing is said either.
    expect(bashWith({ ...there, HOME: '/nowhere' }, 'preset-usage', '--context', '')).toEqual([]);
    const elsewhere = { ...there, HOME: '/nowhere', XDG_CONFIG_HOME: join(home, '.config') };
    expect(bashWith(elsewhere, 'preset-usage', '--context', 'st')).toEqual(['staging']);
    expect(bashWith({ ...there, XDG_CONFIG_HOME: 'relative' }, 'preset-usage', '--context', 'st')).toEqual([
      'staging',
    ]);
  });

  test('fish', needsShell('fish'), () => {
    expect(fishWith(there, 'preset-usage check --context ')).toEqual(['prod.eu-1', 'staging']);
    // Fish makes the directory where it runs.
    const relative = { ...there, XDG_CONFIG_HOME: 'relative' };
    expect(fishWith(relative, 'preset-usage --context st', home)).toEqual(['staging']);
  });

  test('zsh', needsShell('zsh'), () => {
    const told = ask(
      'zsh',
      '-f',
      `compdef() { : }
compadd() { print -rl -- $@ }
${script('zsh')}
words=(preset-usage check --context ''); CURRENT=4; _preset_usage`,
      there,
    );
    expect(told).toEqual(['--', 'staging', 'prod.eu-1']);
  });
});

test('bash completes commands, flags, shells and files', needsShell('bash'), () => {
  expect(inBash('preset-usage', '')).toEqual(
    expect.arrayContaining([...typedCommands, '--app-log', '--help']),
  );
  expect(inBash('preset-usage', 'ch')).toEqual(['check', 'checklist']);
  expect(inBash('preset-usage', 'sync', '--l')).toEqual(['--lock-timeout', '--last-used']);
  expect(inBash('preset-usage', '--json', 'undo', '--trust')).toEqual(['--trust-receipt']);
  expect(inBash('preset-usage', 'completion', '')).toEqual(['bash', 'zsh', 'fish', '--help', '--version']);
  expect(inBash('preset-usage', 'checklist', '--app-log', 'pack')).toEqual([
    'package-lock.json',
    'package.json',
  ]);
  expect(inBash('preset-usage', 'scan', 'sour')).toEqual(['source']);
  expect(inBash('preset-usage', 'check', '--schema', '')).toEqual([]);
  expect(inBash('preset-usage', 'check', '--format', 'j')).toEqual(['json', 'junit']);
  expect(inBash('preset-usage', 'checklist', '--format', '')).toEqual([
    'text',
    'json',
    'junit',
    'github',
    'markdown',
  ]);
  expect(inBash('preset-usage', 'check', '--format', 'c')).toEqual(['csv']);
  expect(inBash('preset-usage', 'he')).toEqual(['help']);
  expect(inBash('preset-usage', 'help', 'ch')).toEqual(['check', 'checklist']);
});

test('fish completes commands, flags and shells', needsShell('fish'), () => {
  expect(inFish('preset-usage', 'ch')).toEqual(['check', 'checklist']);
  expect(inFish('preset-usage', 'sync', '--l')).toEqual(['--last-used', '--lock-timeout']);
  expect(inFish('preset-usage', 'completion', '')).toEqual(['bash', 'fish', 'zsh']);
  expect(inFish('preset-usage', 'scan', 'sour')).toEqual(['source/']);
  expect(inFish('preset-usage', 'check', '--format', 'j')).toEqual(['json', 'junit']);
  expect(inFish('preset-usage', 'check', '--format', 'c')).toEqual(['csv']);
  expect(inFish('preset-usage', 'checklist', '--format', 'c')).toEqual([]);
  expect(inFish('preset-usage', 'help', 'ch')).toEqual(['check', 'checklist']);
});

test('zsh takes the script, and completes with what belongs to a command', needsShell('zsh'), () => {
  const told = ask(
    'zsh',
    '-f',
    `compdef() { print -r -- "compdef $*" }
_describe() { print -rl -- \${(P)4} }
${script('zsh')}
words=(preset-usage sync --l); CURRENT=3; _preset_usage`,
  );
  expect(told[0]).toBe('compdef _preset_usage preset-usage preset-usage-console');
  expect(told).toContain('--dry-run:print the plan and change nothing');
  expect(told.join('\n')).not.toContain('--commit');
  const few = ask(
    'zsh',
    '-f',
    `compdef() { : }
compadd() { print -rl -- $@ }
${script('zsh')}
words=(preset-usage checklist --format ''); CURRENT=4; _preset_usage`,
  );
  expect(few).toEqual(['--', 'text', 'json', 'junit', 'github', 'markdown']);
});

test.each(['bash', 'zsh', 'fish'])('%s names every command and every flag', shell => {
  for (const name of [...typedCommands, 'help']) expect(script(shell)).toMatch(new RegExp(`\\b${name}\\b`));
  const names = Object.keys(flags).flatMap(spellings);
  const flagIn = (name: string) => (shell === 'fish' ? `-l ${name.slice(2)} ` : name);
  expect(names.filter(name => !script(shell).includes(flagIn(name)))).toEqual([]);
});

test('zsh itself completes what is typed', needsShell('zsh'), () => {
  const directory = mkdtempSync(join(tmpdir(), 'zsh-'));
  const file = join(directory, '_preset-usage');
  writeFileSync(file, script('zsh'));
  const typed = ['che', 'checkl', 'help tr', 'completion z', 'sync --la', 'check --format c', '--read'];
  // A terminal of zsh's own. Each line is completed and run; what is awaited is only in what is printed, not in what is typed.
  const { stdout } = spawnSync(
    'zsh',
    [
      '-f',
      '-c',
      `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -D -u; source ${file}; preset-usage() print -r -- "[$*]"; print set:$((1 + 1))'
zpty -r shell out '*set:2*'
for line in ${typed.map(words => `'${words}'`).join(' ')}; do zpty -w shell "preset-usage $line"$'\t'; done
zpty -w shell 'print all:$((1 + 1))'
zpty -r shell out '*all:2*'
print -r -- $out`,
    ],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: directory, TERM: 'dumb' }, timeout: 30_000 },
  );
  rmSync(directory, { recursive: true });
  expect(stdout.match(/^\[.*\]/gm)).toEqual([
    '[check]',
    '[checklist]',
    '[help trigger]',
    '[completion zsh]',
    '[sync --last-used]',
    '[check --format csv]',
    '[--read-only]',
  ]);
});
