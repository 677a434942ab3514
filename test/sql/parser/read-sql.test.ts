import { describe, expect, test } from 'vitest';
import { readSql } from '../../../source/sql/parser/parser-process.ts';
import { tell } from '../tell.ts';

const told = async (text: string) => tell(await readSql(text));
const adds = ['update presets usage_count adds 1'];

describe('what a statement does to a column', () => {
  test.each([
    ['UPDATE presets SET usage_count = usage_count + 1 WHERE id = 1', adds],
    ['update Presets set USAGE_COUNT = 1 + presets.usage_count', adds],
    ['UPDATE presets p SET usage_count = coalesce(p.usage_count, 0) + 1', adds],
    ['UPDATE presets SET usage_count = (usage_count::bigint + 1)::integer', adds],
    ['UPDATE presets SET usage_count = greatest(coalesce(usage_count, 0) + 1, 1)', adds],
    ['UPDATE presets SET usage_count = usage_count + 2 - 1', adds],
    ['UPDATE presets SET usage_count = CASE WHEN hot THEN usage_count + 1 ELSE usage_count END', adds],
    [
      'UPDATE presets SET usage_count = CASE WHEN hot THEN usage_count + 1 ELSE usage_count + 2 END',
      ['update presets usage_count adds'],
    ],
    ['UPDATE presets SET usage_count = usage_count + $1', ['update presets usage_count adds']],
    ['UPDATE presets SET usage_count = usage_count + n.uses FROM n', ['update presets usage_count adds']],
    ['UPDATE presets SET usage_count = usage_count - 1', ['update presets usage_count subtracts 1']],
    ['UPDATE presets SET usage_count = usage_count + -1', ['update presets usage_count subtracts 1']],
    [
      'UPDATE presets SET usage_count = greatest(usage_count - 1, 0)',
      ['update presets usage_count subtracts 1'],
    ],
    [
      'UPDATE presets SET usage_count = usage_count - n.gone FROM n',
      ['update presets usage_count subtracts'],
    ],
    ['UPDATE presets SET usage_count = 5 - usage_count', ['update presets usage_count sets']],
    ['UPDATE presets SET usage_count = usage_count * 2', ['update presets usage_count sets']],
    ['UPDATE presets SET usage_count = other_count + 1', ['update presets usage_count sets']],
    ['UPDATE presets SET usage_count = o.usage_count + 1 FROM other o', ['update presets usage_count sets']],
    ['UPDATE presets SET usage_count = 0', ['update presets usage_count zero']],
    ['UPDATE presets SET usage_count = NULL', ['update presets usage_count sets']],
    ['UPDATE presets SET usage_count = DEFAULT', ['update presets usage_count sets']],
    [
      'UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = presets.id)',
      ['update presets usage_count counts'],
    ],
    [
      'UPDATE presets p SET usage_count = coalesce(c.n, 0) FROM (SELECT preset_id, count(*)::int AS n FROM preset_usage GROUP BY 1) c WHERE c.preset_id = p.id',
      ['update presets usage_count counts'],
    ],
    [
      'WITH c (id, n) AS (SELECT preset_id, count(*) FROM preset_usage GROUP BY 1) UPDATE presets SET usage_count = t.n FROM c t WHERE t.id = presets.id',
      ['update presets usage_count counts'],
    ],
    [
      'UPDATE presets SET (usage_count, last_used_at) = (usage_count + 1, now())',
      ['update presets usage_count adds 1, last_used_at sets'],
    ],
    [
      'UPDATE presets SET (usage_count, last_used_at) = (SELECT count(*), max(created_at) FROM preset_usage)',
      ['update presets usage_count counts, last_used_at sets'],
    ],
  ])('%s', async (text, expected) => expect(await told(text)).toEqual(expected));
});

