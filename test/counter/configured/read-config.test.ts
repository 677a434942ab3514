import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeConfig } from '../../../source/counter/configured/merge-config.ts';
import { readConfig } from '../../../source/counter/configured/read-config.ts';
import { toConfig } from '../../../source/counter/configured/to-config.ts';
import { kinds } from '../kinds/kinds.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'counters-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const file = (text: string) => writeFileSync(join(directory, 'counters.json'), text);
const found = { counters: [], notCheckable: [] };
const reserved = new Set(['order', 'user', 'only']);

describe('counters.json', () => {
  test('that is not there describes nothing; one that is named must be there', async () => {
    rmSync(join(directory, 'counters.json'), { force: true });
    expect(await readConfig(null, directory)).toEqual([]);
    await expect(readConfig('/nowhere/c.json', directory)).rejects.toMatchObject({
      code: 'unreadable-config',
      exitCode: 2,
      message: 'There is no file /nowhere/c.json.',
    });
  });

  test.each(kinds)('holds the counter of $name, and gives it back', async ({ definition }) => {
    file(JSON.stringify({ counters: [toConfig(definition, reserved)] }));
    const [back, ...others] = mergeConfig(await readConfig(null, directory), found, reserved).counters;
    expect(others).toEqual([]);
    expect(back).toEqual({
      ...definition,
      source: { kind: 'config', evidence: ['counters.json, line 1 describes it.'] },
    });
  });

  test.each<[string, string, string]>([
    ['is no JSON', '{\n  "counters": [,]\n}', 'counters.json, line 2: this is not JSON.'],
    [
      'ends too early',
      '{\n "counters": [\n{"counter": "a.b.c"}\n',
      'counters.json, line 3: this is not JSON.',
    ],
    ['has a comma too many', '{"counters": [\n],\n}', 'counters.json, line 3: this is not JSON.'],
    ['has a comment', '{\n\n"counters": [] // none\n}', 'counters.json, line 3: this is not JSON.'],
    ['has a text over two lines', '{"counters": ["a\nb"]}', 'counters.json, line 1: this is not JSON.'],
    ['is empty', '', 'counters.json, line 1: this is not JSON.'],
    ['is a list', '[]', 'counters.json, line 1: the whole must be an object.'],
    ['lacks the list', '{}', 'counters.json, line 1: counters is missing.'],
    [
      'has a counter without its name',
      '{"counters": [\n{}]}',
      'counters.json, line 2: counters[0].counter is missing.',
    ],
    [
      'has a counter without a schema',
      '{"counters": [\n{"counter": "posts.n"}]}',
      'counters.json, line 2: counters[0].counter must be schema, table and column of the count, such as "public.posts.comments_count".',
    ],
    [
      'has an unknown key',
      '{"counters": [{"counter": "a.b.c",\n"records": {\n"wher": null}}]}',
      'counters.json, line 3: counters[0].records.wher is not a key that is known here.',
    ],
    [
      'has a number for a column',
      '{"counters": [{"counter": "a.b.c",\n\n"row": {"key": 1}}]}',
      'counters.json, line 3: counters[0].row.key must be the name of a column, or a list of names.',
    ],
    [
      'has an empty name',
      '{"counters": [{"counter": "a.b.c", "row": {"label": ""}}]}',
      'counters.json, line 1: counters[0].row.label must not be empty.',
    ],
    [
      'has a table that is none',
      '{"counters": [{"counter": "a.b.c", "records": {"table": "a.b.c"}}]}',
      'counters.json, line 1: counters[0].records.table must be a table such as "public.posts"; a name with capitals stands in quotes: "public.\\"Post\\"".',
    ],
    [
      'has a half noun',
      '{"counters": [{"counter": "a.b.c", "nouns": {"row": ["post"]}}]}',
      'counters.json, line 1: counters[0].nouns.row must be a list of two words: the singular and the plural.',
    ],
    [
      'has a word for onDelete',
      '{"counters": [{"counter": "a.b.c", "onDelete": "adds"}]}',
      'counters.json, line 1: counters[0].onDelete must be "subtracts" or "keeps".',
    ],
    [
      'has the same counter twice',
      '{"counters": [{"counter": "a.b.c"},\n{"counter": "A.b.\\"c\\""}]}',
      'counters.json, line 2: counters[1].counter is described twice.',
    ],
    [
      'has a condition that is no SQL',
      '{"counters": [{"counter": "a.b.c", "records": {\n"where": "deleted_at IS"}}]}',
      `counters.json, line 2: counters[0].records.where, character 14: PostgreSQL's parser says: syntax error at or near ")"`,
    ],
    [
      'has a condition that cannot be checked',
      '{"counters": [{"counter": "a.b.c", "records": {\n"where": "a = 1 AND created_at > now()"}}]}',
      'counters.json, line 2: counters[0].records.where, character 24: A constant must stand here.',
    ],
  ])('that %s is refused with the place', async (_, text, message) => {
    file(text);
    await expect(readConfig(null, directory)).rejects.toMatchObject({
      code: 'bad-config',
      exitCode: 2,
      message,
    });
  });
});

