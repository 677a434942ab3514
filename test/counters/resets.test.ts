import { describe, expect, test } from 'vitest';
import { told } from './tell.ts';

const tables = `
  CREATE TABLE logins (id integer PRIMARY KEY, failed integer DEFAULT 0, mails integer, visits integer, locked boolean);
  CREATE TABLE attempts (id integer PRIMARY KEY, login_id integer REFERENCES logins, success boolean, deleted_at timestamptz, amount integer);
  CREATE TABLE opens (id integer PRIMARY KEY, login_id integer REFERENCES logins);`;

const up = 'UPDATE logins SET failed = failed + 1 WHERE id = NEW.login_id;';
const keeps = trigger('count_it', 'INSERT', `${up} RETURN NULL;`);
const counted = (rest = ', keeps') => [`logins.failed: attempts by login_id = id${rest}`];
const refused = (place: string, to = '0') => [
  `logins.failed: no, ${place} sets it to ${to} and keeps the records.`,
];

function trigger(name: string, fires: string, body: string, on = 'attempts', timing = 'AFTER'): string {
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN ${body} END $body$;
    CREATE TRIGGER ${name} ${timing} ${fires} ON ${on} FOR EACH ROW EXECUTE FUNCTION ${name}();`;
}
const procedure = (body: string) =>
  `CREATE FUNCTION act(i integer) RETURNS void LANGUAGE plpgsql AS $body$ BEGIN ${body} END $body$;`;

describe('a column that is set to a number is no counter', () => {
  test.each<[string, string, string[]]>([
    [
      'a streak by IF',
      trigger(
        'streak',
        'INSERT',
        `IF NEW.success THEN UPDATE logins SET failed = 0 WHERE id = NEW.login_id; ELSE ${up} END IF; RETURN NULL;`,
      ),
      refused('Line 1 of public.streak()'),
    ],
    [
      'a streak by CASE',
      trigger(
        'streak',
        'INSERT',
        'UPDATE logins SET failed = CASE WHEN NEW.success THEN 0 ELSE failed + 1 END WHERE id = NEW.login_id; RETURN NULL;',
      ),
      refused('Line 1 of public.streak()'),
    ],
    [
      'a streak that begins with 1',
      trigger(
        'streak',
        'INSERT',
        `IF NEW.success THEN UPDATE logins SET failed = 1 WHERE id = NEW.login_id; ELSE ${up} END IF; RETURN NULL;`,
      ),
      refused('Line 1 of public.streak()', '1'),
    ],
    [
      'an update of a record',
      trigger(
        'streak',
        'INSERT OR UPDATE',
        `IF TG_OP = 'UPDATE' THEN UPDATE logins SET failed = NULL WHERE id = NEW.login_id; ELSE ${up} END IF; RETURN NULL;`,
      ),
      refused('Line 1 of public.streak()', 'NULL'),
    ],
    [
      'another trigger of the records',
      keeps + trigger('seen', 'UPDATE', 'UPDATE logins SET failed = 0 WHERE id = OLD.login_id; RETURN NULL;'),
      refused('Line 1 of public.seen()'),
    ],
    [
      'a trigger of another table',
      keeps +
        trigger(
          'opened',
          'INSERT',
          'UPDATE logins SET failed = 0 WHERE id = NEW.login_id; RETURN NULL;',
          'opens',
        ),
      refused('Line 1 of public.opened()'),
    ],
    [
      'a trigger of the row itself',
      keeps +
        trigger(
          'unlock',
          'UPDATE',
          'IF NOT NEW.locked THEN NEW.failed := 0; END IF; RETURN NEW;',
          'logins',
          'BEFORE',
        ),
      refused('Line 1 of public.unlock()'),
    ],
    [
      'a function that is called',
      keeps + procedure('UPDATE logins SET failed = 0 WHERE id = i;'),
      refused('Line 1 of public.act()'),
    ],
    [
      'a function of every row, through a variable',
      `${keeps}CREATE FUNCTION act() RETURNS void LANGUAGE plpgsql AS $body$ DECLARE n integer := 0; BEGIN UPDATE logins SET failed = n; END $body$;`,
      refused('Line 1 of public.act()'),
    ],
    [
      'a function that sets the default',
      keeps + procedure('UPDATE logins SET failed = DEFAULT WHERE id = i;'),
      refused('Line 1 of public.act()', 'DEFAULT'),
    ],
    [
      'a function that deletes other records',
      keeps + procedure('DELETE FROM opens WHERE login_id = i; UPDATE logins SET failed = 0 WHERE id = i;'),
      refused('Line 1 of public.act()'),
    ],
    [
      'where it is a large number',
      keeps + procedure('UPDATE logins SET failed = 0 WHERE failed >= 5;'),
      refused('Line 1 of public.act()'),
    ],
  ])('%s', (_, ddl, expected) => expect(told(tables + ddl)).toEqual(expected));
});

describe('a number that a count may be set to', () => {
  test.each<[string, string, string[]]>([
    [
      'with the records deleted',
      keeps +
        procedure('DELETE FROM attempts WHERE login_id = i; UPDATE logins SET failed = 0 WHERE id = i;'),
      counted(),
    ],
    [
      'with the table emptied',
      keeps + procedure('TRUNCATE attempts; UPDATE logins SET failed = 0;'),
      counted(),
    ],
    [
      'with the records moved away',
      keeps +
        procedure(
          'UPDATE attempts SET login_id = 1 WHERE login_id = i; UPDATE logins SET failed = 0 WHERE id = i;',
        ),
      counted(),
    ],
    [
      'with the records taken out of the condition',
      trigger('count_it', 'INSERT', `IF NEW.deleted_at IS NULL THEN ${up} END IF; RETURN NULL;`) +
        procedure(
          'UPDATE attempts SET deleted_at = now() WHERE login_id = i; UPDATE logins SET failed = 0 WHERE id = i;',
        ),
      counted(' where deleted_at IS NULL'),
    ],
    [
      'before it is counted anew',
      keeps +
        procedure(
          'UPDATE logins SET failed = 0; UPDATE logins l SET failed = c.n FROM (SELECT login_id, count(*) AS n FROM attempts GROUP BY 1) c WHERE c.login_id = l.id;',
        ),
      counted(),
    ],
    [
      'for a row that is made',
      keeps + trigger('begin', 'INSERT', 'NEW.failed := 0; RETURN NEW;', 'logins', 'BEFORE'),
      counted(),
    ],
    [
      'for a row that was made',
      keeps +
        trigger('begin', 'INSERT', 'UPDATE logins SET failed = 0 WHERE id = NEW.id; RETURN NULL;', 'logins'),
      counted(),
    ],
    [
      'instead of a number below it',
      keeps +
        trigger(
          'stop',
          'UPDATE',
          'IF NEW.failed < 0 THEN NEW.failed := 0; END IF; RETURN NEW;',
          'logins',
          'BEFORE',
        ),
      counted(),
    ],
    ['instead of NULL', keeps + procedure('UPDATE logins SET failed = 0 WHERE failed IS NULL;'), counted()],
    [
      'where no record is left',
      keeps +
        procedure(
          'UPDATE logins SET failed = 0 WHERE NOT EXISTS (SELECT 1 FROM attempts a WHERE a.login_id = logins.id);',
        ),
      counted(),
    ],
    [
      'where none were counted',
      keeps +
        procedure(
          'IF (SELECT count(*) FROM attempts WHERE login_id = i) = 0 THEN UPDATE logins SET failed = 0 WHERE id = i; END IF;',
        ),
      counted(),
    ],
  ])('%s', (_, ddl, expected) => expect(told(tables + ddl)).toEqual(expected));
});
