import { describe, expect, test } from 'vitest';
import { foundIn, scanText } from '../scan-text.ts';

const adds = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = p;';
const routine = (name: string, body = adds, returns = 'void') =>
  `CREATE FUNCTION ${name}(${returns === 'trigger' ? '' : 'p uuid'}) RETURNS ${returns} LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;`;
const on = (name: string, table: string, run: string, when = 'AFTER INSERT') =>
  `CREATE TRIGGER ${name} ${when} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${run}();`;
const own = 'trigger_auto_increment_preset_usage_count';

describe('SQL in a file', () => {
  test.each<[string, string, string[]]>([
    ['an update', adds, ['1 sql adds']],
    ['of another table', 'UPDATE likes SET usage_count = usage_count + 1;', []],
    ['of another column', 'UPDATE presets SET name = 1;', []],
    ['in a DO block', `DO $$ BEGIN ${adds} END $$;`, ['1 sql adds']],
    ['by a function', routine('bump'), ['1 migration-counter adds']],
    [
      'by a procedure',
      `CREATE PROCEDURE bump(p uuid) LANGUAGE sql AS $$ ${adds} $$;`,
      ['1 migration-counter adds'],
    ],
    ['by a function that is dropped', `${routine('bump')}\nDROP FUNCTION bump(uuid);`, []],
    ['by a routine that is dropped', `${routine('bump')}\nDROP ROUTINE bump;`, []],
    [
      'while another is dropped',
      `${routine('bump')}\nDROP FUNCTION other(uuid);`,
      ['1 migration-counter adds'],
    ],
    [
      'while a table of its name is dropped',
      `${routine('bump')}\nDROP TABLE bump;`,
      ['1 migration-counter adds'],
    ],
    [
      'by the last version of a function',
      `${routine('bump')}\n${routine('bump', 'PERFORM 1;').replace('CREATE', 'CREATE OR REPLACE')}`,
      [],
    ],
    [
      'by one of two of a name',
      `${routine('bump')}\nCREATE FUNCTION bump() RETURNS void LANGUAGE sql AS $$ SELECT 1 $$;`,
      ['1 migration-counter adds'],
    ],
    ['by the function of our own trigger', routine('auto_increment_preset_usage_count', adds, 'trigger'), []],
    [
      'by the function that our own trigger runs',
      `${routine('mine', adds, 'trigger')}\n${on(own, 'preset_usage', 'mine')}`,
      [],
    ],
    [
      'by a trigger besides',
      `${routine('mine', adds, 'trigger')}\n${on('other', 'preset_usage', 'mine')}`,
      ['1 migration-counter adds'],
    ],
    [
      'by a trigger that is dropped',
      `${routine('mine', adds, 'trigger')}\n${on('other', 'preset_usage', 'mine')}\nDROP TRIGGER other ON preset_usage;`,
      [],
    ],
    [
      'by a trigger whose name is dropped elsewhere',
      `${routine('mine', adds, 'trigger')}\n${on('other', 'preset_usage', 'mine')}\nDROP TRIGGER other ON likes;`,
      ['1 migration-counter adds'],
    ],
    ['by the function of a trigger that nothing runs', routine('mine', adds, 'trigger'), []],
    [
      'in a BEFORE trigger of presets',
      `${routine('mine', 'NEW.usage_count := OLD.usage_count + 1; RETURN NEW;', 'trigger')}\n${on('other', 'presets', 'mine', 'BEFORE UPDATE')}`,
      ['1 migration-counter adds'],
    ],
    [
      'of another field there',
      `${routine('mine', 'NEW.name := 1; RETURN NEW;', 'trigger')}\n${on('other', 'presets', 'mine', 'BEFORE UPDATE')}`,
      [],
    ],
    [
      'of a field of another table',
      `${routine('mine', 'NEW.usage_count := OLD.usage_count + 1; RETURN NEW;', 'trigger')}\n${on('other', 'likes', 'mine', 'BEFORE UPDATE')}`,
      [],
    ],
    [
      'by a rule',
      `CREATE RULE r AS ON INSERT TO preset_usage DO ALSO ${adds.replace('p;', 'NEW.preset_id;')}`,
      ['1 migration-counter adds'],
    ],
    [
      'by a rule for something else',
      'CREATE RULE r AS ON INSERT TO preset_usage DO ALSO UPDATE likes SET n = 1;',
      [],
    ],
    [
      'by a job',
      `SELECT cron.schedule('a', '* * * * *', $$ ${adds.replace('= p', '= 1')} $$);`,
      ['1 migration-counter adds'],
    ],
    ['by a call', `${routine('bump')}\nSELECT bump('x');`, ['1 migration-counter adds', '2 sql adds']],
    [
      'by a call of what calls it',
      `${routine('bump')}\n${routine('outer_one', 'PERFORM bump(p);')}\nSELECT outer_one('x');`,
      ['1 migration-counter adds', '3 sql adds'],
    ],
    [
      'by a call of what recounts',
      `${routine('fix', 'UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage);')}\nSELECT fix('x');`,
      ['1 only recount'],
    ],
    ['by what should be called', "SELECT track_preset_usage('x');", []],
    [
      'by what should be called, which counts itself',
      `${routine('track_preset_usage')}\nSELECT track_preset_usage('x');`,
      ['1 migration-counter adds'],
    ],
    ['beside a trigger for events that is dropped', `${adds}\nDROP EVENT TRIGGER other;`, ['1 sql adds']],
  ])('%s', async (_, text, expected) => {
    expect(await foundIn({ 'a.sql': text })).toEqual(expected);
  });
});

