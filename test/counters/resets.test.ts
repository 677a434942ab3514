import { describe, expect, test } from 'vitest';
import { defaultSentence } from '../../source/counters/find/resets.ts';
import { writingsOf } from '../../source/counters/find/writings.ts';
import { writtenCounters } from '../../source/counters/find/written-counters.ts';
import { readingsOf } from './catalog-of.ts';
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
      refused('Line 1 of public.act(integer)'),
    ],
    [
      'a function of every row, through a variable',
      `${keeps}CREATE FUNCTION act() RETURNS void LANGUAGE plpgsql AS $body$ DECLARE n integer := 0; BEGIN UPDATE logins SET failed = n; END $body$;`,
      refused('Line 1 of public.act()'),
    ],
    [
      'a function that sets the default',
      keeps + procedure('UPDATE logins SET failed = DEFAULT WHERE id = i;'),
      refused('Line 1 of public.act(integer)', 'DEFAULT'),
    ],
    [
      'a function that deletes other records',
      keeps + procedure('DELETE FROM opens WHERE login_id = i; UPDATE logins SET failed = 0 WHERE id = i;'),
      refused('Line 1 of public.act(integer)'),
    ],
    [
      'where it is a large number',
      keeps + procedure('UPDATE logins SET failed = 0 WHERE failed >= 5;'),
      refused('Line 1 of public.act(integer)'),
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

describe('a count that does not begin with 0 is doubted', () => {
  const doubts = (ddl: string) =>
    writtenCounters(writingsOf(readingsOf(ddl))).map(each =>
      'reason' in each ? each.reason : [each.certain, ...each.doubts],
    );
  const from = (start: string) =>
    tables.replace('failed integer DEFAULT 0', `failed integer ${start}`) + keeps;
  const set = (value: string) =>
    trigger('begin', 'INSERT', `NEW.failed := ${value}; RETURN NEW;`, 'logins', 'BEFORE');
  const after = trigger(
    'begin',
    'INSERT',
    'UPDATE logins SET failed = 1 WHERE id = NEW.id; RETURN NULL;',
    'logins',
  );
  const takes = 'a sync takes that away.';

  test.each<[string, string, (string | boolean)[]]>([
    [
      'by a default',
      from('DEFAULT 1'),
      [false, `By the default of failed, a new row of logins begins with 1: ${takes}`],
    ],
    [
      'by a trigger before',
      from('') + set('1'),
      [false, `Line 1 of public.begin() lets a new row of logins begin with 1: ${takes}`],
    ],
    [
      'by a trigger after',
      from('') + after,
      [false, `Line 1 of public.begin() lets a new row of logins begin with 1: ${takes}`],
    ],
    ['but not by 0', from('DEFAULT 0') + set('0'), [true]],
    ['but not by NULL', from('') + set('NULL'), [true]],
  ])('%s', (_, ddl, expected) => expect(doubts(ddl)).toEqual([expected]));

  test.each([
    ['1', '1'],
    ["'-1'::integer", '-1'],
    ["'1'::smallint", '1'],
    ['1.50', '1.50'],
    ["nextval('s'::regclass)", "nextval('s'::regclass)"],
    ['0', null],
    ['0.0', null],
    ["'0'::numeric", null],
    ['NULL::integer', null],
    [null, null],
  ])('as the server writes it: %s', (start, said) => {
    const [table] = readingsOf(tables).catalog.tables;
    if (!table) throw new Error('no table');
    const columns = table.columns.map(each => ({ ...each, start }));
    const sentence = defaultSentence({ table: { ...table, columns }, column: 'failed' });
    expect(sentence).toBe(
      said && `By the default of failed, a new row of logins begins with ${said}: a sync takes that away.`,
    );
  });
});
