import { describe, expect, test } from 'vitest';
import {
  copiedRows,
  fillsPresets,
  isWayBack,
  plainSql,
  sequenceOf,
} from '../../../source/scan/sql/plain-sql.ts';

/** What is left of a text, with spaces that were put in for something else taken together. */
const left = (text: string) => {
  const plain = plainSql(text);
  expect(plain).toHaveLength(text.length);
  return plain
    .split('\n')
    .map(line => line.replaceAll(/ +/g, ' ').trim())
    .join('\n');
};

describe("psql's own is left out", () => {
  test.each([
    ['a command', '\\set x 1\n  \\echo a\nSELECT 1;\n', '\n\nSELECT 1;\n'],
    ['a command at the end of a statement', 'SELECT 1 \\gset\nSELECT 2\\gx', 'SELECT 1 ;\nSELECT 2;'],
    [
      'the same with words',
      'SELECT 1 \\gexec\nSELECT 2 \\gdesc\nSELECT 3 \\g out',
      'SELECT 1 ;\nSELECT 2 ;\nSELECT 3 ;',
    ],
    ['no other one there', 'SELECT 1 \\gone', 'SELECT 1 \\gone'],
    ['a variable', 'SELECT :x, a::text, (:y)', 'SELECT x, a::text, ( y)'],
    ['a variable in quotes', `SELECT :'x', :"y", '10:30', a::"t"`, `SELECT 'x', "y", '10:30', a::"t"`],
    ['the rows of a COPY', 'COPY a FROM stdin;\n1\t2\n\\.\nSELECT 1;', 'COPY a FROM stdin;\n\n\nSELECT 1;'],
    [
      'of each one',
      'copy a from STDIN;\n1\n\\.\nCOPY b FROM stdin WITH (x);\n2\n \\.\n',
      'copy a from STDIN;\n\n\nCOPY b FROM stdin WITH (x);\n2\n\n',
    ],
  ])('%s', (_, text, plain) => {
    expect(left(text)).toBe(plain);
  });

  test('and its own copy is one of SQL, at the same place', () => {
    expect(plainSql("  \\copy a from 'x'\nSELECT 1;")).toBe("   copy a from 'x';SELECT 1;");
    expect(plainSql("\\COPY a from 'x'")).toBe(" COPY a from 'x';");
    expect(left('\\copyright\nSELECT 1;')).toBe('\nSELECT 1;');
  });
});

describe('the way back is left out', () => {
  test.each([
    '-- migrate:down',
    '--migrate:down',
    '-- +goose Down',
    '-- +migrate Down',
    '-- +micrate Down',
    '-- Down Migration',
    '-- @DOWN',
    '-- !Downs',
    '-- DOWN',
    '-- === DOWN ===',
    '--=== down ===',
    '\t--  migrate:DOWN  ',
  ])('%s', marker => {
    expect(left(`SELECT 1;\n${marker}\nSELECT 2;\n`)).toBe('SELECT 1;\n\n\n');
  });

  test.each(['-- migrate:up', '-- what goes down', "SELECT '-- migrate:down'", '-- migrate:downwards'])(
    'but not after %s',
    marker => {
      expect(plainSql(`SELECT 1;\n${marker}\nSELECT 2;\n`)).toContain('SELECT 2;');
    },
  );
});

test.each<[string, string[][]]>([
  [
    'COPY a FROM stdin;\n1\tb c\n2\t\n\\.\nSELECT',
    [
      ['1', 'b c'],
      ['2', ''],
    ],
  ],
  [
    'COPY a FROM stdin CSV;\n1,b\n\n2,c\n\\.  \n',
    [
      ['1', 'b'],
      ['2', 'c'],
    ],
  ],
  ['copy a from stdin with (format csv) ; \n1,b\n\\.\n', [['1', 'b']]],
  ['COPY a FROM stdin;\n1\t2\n', []],
  ["COPY a FROM 'csv.txt';\nSELECT 1;", []],
  ['SELECT 1;\n1\n\\.\n', []],
])('the rows of %j are %j', (text, rows) => {
  expect(copiedRows(text)).toEqual(rows);
});

test.each([
  ['COPY presets FROM stdin', true],
  ['copy public.presets', true],
  ['INSERT INTO "app"."presets" SELECT', true],
  ['insert into only presets', true],
  ['TABLE presets', true],
  ['CREATE TABLE IF NOT EXISTS presets AS', true],
  ['INSERT INTO presets_old', false],
  ['INSERT INTO my_presets', false],
  ['UPDATE presets', false],
  ['FROM presets', false],
  ['scopy presets', false],
])('%s fills presets: %s', (text, fills) => {
  expect(fillsPresets(text)).toBe(fills);
});

test.each([
  ['1.down.sql', true],
  ['down.sql', true],
  ['db/1_down.sql', true],
  ['db/1-rollback.sql', true],
  ['db/revert.sql', true],
  ['db/undo_1.sql', true],
  ['db/1.down.v2.SQL', true],
  ['down/1.sql', true],
  ['db/rollback/1.sql', true],
  ['db/rollbacks/1.sql', true],
  ['db/revert/1.sql', true],
  ['db/reverts/1.sql', true],
  ['db/undo/deep/1.sql', true],
  ['DOWN/1.sql', true],
  ['db/countdown.sql', false],
  ['db/downs.sql', false],
  ['db/down.sql.txt', false],
  ['db/down.sqlx', false],
  ['db/countdown/1.sql', false],
  ['db/downloads/1.sql', false],
  ['db/undone/1.sql', false],
  ['db/down-1/up.sql', false],
])('%s is a way back: %s', (file, is) => {
  expect(isWayBack(file)).toBe(is);
});

test.each([
  ['prisma/migrations/1_a/migration.sql', 'prisma/migrations'],
  ['migrations/1_a/up.sql', 'migrations'],
  ['supabase/migrations/1.sql', 'supabase/migrations'],
  ['migrations/1_a/setup.sql', 'migrations/1_a'],
  ['migrations/1_a/up.sql.txt', 'migrations/1_a'],
  ['1.sql', ''],
])('%s belongs to %j', (file, sequence) => {
  expect(sequenceOf(file)).toBe(sequence);
});
