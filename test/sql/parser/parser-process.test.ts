import { expect, test } from 'vitest';
import { readBody, readSql, wakeParser } from '../../../source/sql/parser/parser-process.ts';
import { waitFor } from '../../helpers/wait.ts';
import { tell } from '../tell.ts';

test('a text that crashes the parser is a problem, and others are still read', async () => {
  const deep = `SELECT 1${' + 1'.repeat(100_000)}`;
  const [first, broken, last] = await Promise.all([
    readSql('DELETE FROM preset_usage'),
    readSql(deep),
    readBody({ language: 'sql', source: 'UPDATE presets SET usage_count = 0' }),
  ]);
  expect(tell(first)).toEqual(['delete preset_usage *']);
  expect(broken.problem).not.toBeNull();
  expect(tell(last)).toEqual(['update presets usage_count zero']);
});

test('the parser is woken once: later everything may have been read already', async () => {
  const working = () => process.getActiveResourcesInfo().filter(each => each === 'ProcessWrap').length;
  wakeParser();
  await waitFor(async () => working() === 0, 'the parser to have answered');
  wakeParser();
  expect(working()).toBe(0);
});