describe('the trigger', () => {
  test.each<[string, string, string[]]>([
    ['is turned off', `ALTER TABLE preset_usage DISABLE TRIGGER ${own};`, ['1 trigger-disabled null']],
    ['with all', 'ALTER TABLE preset_usage DISABLE TRIGGER ALL;', ['1 trigger-disabled null']],
    ['with those of users', 'ALTER TABLE preset_usage DISABLE TRIGGER USER;', ['1 trigger-disabled null']],
    [
      'only on replicas is left',
      `ALTER TABLE preset_usage ENABLE REPLICA TRIGGER ${own};`,
      ['1 trigger-disabled null'],
    ],
    ['always is not off', `ALTER TABLE preset_usage ENABLE ALWAYS TRIGGER ${own};`, []],
    [
      'comes back',
      `ALTER TABLE preset_usage DISABLE TRIGGER ${own};\nALTER TABLE preset_usage ENABLE TRIGGER ${own};`,
      [],
    ],
    [
      'comes back with all',
      `ALTER TABLE preset_usage DISABLE TRIGGER ${own};\nALTER TABLE preset_usage ENABLE TRIGGER ALL;`,
      [],
    ],
    ['is another', 'ALTER TABLE preset_usage DISABLE TRIGGER audit;', []],
    ['is of another table', 'ALTER TABLE likes DISABLE TRIGGER ALL;', []],
    ['is dropped', `DROP TRIGGER ${own} ON preset_usage;`, ['1 trigger-disabled null']],
    ['is made again', `DROP TRIGGER ${own} ON preset_usage;\n${on(own, 'preset_usage', 'f')}`, []],
    ['beside it is dropped', 'DROP TRIGGER audit ON preset_usage;', []],
  ])('%s', async (_, text, expected) => {
    expect(await foundIn({ 'a.sql': text })).toEqual(expected);
  });

  test('is off where the last file of a sequence leaves it, and each sequence is its own', async () => {
    const off = `ALTER TABLE preset_usage DISABLE TRIGGER ${own};`;
    const back = `ALTER TABLE preset_usage ENABLE TRIGGER ${own};`;
    expect(await foundIn({ 'm/1.sql': off, 'm/2.sql': back })).toEqual([]);
    expect(await foundIn({ 'm/1.sql': back, 'm/2.sql': off })).toEqual(['1 trigger-disabled null']);
    expect(await foundIn({ 'm/1.sql': off, 'n/2.sql': back })).toEqual(['1 trigger-disabled null']);
    expect(await foundIn({ 'm/1/migration.sql': off, 'm/2/migration.sql': back })).toEqual([]);
  });

  test('of another name is ours only if no sequence has the one by its name', async () => {
    const table = 'CREATE TABLE preset_usage (preset_id uuid);';
    const counting = `${table}\n${routine('count_it', adds, 'trigger')}\n${on('mine', 'preset_usage', 'count_it')}`;
    const named = `${routine('count_it', adds, 'trigger')}\n${on(own, 'preset_usage', 'count_it')}`;
    expect(await foundIn({ 'm/1.sql': counting })).toEqual([]);
    const beside = counting.replace(table, 'CREATE TABLE likes (id int);');
    expect(await foundIn({ 'm/1.sql': beside })).toEqual(['2 migration-counter adds']);
    expect(await foundIn({ 'm/1.sql': counting, 'n/1.sql': named })).toEqual(['2 migration-counter adds']);
  });

  test('that code drops may be made again elsewhere', async () => {
    expect(await foundIn({ 'a.ts': `await sql.query('DROP TRIGGER ${own} ON preset_usage');\n` })).toEqual(
      [],
    );
  });
});

