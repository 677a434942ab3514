import { describe, expect, test } from 'vitest';
import { countersByName } from '../../source/counters/find/by-name.ts';
import { nounOf } from '../../source/counters/names/nouns.ts';
import { plural, singular } from '../../source/counters/names/words.ts';
import { readingsOf } from './catalog-of.ts';

describe('a word', () => {
  test.each([
    ['comments', 'comment'],
    ['replies', 'reply'],
    ['categories', 'category'],
    ['people', 'person'],
    ['children', 'child'],
    ['boxes', 'box'],
    ['branches', 'branch'],
    ['classes', 'class'],
    ['statuses', 'status'],
    ['uses', 'use'],
    ['cases', 'case'],
    ['responses', 'response'],
    ['movies', 'movie'],
    ['shelves', 'shelf'],
    ['series', 'series'],
    ['analyses', 'analysis'],
    ['likes', 'like'],
    ['keys', 'key'],
  ])('%s is many of a %s', (many, one) => {
    expect(singular(many)).toBe(one);
    expect(plural(one)).toBe(many);
    expect(plural(many)).toBe(many);
  });

  test.each(['status', 'address', 'bus', 'analysis', 'news'])('%s is one', word =>
    expect(singular(word)).toBe(word),
  );
});

describe('what rows are called', () => {
  test.each([
    ['comments', ['comment', 'comments']],
    ['template_presets', ['template preset', 'template presets']],
    ['BlogPosts', ['blog post', 'blog posts']],
    ['preset_usage', ['preset usage', 'preset usages']],
    ['tbl_people', ['person', 'people']],
    ['t2', ['row', 'rows']],
    ['x_9', ['row', 'rows']],
  ])('%s', (table, noun) => expect(nounOf(table, ['row', 'rows'])).toEqual(noun));
});

const found = (ddl: string) =>
  countersByName(readingsOf(ddl).catalog.tables, new Set()).map(
    ({ table, column, record, reference }) =>
      `${table.name}.${column} = ${record.name} by ${reference.join(', ')}`,
  );

const row = (columns: string) =>
  `CREATE TABLE posts (id integer PRIMARY KEY, author_id integer, ${columns});`;
const record = (name: string, more = '') =>
  `CREATE TABLE ${name} (id integer PRIMARY KEY, post_id integer REFERENCES posts${more});`;

describe('a count that foreign keys and names speak for', () => {
  test.each([
    ['comments_count', 'comments'],
    ['comment_count', 'comments'],
    ['comments_counter', 'comments'],
    ['"commentsCount"', 'comments'],
    ['"commentCount"', '"Comment"'],
    ['num_comments', 'comments'],
    ['n_comments', 'comments'],
    ['nb_comments', 'comments'],
    ['number_of_comments', 'comments'],
    ['count_comments', 'comments'],
    ['total_comments', 'comments'],
    ['comments_total', 'comments'],
    ['cached_comments_count', 'comments'],
    ['comments', 'comments'],
    ['comments_count', 'post_comments'],
    ['comments_count', '"PostComments"'],
    ['reply_count', 'replies'],
    ['people_count', 'people'],
    ['person_count', 'people'],
    ['children_count', 'child'],
    ['members_count', 'memberships'],
    ['members_count', 'post_members'],
    ['use_count', 'post_usage'],
    ['usage_count', 'post_usages'],
    ['presets_count', 'template_presets'],
    ['tags_count', 'tags_posts'],
  ])('%s of records in %s', (column, table) => {
    const name = table.replaceAll('"', '');
    expect(found(row(`${column} integer`) + record(table))).toEqual([
      `posts.${column.replaceAll('"', '')} = ${name} by post_id`,
    ]);
  });

  test.each([
    'age integer',
    'port integer',
    'retry_count integer',
    'word_count integer',
    'view_count integer',
    'comments text',
    'comments jsonb',
    'comments_count text',
    'comment_limit integer',
    'max_comments integer',
    'likes integer',
    'duration_seconds integer',
    'points integer',
  ])('%s is none', column => expect(found(row(column) + record('comments'))).toEqual([]));

  test('two tables that fit are none', () => {
    expect(found(row('comments_count integer') + record('comments') + record('post_comments'))).toEqual([]);
  });

  test('a table that does not refer here is none', () => {
    expect(
      found(
        `${row('comments_count integer')} CREATE TABLE comments (id integer PRIMARY KEY, post_id integer);`,
      ),
    ).toEqual([]);
  });

  test('replies of a comment are those that refer to it', () => {
    const ddl =
      'CREATE TABLE comments (id integer PRIMARY KEY, parent_id integer REFERENCES comments, replies_count integer, comments_count integer);';
    expect(found(ddl)).toEqual(['comments.replies_count = comments by parent_id']);
  });

  test('followers are counted by who is followed', () => {
    const ddl = `CREATE TABLE users (id integer PRIMARY KEY, followers_count integer, following_count integer);
      CREATE TABLE follows (follower_id integer REFERENCES users, followed_id integer REFERENCES users);`;
    expect(found(ddl)).toEqual([
      'users.followers_count = follows by followed_id',
      'users.following_count = follows by follower_id',
    ]);
  });

  test('the students of a course are its enrollments', () => {
    const ddl = `CREATE TABLE students (id integer PRIMARY KEY);
      CREATE TABLE courses (id integer PRIMARY KEY, students_count integer);
      CREATE TABLE enrollments (student_id integer REFERENCES students, course_id integer REFERENCES courses);`;
    expect(found(ddl)).toEqual(['courses.students_count = enrollments by course_id']);
  });

  test('an author and an editor of posts are not the same', () => {
    const ddl = `CREATE TABLE users (id integer PRIMARY KEY, posts_count integer);
      CREATE TABLE posts (id integer PRIMARY KEY, author_id integer REFERENCES users, editor_id integer REFERENCES users);`;
    expect(found(ddl)).toEqual([]);
  });
});
