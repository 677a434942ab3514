import { describe, expect, test } from 'vitest';
import { told } from './tell.ts';

// What a body says and a reader does not understand is never taken for nothing: right counts would be called wrong.

const tables = `
  CREATE TABLE posts (id integer PRIMARY KEY, parent_id integer REFERENCES posts, c integer, cap integer);
  CREATE TABLE users (id integer PRIMARY KEY);
  CREATE TABLE recs (id integer PRIMARY KEY, post_id integer REFERENCES posts, moved_to integer REFERENCES posts, ok boolean,
    sure boolean NOT NULL, kind text, n integer, user_id integer REFERENCES users);`;

/** What a trigger on recs says of the count, with SQL that is run before. */
function triggered(body: string, { fires = 'INSERT', before = '', level = 'FOR EACH ROW' } = {}): string {
  const [only = 'nothing', ...others] = told(`${tables} ${before}
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE r record; k integer; BEGIN ${body} RETURN NULL; END $body$;
    CREATE TRIGGER t AFTER ${fires} ON recs ${level} EXECUTE FUNCTION f();`);
  return [only, ...others].join('\n').replaceAll('posts.c: ', '').replaceAll('Line 1 of public.f() ', '');
}

describe('what a recount counts', () => {
  const each: [value: string, expected: string][] = [
    ['count(*)', 'recs by post_id = id'],
    ['count(1)', 'recs by post_id = id'],
    ['count(id)', 'recs by post_id = id'],
    ['count(sure)', 'recs by post_id = id'],
    ['count(ok)', 'recs by post_id = id where ok IS NOT NULL'],
    ['count(ok OR NULL)', 'recs by post_id = id where ok IS TRUE'],
    ["count(kind = 'f' OR NULL)", "recs by post_id = id where kind = 'f'"],
    ['count(nullif(ok, false))', 'recs by post_id = id where ok IS TRUE'],
    ["count(nullif(kind, 'g'))", "recs by post_id = id where kind <> 'g'"],
    ['count(CASE WHEN ok THEN 1 END)', 'recs by post_id = id where ok IS TRUE'],
    ['count(CASE WHEN ok THEN 0 END)', 'recs by post_id = id where ok IS TRUE'],
    ['count(CASE WHEN n > 1 THEN ok END)', 'recs by post_id = id where n > 1 AND ok IS NOT NULL'],
    [
      '1 * count(CASE WHEN ok THEN 1 END)',
      'no, sets it to count(CASE), which is neither a number of records nor the sum of one column.',
    ],
    ['count(lower(kind))', 'no, counts only where NOT (lower(recs.kind) IS NULL).'],
    ['count(n + user_id)', 'no, counts only where NOT (recs.n + recs.user_id IS NULL).'],
    ['count(DISTINCT id)', 'recs by post_id = id'],
    [
      'count(DISTINCT user_id)',
      'no, sets it to count(DISTINCT recs.user_id), which is neither a number of records nor the sum of one column.',
    ],
    ['CASE WHEN count(*) > 10 THEN count(*) ELSE 0 END', 'no, counts only where count(*) > 10.'],
    ['CASE WHEN count(*) > 0 THEN count(*) ELSE 0 END', 'recs by post_id = id'],
    ['CASE WHEN count(*) IS NULL THEN 0 ELSE count(*) END', 'recs by post_id = id'],
    ['CASE WHEN sum(n) IS NULL THEN 0 ELSE sum(n) END', 'sum of recs.n by post_id = id'],
    ['CASE WHEN sum(n) > 0 THEN sum(n) ELSE 0 END', 'no, counts only where sum(recs.n) > 0.'],
  ];
  test.each(each)('%s', (value, expected) => {
    const body = `UPDATE posts p SET c = (SELECT ${value} FROM recs WHERE post_id = p.id) WHERE id IN (OLD.post_id, NEW.post_id);`;
    expect(triggered(body, { fires: 'INSERT OR UPDATE OR DELETE' })).toBe(expected);
  });
});

describe('what a statement adds', () => {
  const each: [value: string, where: string, expected: string][] = [
    ['count(*)', '', 'recs by post_id = id, keeps'],
    ['count(sure)', '', 'recs by post_id = id, keeps'],
    ['count(kind)', '', 'recs by post_id = id where kind IS NOT NULL'],
    ['count(ok OR NULL)', '', 'recs by post_id = id where ok IS TRUE'],
    ['count(lower(kind))', '', 'no, depends on NOT (lower(NEW.kind) IS NULL).'],
    ['count(*)', 'HAVING count(*) > 0', 'recs by post_id = id, keeps'],
    ['count(kind)', 'HAVING count(kind) > 0', 'recs by post_id = id where kind IS NOT NULL'],
    ['count(*)', 'HAVING count(kind) > 0', 'no, depends on HAVING is true.'],
    ['count(*)', 'HAVING count(*) FILTER (WHERE ok) > 0', 'no, depends on HAVING is true.'],
  ];
  test.each(each)('%s %s', (value, having, expected) => {
    const body = `UPDATE posts p SET c = c + s.k FROM (SELECT post_id, ${value} AS k FROM nn GROUP BY post_id ${having}) s WHERE s.post_id = p.id;`;
    expect(triggered(body, { level: 'REFERENCING NEW TABLE AS nn FOR EACH STATEMENT' })).toBe(expected);
  });
});
