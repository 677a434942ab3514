import { expect, test } from 'vitest';
import { told } from './tell.ts';

const tables = `
  CREATE TABLE posts (id integer PRIMARY KEY, views_count integer, likes_count integer);
  CREATE TABLE views (id bigint PRIMARY KEY, post_id integer REFERENCES posts, user_id integer, kind text, n text);
  CREATE TABLE likes (post_id integer REFERENCES posts, user_id integer, PRIMARY KEY (post_id, user_id));
  CREATE TABLE seen (post_id integer, user_id integer, times integer, PRIMARY KEY (post_id, user_id));
  CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, said text);
  CREATE TABLE post_stats (post_id integer PRIMARY KEY REFERENCES posts, views integer);`;
const up = 'UPDATE posts SET views_count = views_count + 1 WHERE id = NEW.post_id;';
const see = 'INSERT INTO seen (post_id, user_id) VALUES (NEW.post_id, NEW.user_id);';
const counts = (rest = ', keeps') => [`posts.views_count: views by post_id = id${rest}`];
const depends = [expect.stringMatching(/^posts\.views_count: no, Line \d of .* depends on .*\berror\b.*/)];

const inTrigger = (body: string, helper = '') =>
  told(`${tables} ${helper}
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE dup boolean := false; BEGIN ${body} RETURN NULL; END $$;
    CREATE TRIGGER see AFTER INSERT ON views FOR EACH ROW EXECUTE FUNCTION see();`);

test.each([
  // An accident: it is a finding of the trigger, and no other count.
  ['its own', `BEGIN ${up} EXCEPTION WHEN OTHERS THEN NULL; END;`, counts()],
  ['of a lock', `BEGIN ${see} ${up} EXCEPTION WHEN lock_not_available THEN NULL; END;`, counts()],
  [
    'of a note',
    `BEGIN ${up} INSERT INTO notes (said) VALUES ('x'); EXCEPTION WHEN OTHERS THEN NULL; END;`,
    counts(),
  ],
  [
    'beside it',
    `BEGIN INSERT INTO notes (said) VALUES ('x'); EXCEPTION WHEN OTHERS THEN NULL; END; ${up}`,
    counts(),
  ],
  // A way through the body.
  [
    'of a key, which ends it',
    `BEGIN ${see} EXCEPTION WHEN unique_violation THEN RETURN NULL; END; ${up}`,
    depends,
  ],
  ['of a key, before it', `BEGIN ${see} ${up} EXCEPTION WHEN unique_violation THEN NULL; END;`, depends],
  ['of a key, after it', `BEGIN ${up} ${see} EXCEPTION WHEN OTHERS THEN NULL; END;`, depends],
  ['of a key, by its number', `BEGIN ${see} ${up} EXCEPTION WHEN SQLSTATE '23505' THEN NULL; END;`, depends],
  [
    'of a key, in a variable',
    `BEGIN ${see} EXCEPTION WHEN unique_violation THEN dup := true; END; IF NOT dup THEN ${up} END IF;`,
    depends,
  ],
  [
    'of a key, in one of two handlers',
    `BEGIN ${see} EXCEPTION WHEN unique_violation THEN RETURN NULL; WHEN OTHERS THEN NULL; END; ${up}`,
    depends,
  ],
  [
    'of a key, and nothing is done then',
    `BEGIN ${see} EXCEPTION WHEN unique_violation THEN NULL; END; ${up}`,
    counts(),
  ],
  [
    'of a number',
    `BEGIN PERFORM 1 / NEW.user_id; EXCEPTION WHEN division_by_zero THEN RETURN NULL; END; ${up}`,
    depends,
  ],
  [
    'of a number, after it',
    `BEGIN ${up} PERFORM 1 / NEW.user_id; EXCEPTION WHEN division_by_zero THEN NULL; END;`,
    depends,
  ],
  [
    'of a cast, which ends it',
    `BEGIN PERFORM NEW.n::int; EXCEPTION WHEN OTHERS THEN RETURN NULL; END; ${up}`,
    depends,
  ],
  [
    'that is raised after it',
    `BEGIN ${up} IF NEW.kind = 'x' THEN RAISE EXCEPTION 'a'; END IF; EXCEPTION WHEN OTHERS THEN NULL; END;`,
    counts(" where kind IS NULL OR kind <> 'x'"),
  ],
  [
    'that is raised, which ends it',
    `BEGIN IF NEW.kind = 'x' THEN RAISE EXCEPTION 'a'; END IF; EXCEPTION WHEN OTHERS THEN RETURN NULL; END; ${up}`,
    depends,
  ],
  [
    'that is raised and forgotten',
    `BEGIN IF NEW.kind = 'x' THEN RAISE EXCEPTION 'a'; END IF; EXCEPTION WHEN OTHERS THEN NULL; END; ${up}`,
    counts(),
  ],
  [
    'that is raised to count',
    `BEGIN IF NEW.kind = 'x' THEN RAISE EXCEPTION 'a'; END IF; EXCEPTION WHEN OTHERS THEN ${up} END;`,
    [expect.stringMatching(/^posts\.views_count: no, .+ depends on /)],
  ],
])('an error is caught %s', (_, body, expected) => expect(inTrigger(body)).toEqual(expected));

