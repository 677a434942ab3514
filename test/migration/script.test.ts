import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { migrationStatements, shippedFunctions, splitScript } from '../../source/migration/script.ts';

const shipped = readFileSync(
  new URL('../../sql/20250930000001_fix_usage_tracking.sql', import.meta.url),
  'utf8',
);
const codes = (script: string) => splitScript(script).map(({ code }) => code);

test.each([
  ['two statements', 'SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['a last one without a semicolon', 'SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  ['empty ones', ';; SELECT 1 ;;', ['SELECT 1']],
  ['nothing but comments', '-- a; b\n/* c; d */', []],
  ['a semicolon in a comment', 'SELECT 1 -- a; b\n, 2; SELECT 3', ['SELECT 1 -- a; b\n, 2', 'SELECT 3']],
  [
    'comments that nest',
    'SELECT /* a /* b; */ c; */ 1; SELECT 2',
    ['SELECT /* a /* b; */ c; */ 1', 'SELECT 2'],
  ],
  ['a comment behind a statement', 'SELECT 1 -- one\n; SELECT 2', ['SELECT 1', 'SELECT 2']],
  ['a semicolon in a string', "SELECT ';', 'it''s;'; SELECT 2", ["SELECT ';', 'it''s;'", 'SELECT 2']],
  ['a backslash in a plain string', String.raw`SELECT '\'; SELECT 2`, [String.raw`SELECT '\'`, 'SELECT 2']],
  [
    'a backslash in an E string',
    String.raw`SELECT E'\';'; SELECT 2`,
    [String.raw`SELECT E'\';'`, 'SELECT 2'],
  ],
  [
    'a name that ends in e before a string',
    String.raw`SELECT date'\'; SELECT 2`,
    [String.raw`SELECT date'\'`, 'SELECT 2'],
  ],
  ['a semicolon in a quoted name', 'SELECT ";""a"; SELECT 2', ['SELECT ";""a"', 'SELECT 2']],
  ['dollar quotes', 'DO $$ a; $x$ $$; SELECT 2', ['DO $$ a; $x$ $$', 'SELECT 2']],
  ['tagged dollar quotes', 'DO $f$ a; $$ ; $$ $f$; SELECT 2', ['DO $f$ a; $$ ; $$ $f$', 'SELECT 2']],
  ['dollar signs in a name', 'SELECT a$$b; SELECT c$$d', ['SELECT a$$b', 'SELECT c$$d']],
  ['parameters', 'SELECT $1; SELECT $2', ['SELECT $1', 'SELECT $2']],
  [
    'semicolons in parentheses',
    'CREATE RULE r DO (SELECT 1; SELECT 2); SELECT 3',
    ['CREATE RULE r DO (SELECT 1; SELECT 2)', 'SELECT 3'],
  ],
])('takes %s apart', (_, script, expected) => {
  expect(codes(script)).toEqual(expected);
});

test('a statement keeps the comment in front of it', () => {
  expect(splitScript('SELECT 1;\n\n-- two\nSELECT 2;')[1]).toEqual({
    text: '-- two\nSELECT 2',
    code: 'SELECT 2',
  });
});

test.each([
  "SELECT 'a",
  'SELECT "a',
  'DO $$ a',
  'DO $x$ a $$',
  'SELECT 1 /* a /* b */',
  'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END',
])('does not guess at %s', script => {
  expect(() => splitScript(script)).toThrow();
});

test('the shipped file is all there but its bracket and the correction of counts', () => {
  const kinds = (texts: string[]) => texts.flatMap(codes).map(code => code.split(/[\s(]+/, 3).join(' '));
  expect(kinds(migrationStatements(shipped))).toEqual([
    'SET LOCAL lock_timeout',
    'SET LOCAL row_security',
    'DO $$ BEGIN',
    'SET LOCAL search_path',
    'DO $$ DECLARE',
    'CREATE OR REPLACE',
    'COMMENT ON FUNCTION',
    'REVOKE ALL ON',
    'DO $$ BEGIN',
    'COMMENT ON TRIGGER',
    'DO $$ DECLARE',
    'CREATE OR REPLACE',
    'COMMENT ON FUNCTION',
    'DO $$ DECLARE',
    "NOTIFY pgrst, 'reload",
  ]);
  const left = codes(shipped).filter(code => !migrationStatements(shipped).flatMap(codes).includes(code));
  expect(left.map(code => code.slice(0, 22))).toEqual([
    'BEGIN TRANSACTION ISOL',
    'UPDATE public.presets ',
    'COMMIT',
  ]);
});

test('the functions of the shipped file', () => {
  const searchPath = 'pg_catalog, public, pg_temp';
  expect(shippedFunctions(shipped)).toEqual([
    {
      name: 'auto_increment_preset_usage_count',
      language: 'plpgsql',
      definer: true,
      searchPath,
      body: expect.stringMatching(/^\n<<added>>[\s\S]*END\n$/),
    },
    {
      name: 'track_preset_usage',
      language: 'plpgsql',
      definer: true,
      searchPath,
      body: expect.stringMatching(/^\nDECLARE[\s\S]*END\n$/),
    },
  ]);
  expect(() => shippedFunctions("CREATE FUNCTION other() RETURNS int AS 'SELECT 1'")).toThrow();
});
