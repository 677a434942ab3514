import { expect, test } from 'vitest';
import { isNamed } from '../../../source/counter/definition/choose-counters.ts';
import { defined } from '../../helpers/definitions.ts';

const record = { table: 'comments', reference: ['post_id'] };
const own = defined({ row: { table: 'posts', count: 'comments' }, record });
const apart = defined({
  row: { table: 'posts', count: 'comments' },
  via: { table: 'post_stats', row: ['post'] },
  record,
});

test.each([
  ['public.posts.comments', true, false],
  ['posts.comments', true, false],
  ['Posts.comments', true, false],
  ['other.posts.comments', false, false],
  ['posts.likes', false, false],
  ['post_stats.comments', false, true],
])('%s names the count where it stands', (text, isOwn, isApart) => {
  expect([isNamed([text], own), isNamed([text], apart)]).toEqual([isOwn, isApart]);
});

test('none is named by nothing, and any of several', () => {
  expect([isNamed([], own), isNamed(['a.b', 'posts.comments'], own)]).toEqual([false, true]);
});
