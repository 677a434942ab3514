import { describe, expect, test } from 'vitest';
import { told } from './tell.ts';

// Ways through a body that are easily taken for another.

const tables = `
  CREATE TABLE users (id integer PRIMARY KEY);
  CREATE TABLE posts (id integer PRIMARY KEY, c integer, cap integer);
  CREATE TABLE recs (id integer PRIMARY KEY, post_id integer REFERENCES posts, ok boolean, sure boolean NOT NULL, kind text, n integer,
    user_id integer REFERENCES users, at timestamptz, amount numeric);
  CREATE TABLE picked (user_id integer PRIMARY KEY);
  CREATE TABLE stats (post_id integer PRIMARY KEY REFERENCES posts, c integer);`;
const up = 'UPDATE posts SET c = c + 1 WHERE id = NEW.post_id;';
const all = 'recs by post_id = id, keeps';

interface How {
  before?: string;
  declare?: string;
  level?: string;
  timing?: string;
}

function triggered(
  body: string,
  { before = '', declare = '', level = 'ROW', timing = 'AFTER' }: How = {},
): string {
  const referencing = level === 'STATEMENT' ? 'REFERENCING NEW TABLE AS new_rows' : '';
  return told(`${tables} ${before}
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE r record; s record; k integer; b boolean; v text; ${declare} BEGIN ${body} RETURN NEW; END $body$;
    CREATE TRIGGER t ${timing} INSERT ON recs ${referencing} FOR EACH ${level} EXECUTE FUNCTION f();`)
    .join('\n')
    .replace('posts.c: ', '');
}

const bump = `CREATE FUNCTION bump(p integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET c = c + 1 WHERE id = p; RETURN 1; END $$;`;
const throws = `CREATE FUNCTION h(x text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF x = 'a' THEN RAISE EXCEPTION 'a'; END IF; END $$;
  CREATE FUNCTION g(x text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM h(x); END $$;
  CREATE PROCEDURE p(x text) LANGUAGE plpgsql AS $$ BEGIN PERFORM h(x); END $$;`;

test.each([
  ['a variable that keeps as many decimals', 'numeric(12,2)', 'posts.c: sum of recs.amount by post_id = id'],
  [
    'one that keeps fewer',
    'numeric(12,1)',
    'posts.c: no, Line 2 of public.f() sets it to a cast to numeric, which is neither a number of records nor the sum of one column.',
  ],
])('a sum by way of %s', (_, type, expected) => {
  const lines = told(`CREATE TABLE posts (id integer PRIMARY KEY, c numeric(12,2));
    CREATE TABLE recs (id integer PRIMARY KEY, post_id integer REFERENCES posts, amount numeric(10,2));
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE v ${type}; BEGIN
      SELECT coalesce(sum(amount), 0.00) INTO v FROM recs WHERE post_id = NEW.post_id; UPDATE posts SET c = v WHERE id = NEW.post_id; RETURN NULL; END $$;
    CREATE TRIGGER t AFTER INSERT ON recs FOR EACH ROW EXECUTE FUNCTION f();`);
  expect(lines).toEqual([expected]);
});

test('an amount of any number of decimals is doubted where the sum keeps two', () => {
  const lines = told(`CREATE TABLE posts (id integer PRIMARY KEY, c numeric(12,2));
    CREATE TABLE recs (id integer PRIMARY KEY, post_id integer REFERENCES posts, amount numeric);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET c = c + NEW.amount WHERE id = NEW.post_id; RETURN NULL; END $$;
    CREATE TRIGGER t AFTER INSERT ON recs FOR EACH ROW EXECUTE FUNCTION f();`);
  expect(lines).toEqual(['posts.c: sum of recs.amount by post_id = id, keeps, likely']);
});

