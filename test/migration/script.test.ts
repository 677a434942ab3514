import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { migrationStatements, shippedFunctions, splitScript } from '../../source/migration/script.ts';
import { loadParser } from '../../source/sql/parser/parser.ts';
import { splitStatements } from '../../source/sql/parser/split-statements.ts';
import { fitQueries, readMigrationScript } from '../../source/trigger/migration/read-script.ts';

const shipped = readFileSync(
  new URL('../../sql/20250930000001_fix_usage_tracking.sql', import.meta.url),
  'utf8',
);
const withoutComments = (text: string) => text.replace(/^(?:--.*\n)+/, '');

test('the shipped file is split as PostgreSQL does it', async () => {
  const pieces = splitStatements(shipped, await loadParser());
  expect(splitScript(shipped).map(({ text }) => text)).toEqual(
    pieces?.map(({ start, end }) => shipped.slice(start, end)),
  );
});

test('the shipped file is complete except BEGIN, COMMIT and the correction of counts', () => {
  const kinds = (texts: string[]) =>
    texts.map(text =>
      withoutComments(text)
        .split(/[\s(]+/, 3)
        .join(' '),
    );
  expect(kinds(migrationStatements(shipped))).toEqual([
    'SET LOCAL lock_timeout',
    'SET LOCAL row_security',
    'DO $$ BEGIN',
    'SET LOCAL search_path',
    'DO $$ DECLARE',
    'DO $$ DECLARE',
    'DO $counter$ DECLARE',
    'DO $$ DECLARE',
    'DO $track$ BEGIN',
    'DO $$ DECLARE',
    "NOTIFY pgrst, 'reload",
  ]);
  const applied = new Set(migrationStatements(shipped));
  const left = splitScript(shipped).filter(({ text }) => !applied.has(text));
  expect(left.map(({ code }) => code.slice(0, 22))).toEqual([
    'BEGIN TRANSACTION ISOL',
    'UPDATE public.presets ',
    'COMMIT',
  ]);
});

test('the functions of the shipped file', () => {
  const searchPath = 'pg_catalog, public, pg_temp';
  expect(shippedFunctions(shipped, "the user's id")).toEqual([
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
      body: expect.stringMatching(/^\nDECLARE[\s\S]*\n {4}the user's id,\n[\s\S]*END\n$/),
    },
  ]);
});

describe('a function of another script', () => {
  const one = (name: string, body = ' SELECT 1 ', definer = '') =>
    `CREATE OR REPLACE FUNCTION public.${name}() RETURNS int LANGUAGE sql${definer} SET search_path = pg_catalog AS $$${body}$$`;

  test('is read with its rights', () => {
    expect(shippedFunctions(`${one('a')}\n;\n${one('b', '', ' SECURITY DEFINER')}\n;`, '')).toEqual([
      { name: 'a', language: 'sql', definer: false, searchPath: 'pg_catalog', body: ' SELECT 1 ' },
      { name: 'b', language: 'sql', definer: true, searchPath: 'pg_catalog', body: '' },
    ]);
  });

  test('begins a line, and ends one', () => {
    const script = `-- ${one('old')}\n  ${one('other')}\n${one('a', ' $$ 1\n')}\n;`;
    expect(shippedFunctions(script, '').map(({ name, body }) => [name, body])).toEqual([['a', ' $$ 1\n']]);
  });

  test.each(['', 'SELECT 1;', `${one('a')}\n;\nCREATE FUNCTION other() RETURNS int AS 'SELECT 1';`])(
    'is refused if it is not understood: %j',
    script => {
      expect(() => shippedFunctions(script, '')).toThrow('a declaration that is not understood');
    },
  );
});

test('only comments before a statement are none of it, and any bracket is left out', () => {
  expect(splitScript('UPDATE a SET b = 1;').map(({ code }) => code)).toEqual(['UPDATE a SET b = 1']);
  expect(splitScript('-- a\n-- b\n\nSELECT 1 -- c\n;').map(({ code }) => code)).toEqual(['SELECT 1 -- c\n']);
  expect(migrationStatements('START  TRANSACTION; SELECT 1; start\ttransaction; BEGIN; END;')).toEqual([
    'SELECT 1',
  ]);
});

test('the plan decides with the queries of the shipped file', async () => {
  expect(await readMigrationScript()).toBe(shipped);
  const { counter, track } = fitQueries(shipped);
  expect(counter).toMatch(
    /^WITH counters AS \([\s\S]+ AS kept,[\s\S]+ AS always,[\s\S]+ AS by_row,[\s\S]+ FROM subscribed$/,
  );
  expect(track).toMatch(/^WITH accounts AS \([\s\S]+ AS user_of,[\s\S]+ AS misfit$/);
});

test.each([
  ['one query', shipped.replace('  ) fit;', '  ) planned;')],
  ['three', `${shipped}\n  SELECT * INTO planned FROM (\n  WITH more AS (SELECT 1) SELECT\n  ) fit;`],
])('a file that decides in %s is not understood', (_, script) => {
  expect(() => fitQueries(script)).toThrow('does not decide what fits in two queries');
});
