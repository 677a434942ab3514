import { describe, expect, test } from 'vitest';
import { messageOfCounter } from '../../source/scan/counter-reasons.ts';
import { hintOf, whyOf } from '../../source/scan/reasons.ts';
import { type ScanSubject, scanningFor } from '../../source/scan/subject.ts';

type About = Parameters<typeof whyOf>[0];
const about = (more: Partial<About> = {}): About => ({
  kind: 'sql',
  how: 'adds',
  record: null,
  line: 9,
  readBefore: false,
  through: null,
  routine: null,
  trigger: null,
  ...more,
});
const posts: ScanSubject = {
  counter: 'blog.posts.views',
  table: 'posts',
  column: 'views',
  records: 'post_views',
  reference: ['post_id'],
  nouns: { row: ['post', 'posts'], record: ['visit', 'visits'] },
};
const check = 'preset-usage trigger --counter blog.posts.views shows what keeps the count.';
const store = `If the database keeps it, remove the write and only store the visit. ${check}`;
const overwrites = 'It also writes back what it read before: simultaneous changes overwrite each other.';
const reset =
  'Use preset-usage reset --counter blog.posts.views, which can delete the visits too and can be undone.';

describe('why a write of another counter is wrong, and what to do', () => {
  test.each<[string, Partial<About>, why: string, hint: string]>([
    [
      'a trigger is turned off',
      { kind: 'trigger-disabled', how: null, trigger: 'count_visit' },
      'It turns the trigger count_visit off, and nothing in the scanned files turns it on again: visits stored after that are not counted.',
      `Turn it on again in the same transaction (ALTER TABLE post_views ENABLE TRIGGER count_visit). ${check}`,
    ],
    [
      'all triggers are turned off',
      { kind: 'trigger-disabled', how: null },
      'It turns the triggers of post_views off, and nothing in the scanned files turns them on again. If one keeps views, visits stored after that are not counted.',
      `Turn them on again in the same transaction (ALTER TABLE post_views ENABLE TRIGGER ALL). ${check}`,
    ],
    [
      'new rows begin with a count',
      { how: 'sets', inserts: true, readBefore: true },
      'New posts begin with a value of views that another source gives them. Without the visits for it, it is wrong from the start.',
      `Leave views out, and insert the visits. ${check}`,
    ],
    [
      'a row is written back as it was read',
      { kind: 'orm', how: 'sets', readBefore: true },
      'It writes a whole row back with the views that it read: changes made in between are lost.',
      store,
    ],
    [
      'the same in a function that is given the row',
      { kind: 'orm', how: 'sets', readBefore: true, through: 'save' },
      'save() writes the value passed to it. It writes a whole row back with the views that it read: changes made in between are lost.',
      store,
    ],
    [
      'zero',
      { how: 'zero' },
      'It sets views to 0 but keeps the visits: the count is then too low by all of them.',
      reset,
    ],
    [
      'zero, in a function',
      { how: 'zero', through: 'put' },
      'put() writes the value passed to it. It sets views to 0 but keeps the visits: the count is then too low by all of them.',
      reset,
    ],
    [
      'one less',
      { how: 'subtracts' },
      'views follows from the visits. If a trigger keeps it, each subtraction by hand makes it too low.',
      store,
    ],
    [
      'one less than was read, in a function',
      { how: 'subtracts', readBefore: true, through: 'put' },
      `put() writes the value passed to it. views follows from the visits. If a trigger keeps it, each subtraction by hand makes it too low. ${overwrites}`,
      store,
    ],
    [
      'a function of a migration',
      { kind: 'migration-counter', routine: 'bump' },
      'bump() writes views too. If a trigger keeps it, the count has two writers.',
      store,
    ],
    [
      'what a migration runs itself',
      { kind: 'migration-counter' },
      'It writes views too. If a trigger keeps it, the count has two writers.',
      store,
    ],
    [
      'a call beside an inserted record',
      { kind: 'rpc', record: 4, through: 'bump' },
      'It inserts one visit on line 4 and calls bump() on line 9: if a trigger keeps the count, that counts twice.',
      store,
    ],
    [
      'one more than was read, beside an inserted record, in a function',
      { record: 4, readBefore: true, through: 'put' },
      `put() writes the value passed to it. It inserts one visit on line 4 and writes views on line 9: if a trigger keeps the count, that counts twice. ${overwrites}`,
      store,
    ],
    [
      'a call',
      { kind: 'rpc', how: null, through: 'bump' },
      'bump() adds to views. If a trigger keeps it, a stored visit counts twice, and any other call counts without one.',
      store,
    ],
    [
      'a call in SQL',
      { routine: 'bump' },
      'bump() adds to views. If a trigger keeps it, a stored visit counts twice, and any other call counts without one.',
      store,
    ],
    [
      'a function that sets, in SQL',
      { routine: 'bump', how: 'sets' },
      'views follows from the visits: a value set by hand is only right by chance, and overwrites simultaneous changes.',
      store,
    ],
    [
      'one more',
      {},
      'If a trigger keeps views, adding by hand counts a stored visit twice, or counts one that was not stored.',
      store,
    ],
    [
      'one more than was read, in a function',
      { readBefore: true, through: 'put' },
      `put() writes the value passed to it. If a trigger keeps views, adding by hand counts a stored visit twice, or counts one that was not stored. ${overwrites}`,
      store,
    ],
    [
      'another value, in a function',
      { how: 'sets', through: 'put' },
      'put() writes the value passed to it. views follows from the visits: a value set by hand is only right by chance, and overwrites simultaneous changes.',
      store,
    ],
    [
      'a value that was read but is not known',
      { how: null, readBefore: true },
      'views follows from the visits: a value set by hand is only right by chance, and overwrites simultaneous changes.',
      store,
    ],
  ])('%s', (_, more, why, hint) => {
    scanningFor(posts, () => {
      expect(whyOf(about(more))).toBe(why);
      expect(hintOf(about(more))).toBe(hint);
    });
  });
});

