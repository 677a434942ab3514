import { expect, test } from 'vitest';
import { raisedIn } from '../../source/errors/raised-in.ts';

// As PostgreSQL's translations have it, and in English.
test.each([
  ['PL/pgSQL function refuse() line 3 at RAISE', 'refuse() line 3'],
  ['PL/pgSQL-Funktion refuse() Zeile 3 bei RAISE', 'refuse() line 3'],
  ['fonction PL/pgSQL refuse(), ligne 3, à RAISE', 'refuse() line 3'],
  ['функция PL/pgSQL refuse(), строка 3, оператор RAISE', 'refuse() line 3'],
  ['PL/pgSQL関数refuse()の3行目 - RAISE', 'refuse() line 3'],
  ['在PL/pgSQL函数refuse()的第3行的RAISE', 'refuse() line 3'],
  ['refuse() PL/pgSQL 함수의 3번째 RAISE', 'refuse() line 3'],
  ['PL/pgSQL fonksiyonu refuse(), 3. satır, RAISE içinde', 'refuse() line 3'],
  ['PL/pgSQL-funktion refuse() rad 3 vid RAISE', 'refuse() line 3'],
  ['función PL/pgSQL refuse() en la línea 3 en RAISE', 'refuse() line 3'],
])('%s', (context, found) => {
  expect(raisedIn(context)).toBe(found);
});

test.each([
  ['with its schema and types', 'app.track(uuid, character varying, text[])'],
  ['with names in quotes', '"App"."Zähle (neu)"("my type")'],
  ['with a quote in its name', '"a""b"()'],
  ['in letters of another language', 'zähle()'],
])('a function %s', (_, name) => {
  expect(raisedIn(`PL/pgSQL-Funktion ${name} Zeile 12 bei SQL-Anweisung`)).toBe(`${name} line 12`);
});

test('one without a line', () => {
  expect(raisedIn('PL/pgSQL function f() during function exit')).toBe('f()');
});

test('the innermost of several, past statements, assignments and blocks', () => {
  const context = [
    'PL/pgSQL assignment "x := f(1)"',
    'SQL statement "SELECT g(2)"',
    'PL/pgSQL function inline_code_block line 9 at SQL statement',
    'PL/pgSQL function inner_one(integer) line 4 at assignment',
    'PL/pgSQL function outer_one() line 7 at PERFORM',
  ].join('\n');
  expect(raisedIn(context)).toBe('inner_one(integer) line 4');
});

test.each([
  null,
  undefined,
  '',
  'PL/pgSQL-Funktion inline_code_block Zeile 9 bei RAISE',
  'SQL function "f" statement 1',
])('none in %j', context => {
  expect(raisedIn(context)).toBeNull();
});
