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

describe('which row it finds', () => {
  const each: [where: string, expected: string][] = [
    ['id = NEW.post_id', 'recs by post_id = id, keeps'],
    ['id = coalesce(NEW.post_id, OLD.post_id)', 'recs by post_id = id, keeps'],
    ['id = coalesce(NEW.post_id, 0)', 'recs by post_id = id, keeps'],
    [
      'id = coalesce(NEW.moved_to, NEW.post_id)',
      'no, finds the row by posts.id = COALESCE(NEW.moved_to, NEW.post_id).',
    ],
    [
      'id = coalesce((SELECT parent_id FROM posts WHERE id = NEW.post_id), NEW.post_id)',
      'no, finds the row by posts.id = COALESCE(posts.parent_id, NEW.post_id).',
    ],
    [
      'id = NEW.post_id AND parent_id = coalesce(NEW.n, 5)',
      'no, depends on posts.parent_id = COALESCE(NEW.n, 5).',
    ],
    ['id = NEW.post_id AND parent_id = NEW.n + 1', 'no, depends on posts.parent_id = NEW.n + 1.'],
    ['id = NEW.post_id AND parent_id = cap', 'recs by post_id = id, keeps, likely'],
    ['id IN (SELECT NEW.post_id)', 'recs by post_id = id, keeps'],
    ['id IN (SELECT NEW.post_id UNION SELECT OLD.post_id)', 'recs by post_id = id, keeps'],
    ['id IN (SELECT NEW.post_id UNION SELECT NEW.moved_to)', 'no, finds the row by a query.'],
    [
      'id IN (SELECT NEW.post_id UNION SELECT parent_id FROM posts WHERE id = NEW.post_id)',
      'no, finds the row by a query.',
    ],
    ['id IN (VALUES (NEW.post_id), (NEW.moved_to))', 'no, finds the row by a query.'],
    ['id IN (SELECT NEW.post_id WHERE NEW.ok)', 'recs by post_id = id where ok IS TRUE'],
  ];
  test.each(each)('%s', (where, expected) => {
    expect(triggered(`UPDATE posts SET c = c + 1 WHERE ${where};`)).toBe(expected);
  });
});

describe('which rows a statement finds', () => {
  const each: [where: string, expected: string][] = [
    ['id IN (SELECT post_id FROM nn)', 'recs by post_id = id, keeps'],
    ['id IN (SELECT post_id FROM nn WHERE post_id IS NOT NULL)', 'recs by post_id = id, keeps'],
    ['EXISTS (SELECT 1 FROM nn WHERE nn.post_id = p.id)', 'recs by post_id = id, keeps'],
    ['id IN (SELECT post_id FROM nn WHERE ok)', 'no, depends on a query.'],
    ['EXISTS (SELECT 1 FROM nn WHERE nn.post_id = p.id AND ok)', 'no, depends on a query.'],
    ['id IN (SELECT post_id FROM nn LIMIT 1)', 'no, depends on a query.'],
    ['id IN (SELECT moved_to FROM nn)', 'no, depends on a query.'],
    ['id IN (SELECT post_id FROM nn GROUP BY post_id HAVING count(*) > 1)', 'no, depends on a query.'],
  ];
  test.each(each)('%s', (where, expected) => {
    const body = `UPDATE posts p SET c = c + (SELECT count(*) FROM nn WHERE nn.post_id = p.id) WHERE ${where};`;
    expect(triggered(body, { level: 'REFERENCING NEW TABLE AS nn FOR EACH STATEMENT' })).toBe(expected);
  });
});