describe('new presets', () => {
  test.each<[string, string, string[]]>([
    ['with 0', 'INSERT INTO presets (id, usage_count) VALUES (1, 0);', []],
    ['with the default', 'INSERT INTO presets (id, usage_count) VALUES (1, DEFAULT);', []],
    ['with NULL', 'INSERT INTO presets (id, usage_count) VALUES (1, NULL);', ['1 sql sets']],
    ['with a number', 'INSERT INTO presets (id, usage_count) VALUES (1, 7);', ['1 sql sets']],
    ['without the count', 'INSERT INTO presets (id, name) VALUES (1, 7);', []],
    ['of another table', 'INSERT INTO likes (id, usage_count) VALUES (1, 7);', []],
    [
      'with the number of their records',
      'INSERT INTO presets (id, usage_count) SELECT 1, count(*) FROM preset_usage;',
      ['1 only recount'],
    ],
    ['whole', 'INSERT INTO presets SELECT * FROM old;', ['1 sql sets']],
    [
      'by position, of a known table',
      'CREATE TABLE presets (id int, usage_count int);\nINSERT INTO presets VALUES (1, 7);',
      ['2 sql sets'],
    ],
    [
      'by position, with 0',
      'CREATE TABLE presets (id int, usage_count int);\nINSERT INTO presets VALUES (7, 0);',
      [],
    ],
    [
      'by position, of a column that was added',
      'CREATE TABLE presets (id int);\nALTER TABLE presets ADD COLUMN usage_count int;\nINSERT INTO presets VALUES (0, 7);',
      ['3 sql sets'],
    ],
    [
      'by position, of a table that is not known',
      'INSERT INTO presets VALUES (1, 7);',
      ['1 only insert-with-count'],
    ],
    ['by position, without numbers', "INSERT INTO presets VALUES (0, 'a');", []],
    ['by position, of another table', 'INSERT INTO likes VALUES (1, 7);', []],
    ['from a table', 'CREATE TABLE presets AS TABLE old;', ['1 sql sets']],
    ['from the columns of a query', 'CREATE TABLE presets AS SELECT id, name FROM old;', []],
    ['from its count', 'CREATE TABLE presets AS SELECT id, usage_count FROM old;', ['1 sql sets']],
    ['from 0', 'CREATE TABLE presets AS SELECT id, 0 AS usage_count FROM old;', []],
    ['another table', 'CREATE TABLE likes AS TABLE old;', []],
    ['copied', 'COPY presets (id, usage_count) FROM stdin;\n1\t7\n\\.\n', ['1 sql sets']],
    ['copied with 0', 'COPY presets (id, usage_count) FROM stdin;\n1\t0\n2\t\\N\n\\.\n', []],
    [
      'copied with one that is not 0',
      'COPY presets (id, usage_count) FROM stdin;\n1\t0\n2\t10\n\\.\n',
      ['1 sql sets'],
    ],
    ['copied without the count', 'COPY presets (id, name) FROM stdin;\n1\t7\n\\.\n', []],
    ['copied whole', "COPY presets FROM 'a.csv';", ['1 sql sets']],
    ['copied out', "COPY presets TO 'a.csv';", []],
    [
      'or else an update',
      'INSERT INTO presets (id, usage_count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET usage_count = presets.usage_count + 1;',
      ['1 sql adds'],
    ],
    [
      'or else an update of something else',
      'INSERT INTO presets (id, usage_count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET name = excluded.name;',
      ['1 sql sets'],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await foundIn({ 'a.sql': text })).toEqual(expected);
  });
});

