import { expect, test } from 'vitest';
import { helpText } from '../../source/cli/help.ts';
import { typedCommands } from '../../source/config/commands.ts';
import { flags, spelled } from '../../source/config/flags.ts';

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
