import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { helpText } from '../../source/cli/help.ts';
import { readCommandLine } from '../../source/cli/options.ts';
import { typedCommands } from '../../source/config/commands.ts';
import { exitCodes } from '../../source/errors/errors.ts';
import { bindings } from '../../source/tui/keys/keymap.ts';
import {
  blocksOf,
  codeOf,
  firstCellsOf,
  readDocument,
  readDocuments,
  readPages,
  root,
  sectionOf,
  wordsOf,
} from './markdown.ts';

const pages = readPages();
const source = readdirSync(join(root, 'source'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

/** The words of the union type that has a word, such as the causes of a wrong count. */
const unionWith = (file: string, word: string) => {
  const [, union = ''] = new RegExp(`=([^;=]*'${word}'[^;]*);`).exec(readDocument(file).text) ?? [];
  return [...union.matchAll(/'([^']+)'/g)].map(([, each = '']) => each);
};
const inBackticks = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

const flagsIn = (text: string) => new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));
/** Flags of other programs: on the page for contributors, of npm and of Docker. */
const others = new Set([
  ...['--workers', '--mutate', '--mode', '--once', '--sample'],
  ...['--global', '--omit'],
  ...['--tag', '--rm', '--tmpfs', '--volume', '--env'],
]);

test('every command is on a page', () => {
  const text = pages.map(page => page.text).join('\n');
  expect(typedCommands.filter(name => !text.includes(`preset-usage ${name}`))).toEqual([]);
});

test.each(readDocuments())(
  'the commands that $file names in a sentence or a CI file are read without a problem',
  document => {
    const steps = blocksOf(document).flatMap(({ language, lines }) => (language === 'yaml' ? lines : []));
    const named = [...codeOf(document), ...steps.flatMap(line => line.replace(/^- run: /, '').split(' && '))]
      .map(code => wordsOf(code.replace(/^(?:npx )?preset-usage /, '')))
      .filter(
        ([command = '', ...words]) => words.length > 0 && (typedCommands as string[]).includes(command),
      );
    const problems = named.map(
      words => readCommandLine(words.filter(word => word !== 'bash|zsh|fish')).problem,
    );
    expect(problems.filter(problem => problem !== null)).toEqual([]);
  },
);

test('every flag of --help is on a page', () => {
  // These two explain themselves.
  const obvious = ['--help', '--version'];
  const named = flagsIn(pages.map(({ text }) => text).join('\n'));
  expect([...flagsIn(helpText())].filter(flag => !named.has(flag) && !obvious.includes(flag))).toEqual([]);
});

test.each(pages)('every flag that $file names is one of --help', ({ text }) => {
  const known = flagsIn(helpText());
  expect([...flagsIn(text)].filter(flag => !known.has(flag) && !others.has(flag))).toEqual([]);
});

test.each(pages)('every code that $file names is in the source', page => {
  const codes = codeOf(page).filter(code => /^[a-z]+(?:-[a-z]+)+$/.test(code));
  expect(codes.filter(code => !source.includes(`'${code}'`) && !source.includes(`${code}:`))).toEqual([]);
});

test('the exit codes are those of the program', () => {
  const listed = firstCellsOf(sectionOf(readDocument('docs/json.md'), '## Exit codes'))
    .slice(1)
    .map(Number);
  expect(listed).toEqual([...new Set(Object.values(exitCodes))].sort((a, b) => a - b));
  const inReadme = firstCellsOf(sectionOf(readDocument('README.md'), '## In CI'))
    .slice(1)
    .map(Number);
  expect(listed).toEqual(expect.arrayContaining(inReadme));
});

test('every key of the README is one of the console', () => {
  const cells = firstCellsOf(sectionOf(readDocument('README.md'), '## Keys')).slice(1);
  const keys = cells.flatMap(inBackticks);
  const labels = new Set(bindings.flatMap(({ keys, label }) => [...keys, label, ...label.split(' ')]));
  expect(keys.length).toBeGreaterThan(20);
  expect(keys.filter(key => !labels.has(key))).toEqual([]);
});

test.each([
  ['docs/diagnosis.md', 'source/diagnosis/diagnosis.ts', 'unknown'],
  ['docs/diagnosis.md', 'source/diagnosis/diagnosis.ts', 'certain'],
  ['docs/scan.md', 'source/scan/finding.ts', 'migration-counter'],
])('%s has a row for all that %s has beside %s', (page, file, word) => {
  const listed = firstCellsOf(readDocument(page).text).flatMap(inBackticks);
  const words = unionWith(file, word);
  expect(words.length).toBeGreaterThan(1);
  expect(words.filter(word => !listed.includes(word))).toEqual([]);
});