test('an error is caught in a function that says so', () => {
  const helper = `CREATE FUNCTION is_first(p integer, u integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen (post_id, user_id) VALUES (p, u); RETURN true; EXCEPTION WHEN unique_violation THEN RETURN false; END $$;`;
  const body = `IF is_first(NEW.post_id, NEW.user_id) THEN ${up} END IF;`;
  expect(inTrigger(body, helper)).toEqual(depends);
});

test('an error of what is called is caught', () => {
  const helper = `CREATE FUNCTION check_it(k text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF k = 'x' THEN RAISE EXCEPTION 'a'; END IF; END $$;`;
  const body = `BEGIN PERFORM check_it(NEW.kind); ${up} EXCEPTION WHEN OTHERS THEN NULL; END;`;
  expect(inTrigger(body, helper)).toEqual(depends);
});

const groups =
  'UPDATE posts p SET views_count = views_count + n FROM (SELECT post_id, count(*) AS n FROM new_rows GROUP BY post_id) g WHERE p.id = g.post_id;';
test.each([
  ['which is counted then', groups, counts('')],
  ['which is not counted', '', depends],
])('one record is asked for, and there are several, %s', (_, otherwise, expected) => {
  const lines = told(`${tables}
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE v integer; BEGIN
      BEGIN SELECT post_id INTO STRICT v FROM new_rows; EXCEPTION WHEN no_data_found THEN RETURN NULL; WHEN too_many_rows THEN ${otherwise} RETURN NULL; END;
      UPDATE posts SET views_count = views_count + 1 WHERE id = v; RETURN NULL; END $$;
    CREATE TRIGGER see AFTER INSERT ON views REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION see();`);
  expect(lines).toEqual(expected);
});

const stat = 'UPDATE post_stats SET views = views + 1 WHERE post_id = NEW.post_id;';
const first = 'INSERT INTO post_stats (post_id, views) VALUES (NEW.post_id, 1);';
test.each([
  ['by the other', `BEGIN ${first} EXCEPTION WHEN unique_violation THEN ${stat} END;`],
  [
    'once more',
    `LOOP ${stat} IF FOUND THEN RETURN NULL; END IF; BEGIN ${first} RETURN NULL; EXCEPTION WHEN unique_violation THEN NULL; END; END LOOP;`,
  ],
])('a row is made or changed %s where it was there', (_, body) =>
  expect(inTrigger(body)).toEqual(['post_stats.views: views by post_id = post_id, keeps']),
);

const insert = 'INSERT INTO likes (post_id, user_id) VALUES (p, u);';
const add = 'UPDATE posts SET likes_count = likes_count + 1 WHERE id = p;';
const inFunction = (body: string) =>
  told(
    `${tables} CREATE FUNCTION like_it(p integer, u integer) RETURNS boolean LANGUAGE plpgsql AS $$ DECLARE dup boolean := false; BEGIN ${body} RETURN true; END $$;`,
  );
test.each([
  [
    'both or none',
    `BEGIN ${insert} ${add} EXCEPTION WHEN unique_violation THEN RETURN false; END;`,
    ', keeps',
  ],
  [
    'both or none, by any error',
    `${insert} ${add} RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false;`,
    ', keeps',
  ],
  [
    'none after an error',
    `BEGIN ${insert} EXCEPTION WHEN unique_violation THEN RETURN false; END; ${add}`,
    ', keeps',
  ],
  [
    'none where a variable says so',
    `BEGIN ${insert} EXCEPTION WHEN unique_violation THEN dup := true; END; IF NOT dup THEN ${add} END IF;`,
    ', keeps',
  ],
  [
    'both or the opposite',
    `BEGIN ${insert} ${add} EXCEPTION WHEN unique_violation THEN DELETE FROM likes WHERE post_id = p AND user_id = u; UPDATE posts SET likes_count = likes_count - 1 WHERE id = p; END;`,
    '',
  ],
  [
    'one of them anyway',
    `BEGIN ${insert} EXCEPTION WHEN unique_violation THEN NULL; END; ${add}`,
    ', keeps, likely',
  ],
  [
    'one of them by any error',
    `BEGIN ${insert} EXCEPTION WHEN OTHERS THEN NULL; END; ${add}`,
    ', keeps, likely',
  ],
  [
    'one of them before',
    `${add} BEGIN ${insert} EXCEPTION WHEN unique_violation THEN NULL; END;`,
    ', keeps, likely',
  ],
])('a function stores and counts %s', (_, body, rest) =>
  expect(inFunction(body)).toEqual([`posts.likes_count: likes by post_id = id${rest}`]),
);