test.each([
  ['beyond which it stores none', '', 'posts.c: recs by post_id = id, keeps'],
  ['beyond which it stores some', 'INSERT INTO recs (post_id, user_id) VALUES (p, u);', null],
])('a function has a limit %s', (_, before, expected) => {
  const stored = before === '' ? 'INSERT INTO recs (post_id, user_id) VALUES (p, u);' : '';
  const lines =
    told(`${tables} CREATE FUNCTION act(p integer, u integer) RETURNS boolean LANGUAGE plpgsql AS $$ DECLARE r posts%ROWTYPE; BEGIN ${before}
    SELECT * INTO r FROM posts WHERE id = p FOR UPDATE; IF NOT FOUND OR r.c >= r.cap THEN RETURN false; END IF; ${stored} UPDATE posts SET c = c + 1 WHERE id = p; RETURN true; END $$;`);
  expect(lines).toEqual(expected === null ? [] : [expected]);
});

test('a function that counts anew subtracts what it deletes', () => {
  const lines =
    told(`${tables} CREATE FUNCTION act(p integer, u integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM recs WHERE post_id = p AND user_id = u; IF NOT FOUND THEN INSERT INTO recs (post_id, user_id) VALUES (p, u); END IF;
    UPDATE posts SET c = (SELECT count(*) FROM recs WHERE post_id = p) WHERE id = p; END $$;`);
  expect(lines).toEqual(['posts.c: recs by post_id = id']);
});

test.each([
  ['another trigger stores after it', 'z', 'INSERT', 'NEW.n := coalesce(NEW.n, 0);', ', likely'],
  ['another trigger stores before it', 'a', 'INSERT', 'NEW.n := coalesce(NEW.n, 0);', ''],
  ['another trigger stores for another event', 'z', 'UPDATE', 'NEW.n := coalesce(NEW.n, 0);', ''],
  ['another trigger leaves as it is', 'z', 'INSERT', 'NEW.kind := lower(NEW.kind);', ''],
])('an amount that %s', (_, name, event, body, doubt) => {
  const before = (trigger: string, on: string, does: string) =>
    `CREATE FUNCTION f_${trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${does} RETURN NEW; END $$;
     CREATE TRIGGER ${trigger} BEFORE ${on} ON recs FOR EACH ROW EXECUTE FUNCTION f_${trigger}();`;
  const keep = before('keep', 'INSERT', 'UPDATE posts SET c = c + NEW.n WHERE id = NEW.post_id;');
  expect(told(`${tables} ${keep} ${before(name, event, body)}`)).toEqual([
    `posts.c: sum of recs.n by post_id = id, keeps${doubt}`,
  ]);
});

test.each(['current_participants', 'current_uses', 'version'])(
  'a number that goes up and down is a counter: %s',
  name => {
    const lines = told(`CREATE TABLE posts (id integer PRIMARY KEY, ${name} integer);
    CREATE TABLE recs (id integer PRIMARY KEY, post_id integer REFERENCES posts);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP = 'INSERT' THEN UPDATE posts SET ${name} = ${name} + 1 WHERE id = NEW.post_id; ELSE UPDATE posts SET ${name} = ${name} - 1 WHERE id = OLD.post_id; END IF; RETURN NULL; END $$;
    CREATE TRIGGER t AFTER INSERT OR DELETE ON recs FOR EACH ROW EXECUTE FUNCTION f();`);
    expect(lines).toEqual([`posts.${name}: recs by post_id = id`]);
  },
);