describe('an update that sets', () => {
  test.each<[string, string, string[]]>([
    ['0', 'UPDATE presets SET usage_count = 0;', ['1 only reset']],
    ['a number', 'UPDATE presets SET usage_count = 7;', ['1 sql sets']],
    ['one less', 'UPDATE presets SET usage_count = usage_count - 1;', ['1 sql subtracts']],
    [
      'the number of records',
      'UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage);',
      ['1 only recount'],
    ],
    [
      'the number of something else',
      'UPDATE presets SET usage_count = (SELECT count(*) FROM likes);',
      ['1 only recount'],
    ],
    [
      'the number of records of a subquery',
      'UPDATE presets p SET usage_count = u.n FROM (SELECT preset_id, count(*) AS n FROM preset_usage GROUP BY 1) u WHERE u.preset_id = p.id;',
      ['1 only recount'],
    ],
    [
      'the number of records that a query has before',
      'WITH u AS (TABLE preset_usage) UPDATE presets SET usage_count = c.n FROM (SELECT count(*) AS n FROM u) c;',
      ['1 only recount'],
    ],
    ...['usage_count', 'p.usage_count', 'coalesce(p.usage_count, 0)', 'COALESCE ( "p"."usage_count", 0)'].map(
      (count): [string, string, string[]] => [
        `what is missing, by ${count}`,
        `UPDATE presets p SET usage_count = usage_count + (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id) - ${count};`,
        ['1 only recount'],
      ],
    ),
    [
      'their number and as many again',
      'UPDATE presets p SET usage_count = usage_count + (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id);',
      ['1 sql adds'],
    ],
    [
      '0 beside records',
      'WITH d AS (SELECT count(*) FROM preset_usage) UPDATE presets SET usage_count = 0;',
      ['1 only reset'],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await foundIn({ 'a.sql': text })).toEqual(expected);
  });
});

describe('the words for what runs a write', () => {
  test.each([
    [
      'a trigger',
      `${routine('mine', adds, 'trigger')}\n${on('other', 'preset_usage', 'mine')}`,
      'Other on preset_usage runs it ',
    ],
    [
      'a job',
      `SELECT cron.schedule('a', '* * * * *', $$ ${adds.replace('= p', '= 1')} $$);`,
      'A scheduled job runs it ',
    ],
    [
      'a rule',
      `CREATE RULE r AS ON INSERT TO preset_usage DO ALSO ${adds.replace('p;', 'NEW.preset_id;')}`,
      'The rule r runs it ',
    ],
    ['a function', routine('bump'), 'Every call of bump() runs it '],
  ])('%s', async (_, text, why) => {
    const { writes } = await scanText({ 'a.sql': text });
    expect(writes.map(write => write.why.slice(0, why.length))).toEqual([why]);
  });
});
