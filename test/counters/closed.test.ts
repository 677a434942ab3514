import { describe, expect, test } from 'vitest';
import { told } from './tell.ts';

// What a body says and a reader does not understand is never taken for nothing: right counts would be called wrong.

const tables = `
  CREATE TABLE posts (id integer PRIMARY KEY, parent_id integer REFERENCES posts, c integer, cap integer);
  CREATE TABLE users (id integer PRIMARY KEY);
  CREATE TABLE recs (id integer PRIMARY KEY, post_id integer REFERENCES posts, moved_to integer REFERENCES posts, ok boolean,
    sure boolean NOT NULL, kind text, n integer, user_id integer REFERENCES users);`;

/** What a trigger on recs says of the count, with SQL that is run before. */
function triggered(
  body: string,
  { fires = 'INSERT', before = '', level = 'FOR EACH ROW', timing = 'AFTER' } = {},
): string {
  const [only = 'nothing', ...others] = told(`${tables} ${before}
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE r record; k integer; BEGIN ${body} RETURN NULL; END $body$;
    CREATE TRIGGER t ${timing} ${fires} ON recs ${level} EXECUTE FUNCTION f();`);
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
    ['count(ARRAY[kind])', 'recs by post_id = id'],
    ["count(concat(kind, 'a'))", 'recs by post_id = id'],
    ["count(format('%s', kind))", 'recs by post_id = id'],
    ['count(format(kind))', 'no, counts only where NOT (format(recs.kind) IS NULL).'],
    ['count(num_nonnulls(kind, ok))', 'recs by post_id = id'],
    ["count(coalesce(lower(kind), ''))", 'recs by post_id = id'],
    ['count(n + user_id)', 'no, counts only where NOT (recs.n + recs.user_id IS NULL).'],
    ['count(DISTINCT id)', 'recs by post_id = id'],
    [
      'count(DISTINCT user_id)',
      'no, sets it to count(DISTINCT recs.user_id), which is neither a number of records nor the sum of one column.',
    ],
    ['CASE WHEN count(*) > 10 THEN count(*) ELSE 0 END', 'no, counts only where count(*) > 10.'],
    ['CASE WHEN count(*) > 0 THEN count(*) ELSE 0 END', 'recs by post_id = id'],
    ['CASE WHEN count(*) IS NULL THEN 0 ELSE count(*) END', 'recs by post_id = id'],
    ['nullif(count(*), 0)', 'recs by post_id = id'],
    ['count(ROW(ok, kind))', 'recs by post_id = id'],
    ['count(recs)', 'recs by post_id = id'],
    ['count(recs.*)', 'recs by post_id = id'],
    ['CASE WHEN sum(n) IS NULL THEN 0 ELSE sum(n) END', 'sum of recs.n by post_id = id'],
    ['CASE WHEN sum(n) > 0 THEN sum(n) ELSE 0 END', 'no, counts only where sum(recs.n) > 0.'],
  ];
  test.each(each)('%s', (value, expected) => {
    const body = `UPDATE posts p SET c = (SELECT ${value} FROM recs WHERE post_id = p.id) WHERE id IN (OLD.post_id, NEW.post_id);`;
    expect(triggered(body, { fires: 'INSERT OR UPDATE OR DELETE' })).toBe(expected);
  });
});

