import { describe, expect, test } from 'vitest';
import { parsePredicate } from '../../../source/counter/definition/parse-predicate.ts';
import type { Predicate } from '../../../source/counter/definition/predicate.ts';
import { predicateText } from '../../../source/counter/definition/predicate-text.ts';
import { loadParser } from '../../../source/sql/parser/parser.ts';
import { readCondition } from '../../../source/sql/parser/parser-process.ts';

const parser = await loadParser();
const quote = (name: string) => (/^[a-z_]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

const isNull = (column: string): Predicate => ({ kind: 'null', column });
const not = (of: Predicate): Predicate => ({ kind: 'not', of });
const is = (column: string, value: string): Predicate => ({ kind: 'compare', column, operator: '=', value });

describe('a condition that is written as SQL', () => {
  test.each<[string, Predicate]>([
    ['deleted_at IS NULL', isNull('deleted_at')],
    ['"deletedAt" is not null', not(isNull('deletedAt'))],
    ["status = 'approved'", is('status', 'approved')],
    ["'approved' = status", is('status', 'approved')],
    ["status = 'approved'::public.status", is('status', 'approved')],
    ["status OPERATOR(pg_catalog.=) E'it''s \\\\'", is('status', "it's \\")],
    ['3 < stars', { kind: 'compare', column: 'stars', operator: '>', value: '3' }],
    ['stars != -0.5', { kind: 'compare', column: 'stars', operator: '<>', value: '-0.5' }],
    ['kind = 0', is('kind', '0')],
    ["status IN ('a', 'b')", { kind: 'in', column: 'status', values: ['a', 'b'] }],
    ["status NOT IN ('a')", not({ kind: 'in', column: 'status', values: ['a'] })],
    ["status = ANY (ARRAY['a'::text, 'b'::text])", { kind: 'in', column: 'status', values: ['a', 'b'] }],
    ['spam IS NOT TRUE', not({ kind: 'is', column: 'spam', value: true })],
    ['spam IS FALSE', { kind: 'is', column: 'spam', value: false }],
    ['spam IS UNKNOWN', isNull('spam')],
    ['NOT spam', not(is('spam', 'true'))],
    ['visible', is('visible', 'true')],
    ["kind IS DISTINCT FROM 'x'", not({ kind: 'and', of: [not(isNull('kind')), is('kind', 'x')] })],
    ['kind IS NOT DISTINCT FROM NULL', isNull('kind')],
    [
      'n BETWEEN 1 AND 5',
      {
        kind: 'and',
        of: [
          { kind: 'compare', column: 'n', operator: '>=', value: '1' },
          { kind: 'compare', column: 'n', operator: '<=', value: '5' },
        ],
      },
    ],
    [
      "a IS NULL AND (b = 'x' OR NOT c) -- only these",
      { kind: 'and', of: [isNull('a'), { kind: 'or', of: [is('b', 'x'), not(is('c', 'true'))] }] },
    ],
  ])('%s', (text, expected) => {
    expect(parsePredicate(text, parser)).toEqual({ predicate: expected });
    expect(parsePredicate(predicateText(expected, quote), parser)).toEqual({ predicate: expected });
  });

  test.each([
    ['deleted_at = NULL', 13, 'A comparison with NULL is never true: write IS NULL or IS NOT NULL.'],
    ["lower(status) = 'x'", 0, 'A column of the records must stand here.'],
    ['a = b', 4, 'A constant must stand here.'],
    ['created_at > now()', 13, 'A constant must stand here.'],
    ["c.status = 'x'", 0, 'Write columns of the records without the name of their table.'],
    ["é = 'é' AND name ~ '^x'", 17, '~ is not an operator that can be checked.'],
    ["name LIKE 'x%'", 5, '~~ is not an operator that can be checked.'],
    [
      'EXISTS (SELECT 1)',
      0,
      'Only comparisons of columns with constants, joined by AND, OR and NOT, can be checked.',
    ],
    ['true', 0, 'Only comparisons of columns with constants, joined by AND, OR and NOT, can be checked.'],
    ["data->>'kind' = 'x'", 4, 'A column of the records must stand here.'],
    [
      'a IN (SELECT 1)',
      2,
      'Only comparisons of columns with constants, joined by AND, OR and NOT, can be checked.',
    ],
    ['a = 1) OR (b = 2', 0, null],
    ['a = 1) ORDER BY (b', 0, 'This is not a single condition.'],
    ['a = 1); DELETE FROM posts WHERE (true', 0, 'This is not a single condition.'],
    ['', 0, `PostgreSQL's parser says: syntax error at or near ")"`],
    ['a ==', 4, `PostgreSQL's parser says: syntax error at or near ")"`],
  ])('%j is refused with its place', (text, offset, message) => {
    const read = parsePredicate(text, parser);
    if (message === null) expect(read.predicate?.kind).toBe('or');
    else expect(read).toEqual({ problem: { message, offset } });
  });

  test('is parsed in the process that parses', async () => {
    expect(await readCondition('NOT spam')).toEqual({ predicate: not(is('spam', 'true')) });
  });
});
