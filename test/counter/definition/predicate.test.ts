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

  test('an operator of a type with its own is used', () => {
    const own = () => ({
      quoted: 'name',
      type: 'ext.citext',
      operator: (each: string) => `OPERATOR(ext.${each})`,
    });
    expect(printPredicate({ kind: 'compare', column: 'name', operator: '=', value: 'x' }, 'r', own)).toBe(
      "r.name OPERATOR(ext.=) E'x'::ext.citext",
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
