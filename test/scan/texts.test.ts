import { describe, expect, test } from 'vitest';
import { importedFile } from '../../source/scan/code/follow/imports.ts';
import { withPlaceholders } from '../../source/scan/code/sql-text.ts';
import { isTest } from '../../source/scan/files/file-kind.ts';
import { soundsLikeCounting } from '../../source/scan/names.ts';
import { readShell } from '../../source/scan/shell/shell-sql.ts';
import { shellCommands } from '../../source/scan/shell/shell-words.ts';
import { isWayBack, plainSql, sequenceOf } from '../../source/scan/sql/plain-sql.ts';

describe('a shell script', () => {
  test.each<[string, string, string[][]]>([
    ['words and quotes', `psql -c "a b" 'c d' e\\ f`, [['psql', '-c', 'a b', 'c d', 'e f']]],
    ['comments', 'a # b "c\nd', [['a'], ['d']]],
    ['several commands', 'a; b && c | d', [['a'], ['b'], ['c'], ['d']]],
    ['a line that goes on', 'a \\\n  b', [['a', 'b']]],
    ['escapes in quotes', `a "b \\"c\\""`, [['a', 'b "c"']]],
    ['a quote that never ends', `a "b`, [['a', 'b']]],
  ])('%s', (_, script, words) => {
    expect(shellCommands(script).map(command => command.words.map(({ text }) => text))).toEqual(words);
  });

  test("a here-document is a command's input, and its offsets are those of the script", () => {
    const script = "psql <<-'SQL' -q\n\tupdate a;\n\tSQL\nls\n";
    const [psql, ls] = shellCommands(script);
    expect(psql?.fed).toEqual([{ text: '\tupdate a;\n', at: 17 }]);
    expect(psql?.words.map(({ text }) => text)).toEqual(['psql', '-q']);
    expect(ls?.words.map(({ text }) => text)).toEqual(['ls']);
  });

  test.each<[string, string, number]>([
    ['what is run', 'psql -c "update presets set a = 1"', 1],
    ['what is printed', 'echo "update presets set a = 1"', 0],
    ['what is printed into a client', 'echo "update presets set a = 1" | psql', 1],
    ['what is written to a file of SQL', 'cat > a.sql <<X\nupdate presets set a = 1\nX\n', 1],
    ['what is written for a person', 'cat <<X\nupdate presets set a = 1\nX\n', 0],
  ])('%s', (_, script, statements) => {
    expect(readShell(script).sql).toHaveLength(statements);
  });
});

test.each([
  [
    "\\set x 1\nSELECT :'x', :\"y\", :z, a::text, '10:30';",
    "        \nSELECT  'x',  \"y\",  z, a::text, '10:30';",
  ],
  ['SELECT 1 \\gset\nSELECT 2;', 'SELECT 1 ;    \nSELECT 2;'],
  ['SELECT 1;\n-- migrate:down\nSELECT 2;', 'SELECT 1;\n               \n         '],
])('psql reads %j', (text, plain) => {
  expect(plainSql(text)).toBe(plain);
});

test.each([
  ["a = ? AND b = 'what?'", "a = $1 AND b = 'what?'"],
  ['a = :id AND b::text = @name', 'a = $1  AND b::text = $1   '],
  ['UPDATE ?? SET ?? = 1', 'UPDATE n  SET n  = 1'],
  ['a = $<id> AND $1:name = $/b/', 'a = $1    AND n1 = $1  '],
])('placeholders in %j', (text, plain) => {
  expect(withPlaceholders(text)).toBe(plain);
});

test.each([
  ['migrations/1.down.sql', true],
  ['migrations/rollback/1.sql', true],
  ['migrations/1_down.sql', true],
  ['migrations/1_countdown.sql', false],
  ['download.sql', false],
])('%s is a way back: %s', (file, is) => {
  expect(isWayBack(file)).toBe(is);
});

test.each([
  ['prisma/migrations/1_a/migration.sql', 'prisma/migrations'],
  ['supabase/migrations/1.sql', 'supabase/migrations'],
])('%s belongs to %s', (file, sequence) => {
  expect(sequenceOf(file)).toBe(sequence);
});

test.each([
  ['./b', 'src/b.ts'],
  ['./b.js', 'src/b.ts'],
  ['../lib', 'lib/index.ts'],
  ['@/b', 'src/b.ts'],
  ['~/lib', 'lib/index.ts'],
  ['react', null],
  ['./nowhere', null],
])('%s imported from src/a.ts is %s', (specifier, file) => {
  expect(importedFile('src/a.ts', specifier, new Set(['src/a.ts', 'src/b.ts', 'lib/index.ts']))).toBe(file);
});

test.each([
  ['src/a.test.ts', true],
  ['src/__mocks__/a.ts', true],
  ['e2e/a.ts', true],
  ['src/a.stories.tsx', true],
  ['src/latest/a.ts', false],
  ['src/contest.ts', false],
  ['testing.ts', false],
])('%s is of tests: %s', (file, is) => {
  expect(isTest(file)).toBe(is);
});

test.each([
  ['increment_preset_usage_count', true],
  ['increment_usage', true],
  ['bumpPresetUsage', true],
  ['track_preset_usage', false],
  ['get_preset_usage_count', false],
  ['increment_likes', false],
])('%s sounds like counting: %s', (name, sounds) => {
  expect(soundsLikeCounting(name)).toBe(sounds);
});
