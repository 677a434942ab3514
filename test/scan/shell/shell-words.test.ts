import { describe, expect, test } from 'vitest';
import { shellCommands } from '../../../source/scan/shell/shell-words.ts';

const words = (script: string) =>
  shellCommands(script).map(({ words }) => words.map(({ text }) => text).join('|'));

describe('the commands and words of a script', () => {
  test.each<[string, string, string[]]>([
    ['one in a line each', 'a\nb', ['a', 'b']],
    ['several in a line', 'a;b|c||d&e&&f', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['in parentheses', '(a b)\n$(c)', ['a|b', '$', 'c']],
    ['a line that goes on', 'a \\\nb\\\nc', ['a|bc']],
    ['a comment', '# a\nb # c "d\ne', ['b', 'e']],
    ['a comment at the end', 'a # b', ['a']],
    ['a sign that is no comment', 'a#b', ['a#b']],
    ['tabs and ends of lines of Windows', '\ta\tb\r\n', ['a|b']],
    ['quotes within a word', `a"b c"'d e'f`, ['ab cd ef']],
    ['escapes', 'a\\ b \\"c', ['a b|"c']],
    ['an escape at the end', 'a\\', ['a']],
    ['escapes in double quotes', '"a\\"b\\\\c\\$d\\`e\\nf"', ['a"b\\c$d`e\\nf']],
    ['a line that goes on in double quotes', '"a\\\nb"', ['a b']],
    ['none in single ones', `'a\\'b`, ['a\\b']],
    ['lines within quotes', '"a\nb" c', ['a\nb|c']],
    ['quotes that do not end', `a 'b c`, ['a|b c']],
    ['an empty word', `a "" b`, ['a|b']],
    ['nothing', ' \n\n;', []],
    ['where its output goes', 'a > b c >> d e', ['a|c|e']],
    ['what it reads from', 'a < b', ['a|b']],
  ])('%s', (_, script, expected) => {
    expect(words(script)).toEqual(expected);
  });

  test('each word has its place', () => {
    const places = (script: string) =>
      shellCommands(script).flatMap(({ words }) => words.map(({ at }) => at));
    expect(places('ab  cd\n e')).toEqual([0, 4, 8]);
    // That of the text in quotes, less what stands before it.
    expect(places(`a 'bc'`)).toEqual([0, 3]);
    expect(places('-c="update presets"')).toEqual([1]);
    expect(places(`longer'b'`)).toEqual([0]);
  });
});

test.each([
  ['a | b', [true, false]],
  ['a || b', [false, false]],
  ['a & b', [false, false]],
  ['a\nb', [false, false]],
])('%j is piped: %j', (script, piped) => {
  expect(shellCommands(script).map(command => command.piped)).toEqual(piped);
});

test.each([
  ['a > b', 'b'],
  ['a >> b', 'b'],
  ['a >b c', 'b'],
  ['a >> "b c"', 'b c'],
  ['a 2>\tb', 'b'],
  ['a', null],
])('%j writes to %j', (script, file) => {
  expect(shellCommands(script)[0]?.writesTo).toBe(file);
});

describe('what a command is fed', () => {
  const fed = (script: string) => shellCommands(script).map(command => command.fed);

  test.each<[string, string, { text: string; at: number }[][]]>([
    ['a here-document', 'a <<X\nb\nc\nX\nd', [[{ text: 'b\nc\n', at: 6 }], []]],
    ['with its end in quotes', "a << 'X'\nb\nX\n", [[{ text: 'b\n', at: 9 }]]],
    ['whose end stands behind tabs', 'a <<-X\n\tb\n\tX\nc', [[{ text: '\tb\n', at: 7 }], []]],
    [
      'whose end is only there at the beginning of a line',
      'a <<X\n\tX\nbX\nX y\nX\n',
      [[{ text: '\tX\nbX\nX y\n', at: 6 }]],
    ],
    ['with an odd end', 'a <<a.b\naxb\na.b\n', [[{ text: 'axb\n', at: 8 }]]],
    ['that does not end', 'a <<X\nb', [[{ text: 'b', at: 6 }]]],
    [
      'two of them',
      'a <<X <<Y\n1\nX\n2\nY\nb',
      [
        [
          { text: '1\n', at: 10 },
          { text: '\n2\n', at: 13 },
        ],
        [],
      ],
    ],
    ['of the command before the pipe', 'a <<X | b\n1\nX\n', [[{ text: '1\n', at: 10 }], []]],
    ['a here-string', 'a <<< "b c" d', [[{ text: 'b c', at: 7 }]]],
    ['alone', '<<< b', [[{ text: 'b', at: 4 }]]],
  ])('%s', (_, script, expected) => {
    expect(fed(script)).toEqual(expected);
  });

  test('and the words after it are still its own', () => {
    expect(words('a <<X b\n1\nX\nc')).toEqual(['a|b', 'c']);
    expect(words('a <<< x b')).toEqual(['a|b']);
  });
});