describe('what the configuration leaves out', () => {
  const [first] = kinds;
  const base = first!.definition;
  const merge = async (written: object, counters = [base]) => {
    file(JSON.stringify({ counters: [{ counter: base.id, ...written }] }));
    return mergeConfig(await readConfig(null, directory), { counters, notCheckable: [] }, reserved).counters;
  };

  test('is taken from what was found', async () => {
    const [merged] = await merge({ records: { where: 'deleted_at IS NOT NULL' } });
    expect(merged).toEqual({
      ...base,
      record: { ...base.record, where: { kind: 'not', of: { kind: 'null', column: 'deleted_at' } } },
      source: { kind: 'config', evidence: ['counters.json, line 1 describes it.', ...base.source.evidence] },
    });
  });

  test('and null is no condition, which is not the same', async () => {
    const [merged] = await merge({ records: { where: null, time: null } });
    expect(merged?.record).toMatchObject({ where: null, time: null, reference: ['post_id'] });
  });

  test('other counters stay', async () => {
    const other = { ...base, id: 'public.posts.likes', row: { ...base.row, count: 'likes' } };
    const merged = await merge({ onDelete: 'keeps' }, [other, base]);
    expect(merged.map(({ id, onDelete }) => [id, onDelete])).toEqual([
      ['public.posts.likes', 'subtracts'],
      [base.id, 'keeps'],
    ]);
  });

  test('a guess that it describes is one no more', async () => {
    const [merged] = await merge({}, [{ ...base, confidence: 'guess' }]);
    expect(merged?.confidence).toBe('certain');
  });

  test.each([
    [{}, 'row.key'],
    [{ row: { key: 'id' } }, 'records.table'],
    [{ row: { key: 'id' }, records: { table: 'comments' } }, 'records.reference'],
    [
      { row: { key: 'id', table: 'posts' }, records: { table: 'comments', reference: 'post_id' } },
      'row.countRefers',
    ],
  ])('%j, and nothing was found', async (written, missing) => {
    await expect(merge(written, [])).rejects.toMatchObject({
      code: 'incomplete-counter',
      exitCode: 3,
      message: `counters.json, line 1: ${missing} is missing, and nothing in the database tells it.`,
    });
  });

  test('a counter that could not be checked is one that can', async () => {
    file(
      JSON.stringify({
        counters: [
          { counter: 'public.posts.n', row: { key: 'id' }, records: { table: 'public.c', reference: 'p' } },
        ],
      }),
    );
    const notCheckable = ['n', 'm'].map(column => ({
      id: `public.posts.${column}`,
      table: { schema: 'public', table: 'posts' },
      column,
      reason: 'An array.',
    }));
    const merged = mergeConfig(await readConfig(null, directory), { counters: [], notCheckable }, reserved);
    expect(merged.counters.map(({ id }) => id)).toEqual(['public.posts.n']);
    expect(merged.notCheckable.map(({ id }) => id)).toEqual(['public.posts.m']);
  });
});