describe('which statements write which table', () => {
  test.each([
    ['SELECT usage_count FROM presets WHERE usage_count = 1 FOR UPDATE', []],
    [
      'UPDATE presets SET name = $1 WHERE usage_count = 0 RETURNING usage_count',
      ['update presets name sets'],
    ],
    ['UPDATE totals SET usage_count = usage_count + 1', ['update totals usage_count adds 1']],
    ['-- UPDATE presets SET usage_count = 1\nSELECT 1', []],
    ["SELECT 'UPDATE presets SET usage_count = 1' /* DELETE FROM preset_usage */", []],
    ['UPDATE "My-App"."Presets" SET "usageCount" = 0', ['update My-App.Presets usageCount zero']],
    ['UPDATE ONLY public.presets AS p SET usage_count = 0', ['update public.presets usage_count zero']],
    ['INSERT INTO preset_usage (preset_id) VALUES ($1)', ['insert preset_usage preset_id sets']],
    ['INSERT INTO preset_usage SELECT * FROM imported', ['insert preset_usage *']],
    ['INSERT INTO presets (id, usage_count) VALUES (1, 0)', ['insert presets id sets, usage_count zero']],
    [
      'INSERT INTO presets (id, usage_count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET usage_count = presets.usage_count + 1',
      ['insert presets id sets, usage_count sets', 'update presets usage_count adds 1'],
    ],
    [
      'INSERT INTO presets (id, usage_count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET usage_count = excluded.usage_count + 1',
      ['insert presets id sets, usage_count sets', 'update presets usage_count sets'],
    ],
    ['INSERT INTO preset_usage (id) VALUES (1) ON CONFLICT DO NOTHING', ['insert preset_usage id sets']],
    ['DELETE FROM preset_usage USING users u WHERE u.id = user_id', ['delete preset_usage *']],
    [
      'TRUNCATE preset_usage, app.other RESTART IDENTITY',
      ['truncate preset_usage *', 'truncate app.other *'],
    ],
    ['TRUNCATE presets CASCADE', ['truncate presets * cascade']],
    ['COPY preset_usage (preset_id) FROM STDIN', ['copy preset_usage preset_id sets']],
    ['COPY preset_usage TO STDOUT', []],
    [
      'MERGE INTO presets p USING n ON p.id = n.id WHEN MATCHED AND n.gone THEN DELETE WHEN MATCHED THEN UPDATE SET usage_count = p.usage_count + 1 WHEN NOT MATCHED THEN INSERT (id, usage_count) VALUES (n.id, 0)',
      [
        'merge-delete presets *',
        'merge-update presets usage_count adds 1',
        'merge-insert presets id sets, usage_count zero',
      ],
    ],
    [
      'WITH gone AS (DELETE FROM preset_usage RETURNING preset_id), n AS (SELECT preset_id, count(*) AS uses FROM gone GROUP BY 1) UPDATE presets SET usage_count = usage_count - n.uses FROM n WHERE id = preset_id',
      ['update presets usage_count subtracts', 'delete preset_usage *'],
    ],
    ['EXPLAIN ANALYZE UPDATE presets SET usage_count = 0', ['update presets usage_count zero']],
    ['PREPARE hit AS UPDATE presets SET usage_count = usage_count + 1', adds],
    ['CREATE TABLE copied AS SELECT * FROM presets', []],
    ['SELECT * INTO copied FROM presets', []],
    ['GRANT UPDATE (usage_count) ON presets TO app', []],
    ['COMMENT ON COLUMN presets.usage_count IS $$UPDATE presets SET usage_count = 1$$', []],
    ['', []],
    [';;  -- nothing', []],
  ])('%s', async (text, expected) => expect(await told(text)).toEqual(expected));
});

describe('a text that cannot be parsed', () => {
  test.each([
    [
      "\\set id 1\nUPDATE presets SET usage_count = :'id';\nDELETE FROM preset_usage;",
      ['delete preset_usage *', 'problem psql reads this line itself'],
    ],
    [
      'SELEC 1; UPDATE presets SET usage_count = 0;',
      ['update presets usage_count zero', 'problem syntax error at or near "SELEC"'],
    ],
    [
      "COPY presets (a) FROM stdin;\n1\tit's; not SQL\n\\.\n\nDELETE FROM preset_usage;",
      ['copy presets a sets', 'delete preset_usage *'],
    ],
    [
      'CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELEC; TRUNCATE preset_usage',
      ['truncate preset_usage *', 'problem syntax error at or near "SELEC"'],
    ],
    ["SELECT 'no end", ['problem unterminated quoted string at or near "\'no end"']],
    ['UPDATE presets SET', ['problem syntax error at end of input']],
  ])('%s', async (text, expected) => expect(await told(text)).toEqual(expected));
});

test('places are those of the text, whatever characters come before', async () => {
  const text =
    "-- größer 😀\nSELECT bump('é');\n  WITH x AS (DELETE FROM preset_usage RETURNING 1) SELECT 1; BROKEN 😀;\nUPDATE presets SET usage_count = 0;";
  const { writes, calls, problem } = await readSql(text);
  expect(writes.map(({ offset }) => text.slice(offset, offset + 6))).toEqual(['DELETE', 'UPDATE']);
  expect(calls.map(({ offset }) => text.slice(offset, offset + 4))).toEqual(['bump']);
  expect(text.slice(problem?.offset)).toMatch(/^BROKEN/);
  expect(writes[0]?.text).toBe('WITH x AS (DELETE FROM preset_usage RETURNING 1) SELECT 1');
});

test('calls come with their schema, and with the arguments that are plain strings', async () => {
  const { calls } = await readSql(
    `CALL app.hit('a', 1); SELECT "Bump"(x), count(*) FROM f('b'::text) WHERE g()`,
  );
  expect(calls.map(({ schema, name, literals }) => [schema, name, literals])).toEqual([
    ['app', 'hit', ['a', null]],
    [null, 'Bump', [null]],
    [null, 'count', []],
    [null, 'f', ['b']],
    [null, 'g', []],
  ]);
});
