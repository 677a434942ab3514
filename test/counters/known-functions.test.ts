import { expect, test } from 'vitest';
import { knownFunctions } from '../../source/counters/find/known-functions.ts';
import { relevantRoutines } from '../../source/counters/find/relevant-routines.ts';
import { writingsOf } from '../../source/counters/find/writings.ts';
import { readingsOf } from './catalog-of.ts';

const tables = `
  CREATE TABLE boards (id integer PRIMARY KEY, topic_count integer);
  CREATE TABLE topics (id integer PRIMARY KEY, board_id integer REFERENCES boards, reply_count integer, views integer);`;
const sql = (name: string, body: string) =>
  `CREATE FUNCTION ${name}(p integer) RETURNS void LANGUAGE sql AS $$ ${body} $$;`;
const plpgsql = (name: string, body: string) =>
  `CREATE FUNCTION ${name}(p integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$;`;
const up = (table: string, column: string) => `UPDATE ${table} SET ${column} = ${column} + 1 WHERE id = p`;

/** What is known of each function of these statements. */
function known(ddl: string): Record<string, string[]> {
  const all = readingsOf(tables + ddl);
  const relevant = new Set(relevantRoutines(all.catalog).map(({ oid }) => oid));
  const readings = { ...all, bodies: new Map([...all.bodies].filter(([oid]) => relevant.has(oid))) };
  return Object.fromEntries(
    [...knownFunctions(readings, writingsOf(readings))].map(([name, columns]) => [
      name,
      [...columns].map(each => JSON.parse(each).slice(1).join('.')),
    ]),
  );
}

test('a body that stores what another one counts can matter, and one that stores something else cannot', () => {
  const { catalog } = readingsOf(`${tables}
    ${sql('say', `INSERT INTO topics (board_id) VALUES (p); ${up('boards', 'topic_count')}`)}
    ${sql('copy', 'INSERT INTO public."topics" (board_id) VALUES (p)')} ${sql('open', 'INSERT INTO boards (id) VALUES (p)')}`);
  expect(relevantRoutines(catalog).map(({ name }) => name)).toEqual(['say', 'copy']);
});

test('a body that stores something in a record after it was counted can matter', () => {
  const before = (name: string, table: string, body: string) =>
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NEW; END $$;
     CREATE TRIGGER ${name} BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}();`;
  const { catalog } = readingsOf(`${tables}
    ${before('keep', 'topics', 'UPDATE boards SET topic_count = topic_count + 1 WHERE id = NEW.board_id')}
    ${before('move', 'topics', 'NEW.board_id := 1')} ${before('look', 'topics', "RAISE NOTICE '%', NEW.id")}
    ${before('other', 'boards', 'NEW.id := 1')}`);
  expect(relevantRoutines(catalog).map(({ name }) => name)).toEqual(['keep', 'move']);
});

test.each<[string, string, Record<string, string[]>]>([
  ['what it writes', sql('bump_topic', up('topics', 'reply_count')), { bump_topic: ['topics.reply_count'] }],
  ['that it writes nothing', sql('bump_topic', 'SELECT 1'), { bump_topic: [] }],
  [
    'what it calls',
    sql('bump_topic', up('topics', 'views')) + plpgsql('touch', 'PERFORM bump_topic(p)'),
    { bump_topic: ['topics.views'], touch: ['topics.views'] },
  ],
  ['nothing of SQL that is made', plpgsql('bump_topic', "EXECUTE 'UPDATE ' || p"), {}],
  [
    'nothing of what calls that',
    plpgsql('bump', "EXECUTE 'UPDATE ' || p") + plpgsql('bump_topic', 'PERFORM bump(p)'),
    {},
  ],
  [
    'nothing of another language',
    `CREATE FUNCTION bump_topic(p integer) RETURNS void LANGUAGE plv8 AS $$ plan() $$;`,
    {},
  ],
  ['nothing of a view', sql('bump_topic', up('shown_topics', 'views')), {}],
  ['nothing of what the parser refuses', plpgsql('bump_topic', 'UPDATE topics SET views = views +'), {}],
])('of a function is known %s', (_, ddl, expected) => expect(known(ddl)).toEqual(expected));
