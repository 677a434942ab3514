import { expect, test } from 'vitest';
import { helpText } from '../../source/cli/help.ts';
import { typedCommands } from '../../source/config/commands.ts';
import { commandsOf, flags, spelled } from '../../source/config/flags.ts';

const lines = helpText().split('\n');

test('help has a line for every command and every flag', () => {
  for (const name of [...typedCommands, ...Object.keys(flags).map(spelled)]) {
    expect(
      lines.filter(line => line.startsWith(`    ${name} `) || line.startsWith(`    ${name}, `)),
    ).toHaveLength(1);
  }
});

test('help fits into 80 columns, and no two columns of it run into one', () => {
  expect(lines.filter(line => line.length > 80)).toEqual([]);
  expect(lines.filter(line => /^ {4}\S/.test(line) && !/^ {4}\d/.test(line) && line[26] !== ' ')).toEqual([]);
});

test.each(typedCommands)('help of %s has its own flags, and none of another', name => {
  const own = helpText(name).split('\n');
  expect(own.filter(line => line.length > 80)).toEqual([]);
  const shown = own.flatMap(line => /^ {4}(--[a-z-]+)/.exec(line)?.[1] ?? []);
  const belong = Object.keys(flags).filter(flag => commandsOf(flag).includes(name));
  expect(shown).toEqual(belong.map(spelled));
  expect(own[1]).toContain(`preset-usage ${name}: `);
});

test('of the console it is the help of all', () => {
  expect(helpText('console')).toBe(helpText());
});