describe('what a recount compares with the record that fired', () => {
  const counted: [asked: string, expected: string][] = [
    ['true', 'recs by post_id = id'],
    ['r.post_id = NEW.post_id', 'recs by post_id = id'],
    ['kind = NEW.kind', 'no, counts only where recs.kind = NEW.kind.'],
    ["kind = 'a' AND kind = NEW.kind", 'no, counts only where recs.kind = NEW.kind.'],
    [
      'kind IS NOT DISTINCT FROM NEW.kind',
      'no, counts only where NOT (recs.kind IS DISTINCT FROM NEW.kind).',
    ],
    ['(ok OR kind = NEW.kind)', 'no, counts only where recs.ok OR recs.kind = NEW.kind.'],
    ['n >= NEW.n', 'no, counts only where recs.n >= NEW.n.'],
    ['n BETWEEN NEW.n AND 10', 'no, counts only where recs.n >= NEW.n.'],
    ["kind IN (NEW.kind, 'a')", "no, counts only where recs.kind = NEW.kind OR recs.kind = 'a'."],
    ['coalesce(kind = NEW.kind, true)', 'no, counts only where COALESCE(recs.kind = NEW.kind, true).'],
    ['p.cap = NEW.user_id', 'no, counts only where posts.cap = NEW.user_id.'],
    ['p.cap > NEW.n', 'no, counts only where posts.cap > NEW.n.'],
    ['r.post_id = NEW.moved_to', 'no, counts only where recs.post_id = NEW.moved_to.'],
    ['r.post_id = abs(NEW.n)', 'no, counts only where recs.post_id = abs(NEW.n).'],
    ['n >= k', 'no, counts only where recs.n >= NEW.n.'],
  ];
  test.each(counted)('%s', (asked, expected) => {
    const body = `k := NEW.n;
      UPDATE posts p SET c = (SELECT count(*) FROM recs r WHERE r.post_id = p.id AND ${asked}) WHERE p.id = NEW.post_id;`;
    expect(triggered(body, { fires: 'INSERT OR UPDATE' }).replace('Line 2 of public.f() ', '')).toBe(
      expected,
    );
  });
  const each: [body: string, expected: string][] = [
    [
      'SET c = (SELECT count(*) FROM recs WHERE post_id = p.id AND post_id = NEW.post_id)',
      'no, counts only where recs.post_id = NEW.post_id.',
    ],
    [
      'SET c = (SELECT count(*) FILTER (WHERE n > NEW.n) FROM recs WHERE post_id = NEW.post_id) WHERE id = NEW.post_id',
      'no, counts only where recs.n > NEW.n.',
    ],
    [
      'SET c = (SELECT sum(CASE WHEN n > NEW.n THEN 1 ELSE 0 END) FROM recs WHERE post_id = NEW.post_id) WHERE id = NEW.post_id',
      'no, counts only where recs.n > NEW.n.',
    ],
    [
      'SET c = s.k FROM (SELECT post_id, count(*) AS k FROM recs WHERE n > NEW.n GROUP BY 1) s WHERE s.post_id = p.id AND p.id = NEW.post_id',
      'no, counts only where recs.n > NEW.n.',
    ],
    [
      'SET c = s.k FROM (SELECT post_id, count(*) AS k FROM recs WHERE post_id = NEW.post_id GROUP BY 1) s WHERE s.post_id = p.id',
      'recs by post_id = id',
    ],
  ];
  test.each(each)('%s', (set, expected) => {
    expect(triggered(`UPDATE posts p ${set};`, { fires: 'INSERT OR UPDATE' })).toBe(expected);
  });
  test('a constant that it is known to be', () => {
    const body = `IF NEW.kind = 'a' THEN UPDATE posts SET c = (SELECT count(*) FROM recs
      WHERE post_id = NEW.post_id AND kind IS NOT DISTINCT FROM NEW.kind) WHERE id = NEW.post_id; END IF;`;
    expect(triggered(body, { fires: 'INSERT OR UPDATE' })).toBe("recs by post_id = id where kind = 'a'");
  });
  const through: [asked: string, unique: string, expected: string][] = [
    [
      'JOIN items i ON i.id = r.item_id WHERE i.post_id = p.id',
      '',
      'recs by item_id = id through items (id to post_id)',
    ],
    [
      'JOIN items i ON i.id = r.item_id WHERE i.post_id = p.id AND i.id = NEW.item_id',
      '',
      'counts only where items.id = NEW.item_id.',
    ],
    ['WHERE r.item_id = NEW.item_id', '', 'counts only where recs.item_id = NEW.item_id.'],
    ['WHERE r.item_id = NEW.item_id', 'UNIQUE', 'recs by item_id = id through items (id to post_id)'],
  ];
  test.each(through)('%s %s', (asked, unique, expected) => {
    const [line] = told(`CREATE TABLE posts (id integer PRIMARY KEY, c integer);
      CREATE TABLE items (id integer PRIMARY KEY, post_id integer ${unique} REFERENCES posts);
      CREATE TABLE recs (id integer PRIMARY KEY, item_id integer REFERENCES items);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE posts p SET c = (SELECT count(*) FROM recs r ${asked}) WHERE id = (SELECT post_id FROM items WHERE id = NEW.item_id);
      RETURN NULL; END $$;
      CREATE TRIGGER t AFTER INSERT OR UPDATE ON recs FOR EACH ROW EXECUTE FUNCTION f();`);
    expect(line).toContain(expected);
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
    ['id IN (SELECT NEW.post_id LIMIT 1)', 'recs by post_id = id, keeps'],
    ['id IN (SELECT NEW.post_id OFFSET 0)', 'recs by post_id = id, keeps'],
    ['id IN (SELECT NEW.post_id LIMIT 0)', 'no, Its condition is never true: see public.f().'],
    ['id = (SELECT NEW.post_id LIMIT 0)', 'nothing'],
    ['id IN (SELECT NEW.post_id OFFSET 1)', 'no, depends on OFFSET leaves a row.'],
    ['id = (SELECT post_id FROM recs WHERE id = NEW.id OFFSET 1)', 'no, depends on OFFSET leaves a row.'],
    ['id IN (SELECT NEW.post_id UNION SELECT OLD.post_id LIMIT 1)', 'no, finds the row by a query.'],
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

describe('what it does after EXIT', () => {
  const up = 'UPDATE posts SET c = c + 1 WHERE id = NEW.post_id;';
  const parent =
    'UPDATE posts SET c = c + 1 WHERE id = (SELECT parent_id FROM posts WHERE id = NEW.post_id);';
  const make = 'INSERT INTO posts (id) VALUES (NEW.post_id) ON CONFLICT DO NOTHING;';
  const each: [body: string, expected: string][] = [
    [`LOOP ${up} EXIT; END LOOP;`, 'recs by post_id = id, keeps'],
    [`LOOP EXIT; END LOOP; ${up}`, 'recs by post_id = id, keeps'],
    [`LOOP IF NEW.ok THEN ${up} EXIT; ELSE EXIT; END IF; END LOOP;`, 'recs by post_id = id where ok IS TRUE'],
    [`LOOP IF NEW.ok THEN ${up} EXIT; ELSE CONTINUE; END IF; END LOOP;`, 'no, depends on a loop.'],
    [`LOOP ${up} EXIT WHEN FOUND; ${make} END LOOP;`, 'recs by post_id = id, keeps'],
    [`LOOP ${up} IF FOUND THEN RETURN NULL; END IF; ${make} END LOOP;`, 'recs by post_id = id, keeps'],
    [`LOOP ${up} CONTINUE WHEN NOT FOUND; EXIT; END LOOP;`, 'recs by post_id = id, keeps'],
    [`LOOP ${up} EXIT; END LOOP; ${parent}`, 'no, Its records refer to rows in more than one way.'],
    [
      `LOOP ${up} EXIT WHEN FOUND; ${make} END LOOP; ${parent}`,
      'no, Its records refer to rows in more than one way.',
    ],
    [`k := 0; LOOP ${up} k := k + 1; EXIT WHEN k > 2; END LOOP;`, 'no, depends on a loop.'],
    [`k := 0; LOOP k := k + 1; ${up} CONTINUE WHEN k < 2; EXIT; END LOOP;`, 'no, depends on a loop.'],
    [`<<b>> BEGIN IF NEW.ok THEN EXIT b; END IF; END; ${up}`, 'recs by post_id = id, keeps'],
    [`<<b>> BEGIN IF NEW.ok THEN EXIT b; END IF; ${up} END;`, 'recs by post_id = id where ok IS NOT TRUE'],
    [
      `<<b>> BEGIN IF NEW.ok THEN EXIT b; END IF; ${up} END; ${parent}`,
      'no, Its records refer to rows in more than one way.',
    ],
    [
      `<<b>> BEGIN k := NEW.post_id; IF NEW.ok THEN EXIT b; END IF; k := NEW.moved_to; END; UPDATE posts SET c = c + 1 WHERE id = k;`,
      'no, finds the row by posts.id = CASE.',
    ],
    [
      `<<a>> BEGIN <<b>> BEGIN IF NEW.ok THEN EXIT a; END IF; EXIT b; END; ${up} END;`,
      'recs by post_id = id where ok IS NOT TRUE',
    ],
    [
      `<<a>> BEGIN <<b>> BEGIN IF NEW.ok THEN RETURN NULL; END IF; EXIT b WHEN NEW.sure; END; ${up} END;`,
      'recs by post_id = id where ok IS NOT TRUE',
    ],
    [
      `FOR r IN SELECT NEW.post_id AS p LOOP UPDATE posts SET c = c + 1 WHERE id = r.p; END LOOP;`,
      'recs by post_id = id, keeps',
    ],
    [
      `FOR r IN SELECT NEW.post_id AS p LOOP CONTINUE WHEN NEW.ok; UPDATE posts SET c = c + 1 WHERE id = r.p; END LOOP;`,
      'recs by post_id = id where ok IS NOT TRUE',
    ],
    [
      `FOR r IN SELECT NEW.post_id AS p LOOP UPDATE posts SET c = c + 1 WHERE id = r.p; EXIT; END LOOP;`,
      'no, depends on a loop.',
    ],
    [
      `FOR r IN SELECT id FROM users LOOP IF r.id = 1 THEN RETURN NULL; END IF; END LOOP; ${up}`,
      'no, depends on NOT (a loop).',
    ],
  ];
  test.each(each)('%s', (body, expected) => {
    expect(triggered(body)).toBe(expected);
  });
});

describe('what it asks of a record', () => {
  const each: [condition: string, expected: string][] = [
    ['NEW IS DISTINCT FROM NULL', 'recs by post_id = id, keeps'],
    ['NOT (NEW IS NULL)', 'recs by post_id = id, keeps'],
    ['NEW IS NULL', 'nothing'],
    ['NEW IS NOT NULL', 'no, depends on whether every column of NEW is set.'],
    ["NEW.ok::text = 'true'", 'recs by post_id = id where ok IS TRUE'],
    ["NEW.ok::text = 'false'", 'recs by post_id = id where ok IS FALSE'],
    ["NEW.ok::text <> 'true'", 'recs by post_id = id where ok IS FALSE'],
    ["NEW.ok = 't'", 'recs by post_id = id where ok IS TRUE'],
    ['NEW.ok::int = 1', 'recs by post_id = id where ok IS TRUE'],
    ['NEW.n::boolean', 'recs by post_id = id where n <> 0'],
    ["NEW.kind >= 'b'", "recs by post_id = id where kind >= 'b'"],
    ['NEW.kind COLLATE "C" = \'b\'', "recs by post_id = id where kind = 'b'"],
    ['NEW.kind COLLATE "C" >= \'b\'', "no, depends on a text in an order of its own >= 'b'."],
    ['NEW.kind >= \'b\' COLLATE "C"', 'no, depends on NEW.kind >= a text in an order of its own.'],
    ["NEW.kind COLLATE \"C\" BETWEEN 'b' AND 'd'", "no, depends on a text in an order of its own >= 'b'."],
    ["NEW.n::text > '5'", "no, depends on a text in an order of its own > '5'."],
    ["NEW.kind::text > 'b'", "recs by post_id = id where kind > 'b'"],
    ['NEW.kind::numeric > 5', 'no, depends on a cast to numeric > 5.'],
  ];
  test.each(each)('%s', (condition, expected) => {
    const body = `IF ${condition} THEN UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; END IF;`;
    expect(triggered(body)).toBe(expected);
  });
});

describe('what a STRICT function needs', () => {
  const bump = (rest: string) =>
    `CREATE FUNCTION bump(p integer, x text) RETURNS void LANGUAGE sql ${rest} AS $$ UPDATE posts SET c = c + 1 WHERE id = p $$;
     CREATE FUNCTION parent(p integer) RETURNS integer LANGUAGE sql ${rest} AS $$ SELECT post_id FROM recs WHERE id = p $$;
     CREATE FUNCTION other(p integer, x text) RETURNS integer LANGUAGE sql ${rest} AS $$ SELECT p $$;`;
  const by = (row: string) => `UPDATE posts SET c = c + 1 WHERE id = ${row};`;
  const each: [body: string, rest: string, expected: string][] = [
    ['PERFORM bump(NEW.post_id, NEW.kind);', '', 'recs by post_id = id, keeps'],
    ['PERFORM bump(NEW.post_id, NEW.kind);', 'STRICT', 'recs by post_id = id where kind IS NOT NULL'],
    ["PERFORM bump(NEW.post_id, 'x');", 'STRICT', 'recs by post_id = id, keeps'],
    ['PERFORM bump(NEW.post_id, NULL);', 'STRICT', 'nothing'],
    [
      'PERFORM bump(NEW.post_id, lower(NEW.kind));',
      'STRICT',
      'no, public.bump(integer, text) depends on NOT (lower(NEW.kind) IS NULL).',
    ],
    [by("other(NEW.post_id, 'x')"), 'STRICT', 'recs by post_id = id, keeps'],
    [by('other(NEW.post_id, NEW.kind)'), 'STRICT', 'no, finds the row by posts.id = CASE.'],
    [by('parent(NEW.n)'), '', 'recs by n = id through recs (id to post_id), keeps'],
    [by('parent(NEW.n)'), 'STRICT', 'recs by n = id through recs (id to post_id), keeps'],
  ];
  test.each(each)('%s %s', (body, rest, expected) => {
    expect(triggered(body, { before: bump(rest) })).toBe(expected);
  });
});

describe('a limit beyond which it fails', () => {
  const up = 'UPDATE posts SET c = c + NEW.n WHERE id = NEW.post_id AND c + NEW.n <= cap;';
  const right = 'sum of recs.n by post_id = id, keeps';
  const limit = 'no, stops adding to it at a limit.';
  const each: [body: string, expected: string, timing?: string][] = [
    [`${up} IF NOT FOUND THEN RAISE EXCEPTION 'full'; END IF;`, right],
    [`${up} IF FOUND IS FALSE THEN RAISE EXCEPTION 'full'; END IF;`, right],
    [`${up.replace(';', ' RETURNING c INTO STRICT k;')}`, right],
    [`${up.replace(';', ' RETURNING c INTO k;')} IF NOT FOUND THEN RAISE EXCEPTION 'full'; END IF;`, right],
    [`${up} IF NOT FOUND THEN RAISE NOTICE 'full'; END IF;`, limit],
    [
      `WITH w AS (${up.replace(';', ' RETURNING 1')}) SELECT 1 INTO k; IF NOT FOUND THEN RAISE EXCEPTION 'full'; END IF;`,
      limit,
    ],
    [`${up} IF FOUND THEN RAISE EXCEPTION 'full'; END IF;`, limit],
    [`${up} IF NOT FOUND AND NEW.ok THEN RAISE EXCEPTION 'full'; END IF;`, limit],
    [`${up} PERFORM 1; IF NOT FOUND THEN RAISE EXCEPTION 'full'; END IF;`, limit],
    [
      `BEGIN ${up} IF NOT FOUND THEN RAISE EXCEPTION 'full'; END IF; EXCEPTION WHEN OTHERS THEN NULL; END;`,
      limit,
    ],
  ];
  test.each(each)('%s', (body, expected) => {
    expect(triggered(body)).toBe(expected);
  });
});

describe('a limit', () => {
  const each: [set: string, where: string, expected: string][] = [
    ['c + NEW.n', 'c + NEW.n >= 0', 'sum of recs.n by post_id = id, keeps'],
    ['c + NEW.n', 'c IS NOT NULL', 'sum of recs.n by post_id = id, keeps'],
    ['c + NEW.n', 'c + NEW.n <= 10', 'no, stops adding to it at a limit.'],
    ['c + NEW.n', 'c + NEW.n <= cap', 'no, stops adding to it at a limit.'],
    ['c + NEW.n', 'cap - c >= NEW.n', 'no, stops adding to it at a limit.'],
    ['c + 1', 'c < cap', 'no, stops adding to it at a limit.'],
    ['c + 1', 'c >= 0', 'recs by post_id = id, keeps'],
    ['CASE WHEN c + NEW.n <= cap THEN c + NEW.n ELSE c END', 'true', 'no, stops adding to it at a limit.'],
    ['CASE WHEN c IS NULL THEN 1 ELSE c + 1 END', 'true', 'recs by post_id = id, keeps'],
  ];
  test.each(each)('%s where %s', (set, where, expected) => {
    expect(triggered(`UPDATE posts SET c = ${set} WHERE id = NEW.post_id AND ${where};`)).toBe(expected);
  });
});

test('a record that is not NULL has no column that is', () => {
  const ddl = (n: string) => `CREATE TABLE posts (id integer PRIMARY KEY, c integer);
    CREATE TABLE recs (id integer PRIMARY KEY, post_id integer NOT NULL REFERENCES posts, n integer ${n});
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW IS NOT NULL THEN UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; END IF; RETURN NULL; END $$;
    CREATE TRIGGER t AFTER INSERT ON recs FOR EACH ROW EXECUTE FUNCTION f();`;
  expect(told(ddl(''))).toEqual(['posts.c: recs by post_id = id where n IS NOT NULL']);
  expect(told(ddl('NOT NULL'))).toEqual(['posts.c: recs by post_id = id, keeps']);
});

test('a change of an amount that is asked for is no condition', () => {
  const guarded = (condition: string) =>
    triggered(
      `IF ${condition} THEN UPDATE posts SET c = c + coalesce(NEW.n, 0) - coalesce(OLD.n, 0) WHERE id = coalesce(NEW.post_id, OLD.post_id); END IF;`,
      { fires: 'INSERT OR UPDATE OR DELETE' },
    );
  expect(guarded('true')).toEqual('sum of recs.n by post_id = id');
  expect(guarded('coalesce(NEW.n, 0) <> coalesce(OLD.n, 0)')).toEqual('sum of recs.n by post_id = id');
  expect(guarded('NEW.n IS DISTINCT FROM OLD.n')).toEqual('sum of recs.n by post_id = id');
  expect(guarded('coalesce(NEW.n, 0) > coalesce(OLD.n, 0)')).toEqual(
    'no, Its triggers count different records: see public.f().',
  );
});

describe('what a trigger counts before it refuses the row', () => {
  const refused = 'writes it, and then keeps what happens from happening';
  test.each([
    [
      'IF NEW.ok THEN UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; RETURN NULL; END IF; RETURN NEW;',
      true,
    ],
    ['UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; RETURN NULL;', true],
    [
      'UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; IF NOT FOUND THEN RETURN NULL; END IF; RETURN NEW;',
      false,
    ],
    [
      'IF NEW.ok THEN UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; RETURN NEW; END IF; RETURN NULL;',
      false,
    ],
    [
      'IF NEW.ok THEN RETURN NULL; END IF; UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; RETURN NEW;',
      false,
    ],
  ])('%s', (body, isRefused) => {
    const said = triggered(body, { timing: 'BEFORE' });
    if (isRefused) expect(said).toContain(refused);
    else expect(said).not.toContain(refused);
  });
});

test.each([
  [
    "UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; IF NEW.kind = 'x' THEN RETURN NULL; END IF; RETURN NEW;",
  ],
  [
    'UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; UPDATE recs SET n = n + 1 WHERE post_id = NEW.post_id AND kind = NEW.kind; IF FOUND THEN RETURN NULL; END IF; RETURN NEW;',
  ],
  [
    'IF NEW.ok THEN UPDATE posts SET c = c + 1 WHERE id = NEW.post_id; END IF; IF NEW.n = 0 THEN RETURN NULL; END IF; RETURN NEW;',
  ],
])('what is counted and perhaps refused then is doubted: %s', body =>
  expect(triggered(body, { timing: 'BEFORE' })).toContain('likely'),
);

describe('clauses of MERGE', () => {
  const each: [clauses: string, expected: string][] = [
    ['WHEN MATCHED THEN UPDATE SET c = c + 1', 'recs by post_id = id, keeps'],
    [
      'WHEN MATCHED AND NEW.ok THEN DO NOTHING WHEN MATCHED THEN UPDATE SET c = c + 1',
      'recs by post_id = id where ok IS NOT TRUE',
    ],
    ['WHEN MATCHED THEN DO NOTHING WHEN MATCHED THEN UPDATE SET c = c + 1', 'nothing'],
    [
      'WHEN NOT MATCHED THEN DO NOTHING WHEN MATCHED THEN UPDATE SET c = c + 1',
      'recs by post_id = id, keeps',
    ],
  ];
  test.each(each)('%s', (clauses, expected) => {
    expect(triggered(`MERGE INTO posts p USING (SELECT NEW.post_id AS x) s ON p.id = s.x ${clauses};`)).toBe(
      expected,
    );
  });
});

describe('groups of a recount that is joined', () => {
  const each: [query: string, expected: string][] = [
    ['SELECT post_id AS x, count(*) AS k FROM recs GROUP BY 1', 'recs by post_id = id'],
    [
      'SELECT post_id AS x, user_id, count(*) AS k FROM recs GROUP BY 1, 2',
      'no, sets it to one of several groups of its records.',
    ],
    [
      'SELECT q.id AS x, q.cap, count(*) AS k FROM posts q JOIN recs r ON r.post_id = q.id GROUP BY q.id, q.cap',
      'recs by post_id = id',
    ],
  ];
  test.each(each)('%s', (query, expected) => {
    const body = `UPDATE posts p SET c = s.k FROM (${query}) s WHERE s.x = p.id AND p.id = NEW.post_id;`;
    expect(triggered(body).split('\n')[0]?.replace(', keeps', '')).toBe(expected);
  });
});

describe('what a statement joins with rows that it has locked', () => {
  const lock = (more: string) =>
    `WITH locked AS (SELECT id FROM posts WHERE id IN (SELECT post_id FROM nn) ORDER BY id ${more})`;
  const grouped = '(SELECT post_id, count(*) AS k FROM nn GROUP BY 1)';
  const joined =
    '(SELECT post_id, count(*) AS k FROM nn JOIN locked l ON l.id = nn.post_id GROUP BY 1) s WHERE s.post_id = p.id';
  const up = 'UPDATE posts p SET c = c + s.k FROM';
  const read = 'recs by post_id = id, keeps';
  const each: [body: string, expected: string][] = [
    [`${lock('FOR UPDATE')} ${up} ${joined}`, read],
    [`${lock('FOR UPDATE')} ${up} locked l JOIN ${grouped} s ON s.post_id = l.id WHERE p.id = l.id`, read],
    [
      `WITH s AS ${grouped}, locked AS (SELECT p.id, s.k FROM posts p JOIN s ON s.post_id = p.id ORDER BY p.id FOR UPDATE OF p) ${up} locked s WHERE p.id = s.id`,
      read,
    ],
    [
      `${up} ${grouped} s WHERE p.id = s.post_id AND p.id IN (SELECT id FROM posts WHERE id IN (SELECT post_id FROM nn) ORDER BY id FOR UPDATE)`,
      read,
    ],
    [
      `${up} (SELECT q.id, count(*) AS k FROM nn JOIN posts q ON q.id = nn.post_id GROUP BY q.id) s WHERE p.id = s.id`,
      read,
    ],
    // Not all of them, or not of these.
    [`${lock('FOR UPDATE SKIP LOCKED')} ${up} ${joined}`, `${read}, likely`],
    [
      `${lock('FOR UPDATE SKIP LOCKED')} ${up} locked l JOIN ${grouped} s ON s.post_id = l.id WHERE p.id = l.id`,
      `${read}, likely`,
    ],
    [
      `${lock('LIMIT 9 FOR UPDATE')} ${up} locked l JOIN ${grouped} s ON s.post_id = l.id WHERE p.id = l.id`,
      `${read}, likely`,
    ],
    [`${lock('FOR UPDATE').replace('WHERE', 'WHERE cap > 0 AND')} ${up} ${joined}`, `${read}, likely`],
    [
      `${lock('FOR UPDATE').replace('WHERE', 'WHERE c < 9 AND')} ${up} ${joined}`,
      'no, stops adding to it at a limit.',
    ],
    [
      `${lock('FOR UPDATE').replace('FROM nn', 'FROM nn WHERE ok')} ${up} ${joined}`,
      'no, depends on a query.',
    ],
    [`${lock('FOR UPDATE').replace('post_id', 'moved_to')} ${up} ${joined}`, 'no, depends on a query.'],
    [
      `${lock('FOR UPDATE').replace(' WHERE id IN (SELECT post_id FROM nn)', '')} ${up} ${joined.replace('nn.post_id', 'nn.moved_to')}`,
      'no, depends on posts.id = NEW.moved_to.',
    ],
    [
      `WITH locked AS (SELECT q.id FROM posts q JOIN nn ON nn.post_id = q.id FOR UPDATE OF q) ${up} ${joined}`,
      'no, counts recs together with rows of recs.',
    ],
    [
      `${up} (SELECT a.post_id, count(*) AS k FROM nn a JOIN nn b USING (post_id) GROUP BY 1) s WHERE p.id = s.post_id`,
      'no, counts recs together with rows of recs.',
    ],
    [
      `${up} (SELECT x.post_id, x.k FROM ${grouped} x JOIN posts q ON q.id = x.post_id WHERE q.cap > 3) s WHERE p.id = s.post_id`,
      `${read}, likely`,
    ],
    [
      `${up} ${grouped} s WHERE p.id = s.post_id AND p.id IN (SELECT id FROM posts ORDER BY id LIMIT 9)`,
      'no, depends on a query.',
    ],
  ];
  const level = 'REFERENCING NEW TABLE AS nn FOR EACH STATEMENT';
  test.each(each)('%s', (body, expected) => {
    expect(triggered(`${body};`, { level })).toBe(expected);
  });
});
