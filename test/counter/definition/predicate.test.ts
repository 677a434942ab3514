import { describe, expect, test } from 'vitest';
import { columnsOf, type Predicate, printPredicate } from '../../../source/counter/definition/predicate.ts';

const column = (name: string) => ({ quoted: name === 'Type' ? '"Type"' : name, type: 'pg_catalog.text' });

describe('a condition in SQL', () => {
  test.each<[Predicate, string]>([
    [{ kind: 'null', column: 'deleted_at' }, 'r.deleted_at IS NULL'],
    [{ kind: 'not', of: { kind: 'null', column: 'deleted_at' } }, 'NOT (r.deleted_at IS NULL)'],
    [
      { kind: 'compare', column: 'status', operator: '=', value: 'approved' },
      "r.status OPERATOR(pg_catalog.=) E'approved'::pg_catalog.text",
    ],
    [
      { kind: 'compare', column: 'Type', operator: '<>', value: "it's \\" },
      `r."Type" OPERATOR(pg_catalog.<>) E'it''s \\\\'::pg_catalog.text`,
    ],
    [
      { kind: 'in', column: 'status', values: ['a', 'b'] },
      "r.status OPERATOR(pg_catalog.=) ANY (ARRAY[E'a'::pg_catalog.text, E'b'::pg_catalog.text]::pg_catalog.text[])",
    ],
    [{ kind: 'is', column: 'spam', value: false }, 'r.spam IS FALSE'],
    [
      {
        kind: 'and',
        of: [
          { kind: 'is', column: 'spam', value: false },
          {
            kind: 'or',
            of: [
              { kind: 'null', column: 'a' },
              { kind: 'null', column: 'b' },
            ],
          },
        ],
      },
      '(r.spam IS FALSE) AND ((r.a IS NULL) OR (r.b IS NULL))',
    ],
  ])('%j', (predicate, expected) => {
    expect(printPredicate(predicate, 'r', column)).toBe(expected);
  });

  test.each([
    ['=', "r.name::ext.citext OPERATOR(ext.=) E'x'::ext.citext"],
    ['<>', "NOT (r.name::ext.citext OPERATOR(ext.=) E'x'::ext.citext)"],
    ['>', "r.name::ext.citext OPERATOR(ext.>) E'x'::ext.citext"],
    ['<=', "r.name::ext.citext OPERATOR(ext.<=) E'x'::ext.citext"],
    ['<', "E'x'::ext.citext OPERATOR(ext.>) r.name::ext.citext"],
    ['>=', "E'x'::ext.citext OPERATOR(ext.<=) r.name::ext.citext"],
  ] as const)('%s of a type with operators of its own', (operator, expected) => {
    const operators = {
      equal: '::ext.citext OPERATOR(ext.=)',
      above: '::ext.citext OPERATOR(ext.>)',
      upTo: '::ext.citext OPERATOR(ext.<=)',
      of: '::ext.citext',
      type: 'ext.citext',
    };
    const own = () => ({ quoted: 'name', type: 'ext.citext', operators });
    expect(printPredicate({ kind: 'compare', column: 'name', operator, value: 'x' }, 'r', own)).toBe(
      expected,
    );
  });

  test('a value that its column could not hold is cast to a wider type', () => {
    const castOf = (value: string) => (value.includes('.') ? 'numeric' : 'integer');
    const own = () => ({ quoted: 'stars', type: 'integer', castOf });
    expect(printPredicate({ kind: 'compare', column: 'stars', operator: '>', value: '3.5' }, 'r', own)).toBe(
      "r.stars OPERATOR(pg_catalog.>) E'3.5'::numeric",
    );
    expect(printPredicate({ kind: 'in', column: 'stars', values: ['3', '4.5'] }, 'r', own)).toBe(
      "r.stars OPERATOR(pg_catalog.=) ANY (ARRAY[E'3'::numeric, E'4.5'::numeric]::numeric[])",
    );
  });

  test('its columns, each once', () => {
    const twice: Predicate = { kind: 'not', of: { kind: 'null', column: 'a' } };
    expect(columnsOf({ kind: 'or', of: [twice, twice, { kind: 'is', column: 'b', value: true }] })).toEqual([
      'a',
      'b',
    ]);
  });
});