test.each([
  [
    'recount',
    'It computes views from the visits again, so nothing counts twice. Changes that commit meanwhile may be lost.',
  ],
  [
    'reset',
    'It sets views to 0 once but keeps the visits. preset-usage reset shows what that changes, and can be undone.',
  ],
  [
    'row-saved',
    'It saves a row that was read before, and may write back a value of views that has changed since. Write the changed columns alone.',
  ],
  ['insert-with-count', 'A new post starts with a value of views that has no visits.'],
] as const)('what is worth a look: %s', (kind, message) => {
  expect(messageOfCounter(kind, posts)).toBe(message);
});

describe('what keeps the count is said where the database knows it', () => {
  const none = { triggers: [], functions: [], besides: [] };
  const said = (writers: ScanSubject['writers'], more: Partial<About> = {}) =>
    scanningFor({ ...posts, ...(writers ? { writers } : {}) }, () => [
      whyOf(about(more)),
      hintOf(about(more)),
    ]);
  const twice = 'adding by hand counts a stored visit twice, or counts one that was not stored.';

  test.each<[string, ScanSubject['writers'], string]>([
    ['a trigger', { ...none, triggers: ['count_visit'] }, 'The trigger count_visit keeps views:'],
    ['triggers', { ...none, triggers: ['a', 'b'], functions: ['c'] }, 'The triggers a and b keep views:'],
    ['a function', { ...none, functions: ['visit'] }, 'The function visit() keeps views:'],
  ])('%s', (_, writers, kept) => {
    expect(said(writers)).toEqual([
      `${kept} ${twice}`,
      `Remove the write and only store the visit. ${check}`,
    ]);
  });

  test.each<[string, Partial<About>, string]>([
    ['one less', { how: 'subtracts' }, 'The trigger a keeps it: each subtraction by hand makes it too low.'],
    [
      'in a migration',
      { kind: 'migration-counter', routine: 'b' },
      'The trigger a keeps it: the count has two writers.',
    ],
    [
      'a call',
      { kind: 'rpc', through: 'b' },
      'b() adds to views. The trigger a keeps it: a stored visit counts twice,',
    ],
    [
      'beside a record',
      { record: 4 },
      'writes views on line 9: the trigger a keeps the count, so that counts twice.',
    ],
  ])('of %s', (_, more, words) => {
    expect(said({ ...none, triggers: ['a'] }, more)[0]).toContain(words);
  });

  test('nothing in the database', () => {
    const [why, hint] = said({ ...none, besides: ['bump'] });
    expect(why).toBe(`If a trigger keeps views, ${twice}`);
    expect(hint).toBe(
      `Nothing in the database was found that keeps it, so this may be what does. Otherwise remove the write and only store the visit. ${check}`,
    );
    expect(said(undefined)[1]).toBe(store);
  });
});
