import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportList, fileName } from '../../../source/tui/export/effects.ts';
import { exportPieces } from '../../../source/tui/export/pieces.ts';
import { bindingFor } from '../../../source/tui/keys/keymap.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { comments, inspectedWith, named, posts } from '../../helpers/counters.ts';

const counters = [
  { id: '1', name: 'Plain', usageCount: 5, records: 5, lastUsedAt: Date.UTC(2026, 0, 2) },
  { id: '2', name: 'a "b", c|d', usageCount: 3, records: 1, lastUsedAt: null },
  { id: '3', name: 'line\nbreak', usageCount: null, records: null, lastUsedAt: null },
];
const list = (definition = comments, rows = counters): State =>
  reduce(initialState({ columns: 80, rows: 24 }, 'uses'), {
    type: 'connected',
    inspected: inspectedWith(definition),
    counters: rows,
    at: 1,
    serverNow: 1,
  });
const at = Date.UTC(2026, 10, 29, 12, 0, 1);
const written = (state: State, format: 'csv' | 'json' | 'markdown') =>
  [...exportPieces(state, format, at, { rows: 0 })].join('');
const play = (state: State, ...actions: Action[]) => actions.reduce(reduce, state);

describe('an export', () => {
  test('is CSV with the columns of check', () => {
    expect(written(list(), 'csv')).toBe(
      [
        'counter,id,name,count,records,drift,cause,certainty,lastUsedAt',
        `${comments.id},1,Plain,5,5,0,,,2026-01-02T00:00:00.000Z`,
        `${comments.id},2,"a ""b"", c|d",3,1,2,,,`,
        `${comments.id},3,"line\nbreak",,,,,,`,
        '',
      ].join('\r\n'),
    );
  });

  test('is JSON of version 2 with the keys of check', () => {
    const json = JSON.parse(written(list(), 'json'));
    expect(json).toMatchObject({
      version: 2,
      counter: comments.id,
      exportedAt: '2026-11-29T12:00:01.000Z',
      complete: true,
      database: { name: 'd', user: 'u' },
    });
    expect(json.list).toEqual([
      {
        id: '1',
        name: 'Plain',
        count: 5,
        records: 5,
        drift: 0,
        diagnosis: null,
        lastUsedAt: '2026-01-02T00:00:00.000Z',
      },
      { id: '2', name: 'a "b", c|d', count: 3, records: 1, drift: 2, diagnosis: null, lastUsedAt: null },
      {
        id: '3',
        name: 'line\nbreak',
        count: null,
        records: null,
        drift: null,
        diagnosis: null,
        lastUsedAt: null,
      },
    ]);
    const keyed = list(posts, [{ ...counters[0]!, id: '["a", "1"]' }]);
    expect(JSON.parse(written(keyed, 'json')).list[0].id).toEqual(['a', '1']);
  });

  test('is a table in Markdown', () => {
    expect(written(list(), 'markdown')).toBe(
      [
        '| Post | Count | Records | Drift | Why |',
        '| --- | --: | --: | --: | --- |',
        '| Plain | 5 | 5 | 0 |  |',
        '| a "b", c\\|d | 3 | 1 | +2 |  |',
        '| line break | NULL |  |  |  |',
        '',
      ].join('\n'),
    );
  });

  test('tells rows of the same name apart in Markdown', () => {
    const twins = ['7', '8'].map(id => ({ ...counters[0]!, id }));
    expect(written(list(comments, twins), 'markdown')).toContain('| 7 Plain | 5 | 5 | 0 |  |\n| 8 Plain |');
  });

  test('has the cause of a count, while its drift is the one that was explained', () => {
    const diagnosis = { code: 'double-counted', certainty: 'certain' };
    const diagnosed = (drift: number) =>
      reduce(list(), {
        type: 'diagnosed',
        diagnoses: new Map([['2', { drift, diagnosis }]]),
      } as unknown as Action);
    expect(written(diagnosed(2), 'csv')).toContain(',3,1,2,double-counted,certain,');
    expect(written(diagnosed(4), 'csv')).toContain(',3,1,2,,,');
  });

  test('is of what is listed, in its order, else of the marked, listed or not', () => {
    const names = (state: State) =>
      JSON.parse(written(state, 'json')).list.map(({ id }: { id: string }) => id);
    expect(names(play(list(), { type: 'sort' }))).toEqual(['2', '3', '1']);
    const filtered = play(list(), { type: 'mark' }, { type: 'type-filter', text: 'break' });
    expect(names(filtered)).toEqual(['1']);
    expect(names(play(filtered, { type: 'mark-listed' }))).toEqual(['1', '3']);
    expect(names(play(list(), { type: 'type-filter', text: 'break' }))).toEqual(['3']);
  });

  test('has no records and no drift where rows are hidden', () => {
    const hidden = list();
    hidden.inspected!.tables.hiddenBy.push('a policy');
    expect(written(hidden, 'csv')).toContain(`${comments.id},2,"a ""b"", c|d",3,,,,,\r\n`);
    expect(JSON.parse(written(hidden, 'json')).complete).toBe(false);
  });

  test('of a long list is made in pieces', () => {
    const many = Array.from({ length: 5_000 }, (_, id) => ({ ...counters[0]!, id: String(id) }));
    const tally = { rows: 0 };
    const pieces = [...exportPieces(list(comments, many), 'csv', at, tally)];
    expect(pieces).toHaveLength(5);
    expect(tally.rows).toBe(5_000);
    expect(pieces.join('').split('\r\n')).toHaveLength(5_002);
  });

  test('of nothing is not offered', () => {
    expect(bindingFor('e', 'list')?.disabled?.(list(comments, []))).toBe('There is nothing to export.');
    expect(bindingFor('e', 'list')?.disabled?.(list())).toBeNull();
  });
});

describe('the file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'export-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('is named for the counter and the time, whatever the table is called', () => {
    expect(fileName(list(), at)).toBe('posts-comments_count-20261129T120001Z');
    expect(fileName(list(named('../\u001b[2J/é x')), at)).toBe('-2J-x-n-20261129T120001Z');
  });

  test('is told, with how many rows it has', async () => {
    const said = await exportList(play(list(), { type: 'mark' }), 'json', directory);
    expect(said).toMatchObject({
      type: 'said',
      done: expect.stringMatching(/^Exported 1 marked post to posts-/),
    });
    const file = 'done' in said ? String(said.done).split(' ').at(-1)! : '';
    expect(JSON.parse(readFileSync(join(directory, file), 'utf8')).list).toHaveLength(1);
  });

  test('that cannot be written is told too', async () => {
    const none = join(directory, 'none');
    expect(await exportList(list(), 'csv', none)).toEqual({
      type: 'said',
      whyNot: `Nothing was exported to ${none}: the directory does not exist and cannot be created (ENOENT).`,
    });
  });
});
