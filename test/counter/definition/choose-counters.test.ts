import { expect, test } from 'vitest';
import {
  chooseCounters,
  isNamed,
  namedCounters,
} from '../../../source/counter/definition/choose-counters.ts';
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

const found = [
  ['chats', 'lines_count'],
  ['posts', 'comments_count'],
  ['posts', 'likes'],
].map(([table = '', count = '']) => defined({ row: { table, count }, record }));
const listed = 'preset-usage counters lists those that were found.';

test.each([
  ['public.post.comment_count', 'Nearest: public.posts.comments_count, public.posts.likes.'],
  ['public.posts.shares', 'Nearest: public.posts.comments_count, public.posts.likes.'],
  ['public.albums.likes', 'Nearest: public.posts.likes.'],
  ['public.wallets.balance', listed],
  ['public.a.b', listed],
])('an unknown counter is answered with near names only: %s', (text, hint) => {
  expect(() => chooseCounters(namedCounters([text]), found, [], 'public')).toThrow(
    expect.objectContaining({
      code: 'no-such-counter',
      hint: `${hint} Describe what cannot be found in counters.json.`,
    }),
  );
});