describe('what is read as it is', () => {
  const each: [body: string, expected: string, how?: How][] = [
    [
      'IF NEW.ok THEN NULL; ELSIF bump(NEW.post_id) = 1 THEN NULL; END IF;',
      'recs by post_id = id where ok IS NOT TRUE',
      { before: bump },
    ],
    [
      'SELECT NEW.sure INTO b WHERE NEW.ok; IF b IS NOT TRUE THEN %up END IF;',
      'recs by post_id = id where sure IS NOT TRUE OR ok IS NOT TRUE',
    ],
    [
      'SELECT NEW.sure INTO b WHERE NEW.ok; IF b IS NULL THEN %up END IF;',
      'recs by post_id = id where sure IS NULL OR ok IS NOT TRUE',
    ],
    [
      'SELECT NEW.sure INTO b WHERE NEW.ok; IF b IS DISTINCT FROM true THEN %up END IF;',
      'recs by post_id = id where sure IS NOT TRUE OR ok IS NOT TRUE',
    ],
    [
      'SELECT NEW.sure INTO b WHERE NEW.ok; IF NOT b THEN NULL; ELSE %up END IF;',
      'recs by post_id = id where sure IS NOT FALSE OR ok IS NOT TRUE',
    ],
    ["IF NEW.ok <> 'true' THEN %up END IF;", 'recs by post_id = id where ok IS FALSE'],
    ["IF NEW.ok = 'yes' THEN %up END IF;", 'recs by post_id = id where ok IS TRUE'],
    ["IF NEW.n > '10' THEN %up END IF;", 'recs by post_id = id where n > 10'],
    ["IF NEW.n <> '07' THEN %up END IF;", 'recs by post_id = id where n <> 7'],
    ["IF NEW.n IN ('1', '02') THEN %up END IF;", 'recs by post_id = id where n IN (1, 2)'],
    [
      'UPDATE posts p SET c = (SELECT count(*) FROM recs s WHERE s.post_id = p.id) WHERE p.id = ANY (ARRAY(SELECT NEW.post_id));',
      'recs by post_id = id',
    ],
    ["IF NEW.kind <> ALL ('{}') THEN %up END IF;", all],
    [
      "CASE NEW.kind WHEN 'a' THEN %up WHEN 'b' THEN NULL; END CASE;",
      "recs by post_id = id where kind = 'a'",
    ],
    ["IF NEW.kind IS NULL THEN NEW.kind := 'a'; END IF; %up", all, { timing: 'BEFORE' }],
    [
      'IF NEW.ok THEN k := 1; END IF; UPDATE posts SET c = c + coalesce(k, 0) WHERE id = NEW.post_id;',
      'recs by post_id = id where ok IS TRUE',
    ],
    [
      "BEGIN %up CASE NEW.kind WHEN 'b' THEN NULL; END CASE; EXCEPTION WHEN OTHERS THEN NULL; END;",
      "recs by post_id = id where kind = 'b'",
    ],
    ["v := NEW.ok; IF v <> 't' THEN %up END IF;", 'recs by post_id = id where ok IS NOT NULL'],
    ["v := NEW.ok; IF v = 'true' THEN %up END IF;", 'recs by post_id = id where ok IS TRUE'],
    [
      'FOR r IN SELECT post_id, count(*) AS n FROM new_rows GROUP BY post_id LOOP UPDATE posts SET c = c + r.n WHERE id = r.post_id; END LOOP;',
      all,
      { level: 'STATEMENT' },
    ],
    [
      'FOR r IN SELECT DISTINCT post_id FROM new_rows LOOP SELECT count(*) INTO k FROM new_rows WHERE post_id = r.post_id; UPDATE posts SET c = c + k WHERE id = r.post_id; END LOOP;',
      all,
      { level: 'STATEMENT' },
    ],
    [
      'FOR r IN SELECT id FROM posts WHERE id = NEW.post_id LOOP UPDATE posts SET c = c + 1 WHERE id = r.id; END LOOP;',
      all,
    ],
    [
      'BEGIN %up BEGIN IF NEW.ok THEN RAISE unique_violation; END IF; EXCEPTION WHEN unique_violation THEN NULL; END; EXCEPTION WHEN OTHERS THEN NULL; END;',
      all,
    ],
    // One for all of a statement, which the trigger's findings say.
    [
      'FOR r IN SELECT post_id, count(*) AS n FROM new_rows GROUP BY post_id LOOP UPDATE posts SET c = c + 1 WHERE id = r.post_id; END LOOP;',
      'recs by post_id = id',
      { level: 'STATEMENT' },
    ],
    [
      "BEGIN %up BEGIN IF NEW.ok THEN RAISE division_by_zero; END IF; EXCEPTION WHEN division_by_zero THEN RAISE EXCEPTION 'x'; END; EXCEPTION WHEN OTHERS THEN NULL; END;",
      'recs by post_id = id where ok IS NOT TRUE',
    ],
    [
      'UPDATE posts p SET c = c + 1 FROM (SELECT NEW.post_id AS pid) y LEFT JOIN (SELECT 1 AS one) u ON NEW.ok WHERE p.id = y.pid;',
      all,
    ],
    [
      'UPDATE posts SET c = c + 1 FROM (SELECT NEW.post_id AS pid, NEW.user_id AS u) y LEFT JOIN users u ON u.id = y.u WHERE posts.id = y.pid;',
      all,
    ],
    [
      'FOR r IN SELECT p.id FROM new_rows x LEFT JOIN posts p ON p.id = x.post_id LOOP UPDATE posts SET c = c + 1 WHERE id = r.id; END LOOP;',
      all,
      { level: 'STATEMENT' },
    ],
    [
      'UPDATE posts SET c = c + 1 FROM (SELECT s.post_id FROM (SELECT NEW.post_id WHERE NEW.sure) s RIGHT JOIN (SELECT 1) o ON NEW.ok) y WHERE posts.id = NEW.post_id;',
      all,
    ],
    ['IF EXISTS (SELECT 1 WHERE NEW.ok) THEN %up END IF;', 'recs by post_id = id where ok IS TRUE'],
    ['IF NOT EXISTS (SELECT WHERE NEW.ok) THEN %up END IF;', 'recs by post_id = id where ok IS NOT TRUE'],
    ['PERFORM * FROM bump(NEW.post_id);', all, { before: bump }],
    ['IF bump(NEW.post_id) = 1 AND NEW.ok THEN NULL; END IF;', all, { before: bump }],
    [
      'PERFORM bump(post_id) FROM new_rows WHERE ok;',
      'recs by post_id = id where ok IS TRUE',
      { before: bump, level: 'STATEMENT' },
    ],
    // One for all of a group, as above.
    [
      'PERFORM bump(post_id) FROM new_rows GROUP BY post_id;',
      'recs by post_id = id',
      { before: bump, level: 'STATEMENT' },
    ],
    [
      'NEW.n := coalesce(NEW.n, 0); IF NEW.n > 0 THEN %up END IF;',
      'recs by post_id = id where n > 0',
      { timing: 'BEFORE' },
    ],
    [
      'SELECT user_id INTO k FROM picked WHERE user_id = NEW.user_id; IF k IS NULL THEN NULL; END IF; %up',
      all,
    ],
    [
      'UPDATE posts p SET c = c + 1 FROM (SELECT NEW.post_id AS pid) y JOIN (SELECT 1 AS one) u ON NEW.ok WHERE p.id = y.pid;',
      'recs by post_id = id where ok IS TRUE',
    ],
  ];
  test.each(each)('%s', (body, expected, how) => {
    expect(triggered(body.replaceAll('%up', up), how)).toBe(expected);
  });
});

