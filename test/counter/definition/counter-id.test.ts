import { describe, expect, test } from 'vitest';
import { counterId, parseCounterId } from '../../../source/counter/definition/counter-id.ts';

const reserved = new Set(['order', 'user']);

describe('the id of a counter', () => {
  test.each([
    ['public', 'posts', 'comments_count', 'public.posts.comments_count'],
    ['public', 'Post', 'commentsCount', 'public."Post"."commentsCount"'],
    ['app', 'order', 'items', 'app."order".items'],
    ['a.b', 'say "hi"', 'n', '"a.b"."say ""hi""".n'],
    ['öffentlich', 't', '1st', '"öffentlich".t."1st"'],
  ])('%s, %s and %s', (schema, table, column, id) => {
    expect(counterId({ schema, table }, column, reserved)).toBe(id);
    expect(parseCounterId(id)).toEqual({ schema, table, column });
  });

  test.each([
    ['posts.comments_count', { schema: null, table: 'posts', column: 'comments_count' }],
    ['Public.Posts.Comments_Count', { schema: 'public', table: 'posts', column: 'comments_count' }],
  ])('%s as somebody types it', (text, expected) => {
    expect(parseCounterId(text)).toEqual(expected);
  });

  test.each(['', 'posts', 'a.b.c.d', 'a..b', '.a.b', 'a.b.', 'a b.c', '"a.b', 'a"b".c'])(
    '%j is none',
    text => {
      expect(parseCounterId(text)).toBeNull();
    },
  );
});
