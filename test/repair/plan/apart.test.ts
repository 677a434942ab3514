import { describe, expect, test } from 'vitest';
import type { Tables } from '../../../source/counter/discovery/tables.ts';
import { addedRemarks, writersRemarks } from '../../../source/repair/plan/remarks.ts';
import { requireHistoryOfItsOwn, requireReversible } from '../../../source/repair/plan/reversibility.ts';
import type { Change } from '../../../source/repair/repair.ts';
import { defined } from '../../helpers/definitions.ts';
import { fakeTables } from '../../helpers/fake-database.ts';
import { catalog, insert, reading, remove, routine, trigger, writes } from '../../trigger/catalogs.ts';

const likes = {
  ...defined({
    row: { table: 'posts', count: 'likes' },
    record: { table: 'post_likes', reference: ['post_id'] },
  }),
  nouns: { row: ['post', 'posts'], record: ['like', 'likes'] },
} as const;

const tables = (over: Partial<Tables['records']> = {}, definition: Tables['definition'] = likes): Tables => ({
  ...fakeTables,
  definition,
  records: { ...fakeTables.records, name: 'public.post_likes', ...over },
});

const none = catalog({}, { triggers: [], functions: [] }, []);

describe('the history of a counter', () => {
  const preset = {
    quoted: fakeTables.records.preset,
    type: 'uuid',
    declared: 'uuid',
    number: 1,
    cast: null,
    size: null,
  };
  const refusal = (of: Tables, triggers = none, recordColumns = [preset]) => {
    try {
      requireHistoryOfItsOwn(of, triggers, { recordColumns });
      return null;
    } catch (error) {
      const { code, exitCode, message, hint } = error as Record<string, unknown>;
      return [code, exitCode, message, hint];
    }
  };
  const notApart = (why: string) => [
    'history-not-apart',
    4,
    `${why} This console does not delete them.`,
    'Reset without --delete-history.',
  ];

  test('is deleted where its records refer to their row by one column, and of presets always', () => {
    expect(refusal(tables())).toBe(null);
    const presets: Tables['definition'] = { ...likes, source: { kind: 'built-in', evidence: [] } };
    expect(refusal(tables({ pairs: [] }, presets))).toBe(null);
  });

  test('is not deleted where exactly the records that count cannot be put back', () => {
    expect(refusal(tables({ oid: fakeTables.presets.oid }))).toEqual(
      notApart('The likes of public.posts.likes are rows of the same table, which have counts of their own.'),
    );
    const through = { schema: 'public', table: 'albums', key: ['id'], reference: ['post_id'] };
    expect(refusal(tables({}, { ...likes, record: { ...likes.record, through } }))).toEqual(
      notApart('The likes of public.posts.likes belong to their posts through albums.'),
    );
    expect(refusal(tables({ pairs: [] }))).toEqual(
      notApart('public.posts.likes counts every one of the likes in public.post_likes.'),
    );
    expect(refusal(tables(), none, [])).toEqual(
      notApart(
        `The likes of public.posts.likes refer to their posts by ${fakeTables.records.preset}, which the server computes.`,
      ),
    );
    const pair = {} as NonNullable<Tables['records']['pairs']>[number];
    expect(refusal(tables({ pairs: [pair, pair] }))).toEqual(
      notApart('The likes of public.posts.likes refer to their posts by several columns.'),
    );
  });

  const counts = (name: string, type: number, readable = true) => {
    const total = writes({ table: 'totals', columns: [{ name: 'given', how: 'adds', by: 1 }] });
    const problem = readable ? null : { message: 'not read', offset: 0 };
    const runs = routine(name, { isTrigger: true, reading: reading({ writes: [total], problem }) });
    return catalog({}, { triggers: [trigger(name, runs, { type })], functions: [runs] }, []);
  };

  test('is not deleted where another count would be left wrong by it, or by its undo', () => {
    expect(refusal(tables(), counts('both', insert | remove))).toBe(null);
    expect(refusal(tables(), counts('added', insert))).toEqual([
      'history-counted-elsewhere',
      4,
      'The trigger added changes totals.given if likes are added, but nothing does if they are deleted.',
      'An undo would leave that wrong. Reset without --delete-history.',
    ]);
    expect(refusal(tables(), counts('gone', remove))?.[2]).toBe(
      'The trigger gone changes totals.given if likes are deleted, but nothing does if they are added.',
    );
    expect(refusal(tables(), counts('unread', insert, false))?.[2]).toBe(
      'The trigger unread fires if likes are added but not if they are deleted, and its function cannot be read.',
    );
  });
});

test('rows that a repair adds to another table are told by their number', () => {
  const change = (adds?: boolean) => ({ adds }) as Change;
  const apart = { ...tables(), written: { ...fakeTables.written, name: 'public.post_stats' } };
  const remark = (message: string) => [{ code: 'rows-added', severity: 'info', message }];
  expect(addedRemarks([], apart)).toEqual([]);
  expect(addedRemarks([change(), change(false)], apart)).toEqual([]);
  expect(addedRemarks([change(), change(true)], apart)).toEqual(
    remark(
      'public.post_stats has no row for 1 post: it is added. An undo takes the count back to 0 and leaves the row.',
    ),
  );
  expect(addedRemarks([change(true), change(true)], apart)).toEqual(
    remark(
      'public.post_stats has no row for 2 posts: they are added. An undo takes the count back to 0 and leaves the row.',
    ),
  );
});

test('a key of several columns that is there twice is named whole', () => {
  const [column] = fakeTables.written.keys;
  const keys = ['region', 'shop'].map(name => ({ ...column!, column: name }));
  const twice = { keyTwice: true, refusesOrphans: null };
  expect(() => requireReversible({ ...tables(), written: { ...fakeTables.written, keys } }, twice)).toThrow(
    expect.objectContaining({ hint: 'Make every region, shop unique over all of these tables first.' }),
  );
});

test('of what is wrong with a trigger, an error is told before a warning', () => {
  const finding = (severity: 'warning' | 'error') => ({
    code: 'x',
    severity,
    message: `an ${severity}.`,
    hint: '',
  });
  const health = { healthy: false, findings: [finding('warning'), finding('error')] };
  expect(writersRemarks(health as Parameters<typeof writersRemarks>[0], [])).toMatchObject([
    { code: 'trigger-unhealthy', message: expect.stringMatching(/: an error\.$/) },
  ]);
});