describe('what is not counted as it seems', () => {
  const statement: How = { level: 'STATEMENT' };
  const added = 'UPDATE posts SET c = c + 1 WHERE id = r.post_id;';
  const each: [body: string, how?: How][] = [
    [`BEGIN %up PERFORM g(NEW.kind); EXCEPTION WHEN OTHERS THEN NULL; END;`, { before: throws }],
    [`BEGIN %up CALL p(NEW.kind); EXCEPTION WHEN OTHERS THEN NULL; END;`, { before: throws }],
    ['BEGIN %up k := NEW.kind::integer; EXCEPTION WHEN OTHERS THEN NULL; END;'],
    ['BEGIN %up k := 1 / NEW.n; EXCEPTION WHEN OTHERS THEN NULL; END;'],
    [
      'BEGIN %up m := NEW.kind; EXCEPTION WHEN OTHERS THEN NULL; END;',
      { declare: "m text NOT NULL := 'x';" },
    ],
    ['BEGIN %up m := NEW.kind; EXCEPTION WHEN OTHERS THEN NULL; END;', { declare: 'm varchar(1);' }],
    [
      "b := NEW.kind = 'a'; IF NEW.n = 7 THEN IF b THEN k := 1; ELSE RAISE EXCEPTION 'x'; END IF; END IF; IF b AND k = 2 THEN %up END IF;",
    ],
    [
      'PERFORM 1 FROM posts WHERE id = NEW.post_id; FOR r IN SELECT 1 FROM users WHERE id = NEW.user_id LOOP NULL; END LOOP; IF FOUND THEN %up END IF;',
    ],
    ['k := NEW.n; DECLARE m integer := k; BEGIN IF m IS NULL THEN %up END IF; END;'],
    [
      'DECLARE m integer := 1; BEGIN NULL; END; UPDATE posts SET c = c + m WHERE id = NEW.post_id;',
      { declare: 'm integer := 5;' },
    ],
    ['OPEN cu; FETCH cu INTO k; IF k IS NULL THEN %up END IF;', { declare: 'cu CURSOR FOR SELECT 1;' }],
    ["d := NEW.at; IF d > '2020-01-01' THEN %up END IF;", { declare: 'd date;' }],
    ['k := NEW.amount; UPDATE posts SET c = c + k WHERE id = NEW.post_id;'],
    ['UPDATE posts SET c = c + NEW.amount WHERE id = NEW.post_id;'],
    [
      'FOREACH k IN ARRAY ARRAY[NEW.user_id, NEW.post_id] LOOP EXIT WHEN k IS NULL; UPDATE posts p SET c = (SELECT count(*) FROM recs s WHERE s.post_id = p.id) WHERE id = k; END LOOP;',
    ],
    [
      'IF random() < 0.5 THEN UPDATE posts p SET c = (SELECT count(*) FROM recs s WHERE s.post_id = p.id) WHERE id = NEW.post_id; END IF;',
    ],
    ['UPDATE posts SET c = GREATEST(c + 1, 5) WHERE id = NEW.post_id;'],
    [`FOR r IN SELECT x.* FROM new_rows x LEFT JOIN picked u ON x.ok LOOP ${added} END LOOP;`, statement],
    [`FOR r IN SELECT x.* FROM new_rows x CROSS JOIN picked LOOP ${added} END LOOP;`, statement],
    [`FOR r IN SELECT x.* FROM new_rows x NATURAL JOIN picked LOOP ${added} END LOOP;`, statement],
    [
      `${Array.from({ length: 18 }, (_, n) => `IF NEW.n = ${n} THEN k := k + 1; END IF;`).join(' ')} UPDATE posts SET c = c + k WHERE id = NEW.post_id;`,
    ],
    [
      `v := ''; ${Array.from({ length: 24 }, (_, n) => `IF NEW.n = ${n} THEN v := v || 'x'; END IF;`).join(' ')} IF v = 'k' THEN RETURN NULL; END IF; %up`,
    ],
    [
      `k := 0; FOR r IN SELECT * FROM new_rows LOOP IF k = 0 THEN ${added} END IF; k := 1; END LOOP;`,
      statement,
    ],
    [
      'k := 0; FOR r IN SELECT * FROM new_rows LOOP k := k + 1; UPDATE posts SET c = c + k WHERE id = r.post_id; END LOOP;',
      statement,
    ],
    [
      `FOR r IN SELECT * FROM new_rows LOOP IF k IS DISTINCT FROM r.post_id THEN ${added} END IF; k := r.post_id; END LOOP;`,
      statement,
    ],
    ['FOR r IN SELECT * FROM users LOOP %up END LOOP;'],
    ['FOR r IN SELECT DISTINCT id FROM users LOOP %up END LOOP;'],
    [
      `FOR r IN SELECT * FROM new_rows LOOP FOR s IN SELECT * FROM users LOOP ${added} END LOOP; END LOOP;`,
      statement,
    ],
    [
      `FOR r IN SELECT * FROM new_rows LOOP FOR s IN SELECT * FROM new_rows LOOP ${added} END LOOP; END LOOP;`,
      statement,
    ],
    [`FOR r IN SELECT * FROM new_rows LIMIT 2 LOOP ${added} END LOOP;`, statement],
    [
      'FOR r IN SELECT DISTINCT post_id FROM new_rows WHERE ok LOOP SELECT count(*) INTO k FROM new_rows WHERE post_id = r.post_id; UPDATE posts SET c = c + k WHERE id = r.post_id; END LOOP;',
      statement,
    ],
    [
      'UPDATE posts SET c = c + s.n FROM (SELECT DISTINCT post_id FROM new_rows WHERE ok) x JOIN (SELECT post_id, count(*) AS n FROM new_rows GROUP BY 1) s ON s.post_id = x.post_id WHERE posts.id = x.post_id;',
      statement,
    ],
    [
      'UPDATE posts SET c = c + s.n FROM (SELECT DISTINCT post_id FROM new_rows WHERE ok) x, LATERAL (SELECT count(*) AS n FROM new_rows y WHERE y.post_id = x.post_id) s WHERE posts.id = x.post_id;',
      statement,
    ],
    [
      "BEGIN %up BEGIN IF NEW.ok THEN RAISE EXCEPTION 'x'; END IF; EXCEPTION WHEN unique_violation THEN NULL; END; EXCEPTION WHEN OTHERS THEN NULL; END;",
    ],
    [
      "BEGIN IF NEW.ok THEN RAISE EXCEPTION 'x'; END IF; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS v = MESSAGE_TEXT; END; IF v IS NULL THEN %up END IF;",
    ],
    ['SELECT 1 INTO k WHERE NEW.ok; UPDATE posts SET c = c + coalesce(k, 1) WHERE id = NEW.post_id;'],
    [
      'SELECT count(*) INTO k FROM new_rows; UPDATE posts SET c = c + k WHERE id IN (SELECT post_id FROM new_rows);',
      statement,
    ],
    [
      'FOR r IN SELECT DISTINCT post_id, ok FROM new_rows LOOP UPDATE posts SET c = c + (SELECT count(*) FROM new_rows n WHERE n.post_id = r.post_id) WHERE id = r.post_id; END LOOP;',
      statement,
    ],
    [
      'FOR r IN SELECT * FROM new_rows LOOP UPDATE posts SET c = c + (SELECT count(*) FROM new_rows n WHERE n.post_id = r.post_id) WHERE id = r.post_id; END LOOP;',
      statement,
    ],
    ['PERFORM bump(post_id) FROM new_rows LIMIT 1;', { before: bump, ...statement }],
    [
      'PERFORM bump(post_id) FROM new_rows GROUP BY post_id HAVING bool_or(ok);',
      { before: bump, ...statement },
    ],
    ['PERFORM 1 FROM posts WHERE id = NEW.post_id AND cap > 3 AND bump(NEW.post_id) = 1;', { before: bump }],
    ['PERFORM 1 FROM users WHERE bump(NEW.post_id) = 1;', { before: bump }],
    ['PERFORM bump(NEW.post_id) FROM users;', { before: bump }],
    ['PERFORM * FROM bump(NEW.post_id) WHERE NEW.ok;', { before: bump }],
    ['IF NEW.ok AND bump(NEW.post_id) = 1 THEN NULL; END IF;', { before: bump }],
    ['k := coalesce(NEW.n, bump(NEW.post_id));', { before: bump }],
    ['IF EXISTS (SELECT bump(NEW.post_id)) THEN NULL; END IF;', { before: bump }],
    [`PERFORM bump(x.post_id) FROM new_rows x LEFT JOIN users u ON x.ok;`, { before: bump, ...statement }],
    [
      'MERGE INTO posts USING (SELECT NEW.post_id AS pid) y LEFT JOIN users u ON NEW.ok ON posts.id = y.pid WHEN MATCHED THEN UPDATE SET c = c + 1;',
    ],
    [
      'BEGIN %up INSERT INTO logs VALUES (NEW.kind); EXCEPTION WHEN OTHERS THEN NULL; END;',
      { before: 'CREATE TABLE logs (kind text NOT NULL);' },
    ],
    [
      'BEGIN %up INSERT INTO stats VALUES (NEW.n, 0) ON CONFLICT DO NOTHING; EXCEPTION WHEN OTHERS THEN NULL; END;',
    ],
    ["IF NEW.kind = 'a' THEN %up END IF; NEW.kind := 'b';", { timing: 'BEFORE' }],
    ["IF NEW.kind = 'a' THEN NEW.kind := 'b'; %up END IF;", { timing: 'BEFORE' }],
    ["IF NEW.kind = 'a' THEN %up END IF; SELECT 'b' INTO NEW.kind;", { timing: 'BEFORE' }],
    ['%up NEW.post_id := 1;', { timing: 'BEFORE' }],
    [
      `WITH ${Array.from({ length: 16 }, (_, n) => `c${n} AS (SELECT x.pid FROM ${n === 0 ? '(SELECT NEW.post_id AS pid) x, (SELECT 1) y' : `c${n - 1} x, c${n - 1} y`})`).join(', ')} UPDATE posts SET c = c + 1 FROM c15 WHERE posts.id = c15.pid;`,
    ],
    [
      `UPDATE posts SET c = c + CASE NEW.n ${Array.from({ length: 40 }, (_, n) => `WHEN ${n} THEN 1`).join(' ')} ELSE 0 END WHERE id = NEW.post_id;`,
    ],
  ];
  test.each(each)('%s', (body, how) => {
    expect(triggered(body.replaceAll('%up', up), how)).toMatch(/^no, .|likely$/);
  });

  test('a key that may be NULL', () => {
    expect(
      triggered('UPDATE tags SET c = c + 1 WHERE slug IS NOT DISTINCT FROM NEW.kind;', {
        before: 'CREATE TABLE tags (slug text UNIQUE, c integer);',
      }),
    ).toMatch(/^tags.c: no, /);
  });

  test('a clause of MERGE before the one that begins the row', () => {
    expect(
      triggered(
        "MERGE INTO stats p USING (SELECT NEW.post_id AS pid) s ON s.pid = p.post_id WHEN MATCHED AND NEW.ok THEN UPDATE SET c = p.c + 1 WHEN NOT MATCHED AND NEW.kind = 'a' THEN DO NOTHING WHEN NOT MATCHED AND NEW.ok THEN INSERT (post_id, c) VALUES (s.pid, 1);",
      ),
    ).toMatch(/^stats.c: no, /);
  });

  test('a function that stores a record only sometimes', () => {
    const act = `CREATE FUNCTION act(p integer, b boolean) RETURNS void LANGUAGE sql AS $$ INSERT INTO recs (id, post_id, sure) SELECT 1, p, true WHERE b; UPDATE posts SET c = c + 1 WHERE id = p; $$;`;
    expect(told(`${tables} ${act}`).join()).toMatch(/likely$/);
  });

  test('a row that is made only for some records, or changed', () => {
    expect(
      triggered(
        `BEGIN IF NEW.kind = 'a' THEN INSERT INTO stats VALUES (NEW.post_id, 1); END IF; EXCEPTION WHEN unique_violation THEN UPDATE stats SET c = c + 1 WHERE post_id = NEW.post_id; END;`,
      ),
    ).toBe("stats.c: recs by post_id = post_id where kind = 'a'");
  });
});

test('a recount of every record beside one with a condition is doubted', () => {
  const recount = (name: string, event: string, side: string, where: string) =>
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE posts p SET c = (SELECT count(*) FROM recs r WHERE r.post_id = p.id ${where}) WHERE id = ${side}.post_id; RETURN NULL; END $$;
     CREATE TRIGGER ${name} AFTER ${event} ON recs FOR EACH ROW EXECUTE FUNCTION ${name}();`;
  const whole = recount('a', 'INSERT', 'NEW', '') + recount('b', 'DELETE', 'OLD', '');
  expect(told(tables + whole + recount('d', 'UPDATE', 'NEW', 'AND kind IS NOT NULL'))).toEqual([
    'posts.c: recs by post_id = id where kind IS NOT NULL, likely',
  ]);
  expect(told(tables + whole + recount('d', 'UPDATE', 'NEW', ''))).toEqual(['posts.c: recs by post_id = id']);
});
