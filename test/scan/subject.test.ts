import { describe, expect, test } from 'vitest';
import type { ConfiguredCounter } from '../../source/counter/configured/read-config.ts';
import { mayWrite, soundsLikeCounting } from '../../source/scan/names.ts';
import {
  names,
  namesOf,
  type ScanSubject,
  scanningFor,
  withColumn,
  withNames,
} from '../../source/scan/subject.ts';
import { namedTogether, subjectOf, subjectOfConfigured } from '../../source/scan/subject-of.ts';
import { comments } from '../helpers/counters.ts';

const about = (more: Partial<ScanSubject> = {}): ScanSubject => ({
  counter: 'app.story_categories.item_count',
  table: 'story_categories',
  column: 'item_count',
  records: 'Items',
  reference: ['category_id'],
  nouns: { row: ['category', 'categories'], record: ['item', 'items'] },
  ...more,
});
const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);

describe('the names of a counter', () => {
  test.each([
    ['story_categories', ['storycategories', 'storycategory'], ['storycategorie', 'story', 'categories']],
    ['boxes', ['boxes', 'box'], ['boxe']],
    ['dishes', ['dishes', 'dish'], ['dishe']],
    ['batches', ['batches', 'batch'], ['batche']],
    ['classes', ['classes', 'class'], ['classe', 'clas']],
    ['quizzes', ['quizzes', 'quizz'], ['quizze']],
    ['houses', ['houses', 'house'], ['hous']],
    ['class', ['class'], ['clas']],
    ['s', ['s'], ['']],
    ['iesx', ['iesx'], ['yx']],
    ['boxes_open', ['boxesopen'], ['boxopen']],
    ['BlogPosts', ['blogposts', 'blogpost'], ['blog', 'posts']],
  ])('the table %s is called %j, and not %j', (table, is, isNot) => {
    const { isTable, isRecords } = namesOf(about({ table, records: table }));
    expect(is.map(isTable)).toEqual(is.map(() => true));
    expect(is.map(isRecords)).toEqual(is.map(() => true));
    expect([...isNot, `x${is[0]}`, `${is[0]}x`].filter(isTable)).toEqual([]);
  });

  test('the column is one name alone, without its underscores', () => {
    const { isColumn } = namesOf(about({ column: 'Item-count of_all' }));
    expect(['itemcountofall', 'itemcountofalls', 'Item-count of_all', 'item_count'].map(isColumn)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('a text may spell them in snake case or camel case', () => {
    const { patterns } = namesOf(about({ column: 'itemCount', reference: ['categoryId', 'shop_id'] }));
    const spelled = (pattern: string, texts: string[]) => texts.filter(text => whole(pattern).test(text));
    expect(spelled(patterns.column, ['item_count', 'itemcount', 'item__count', 'count'])).toEqual([
      'item_count',
      'itemcount',
    ]);
    expect(spelled(patterns.table, ['story_categories', 'storycategories', 'story_category'])).toEqual([
      'story_categories',
      'storycategories',
    ]);
    expect(spelled(patterns.tables, ['story_categories', 'storycategory', 'story'])).toEqual([
      'story_categories',
      'storycategory',
    ]);
    expect(spelled(patterns.row, ['story_categories', 'story_category', 'storycategory'])).toEqual([
      'story_category',
      'storycategory',
    ]);
    expect(spelled(patterns.records, ['items', 'item', 'itemss'])).toEqual(['items', 'item']);
    expect(spelled(patterns.reference, ['category_id', 'categoryid', 'shop_id', 'id'])).toEqual([
      'category_id',
      'categoryid',
      'shop_id',
    ]);
  });

  test('a row of a table without a plural is called like the table', () => {
    expect(namesOf(about({ table: 'data' })).patterns.row).toMatch(/data/);
  });

  test('a name with characters of regular expressions stands for itself', () => {
    const { patterns } = namesOf(about({ column: 'a.b$(c)' }));
    expect(['a.b$(c)', 'axb$(c)', 'a.bc'].map(text => whole(patterns.column).test(text))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('what is not known is in no text', () => {
    const { patterns, isRecords, own } = namesOf(about({ records: null, reference: [] }));
    for (const text of ['', 'null', 'records', '(?!)']) {
      expect(text).not.toMatch(new RegExp(patterns.records));
      expect(text).not.toMatch(new RegExp(patterns.reference));
      expect(text).not.toMatch(new RegExp(patterns.track));
    }
    expect([isRecords(''), isRecords('null'), own]).toEqual([false, false, null]);
  });
});

describe('what is scanned for', () => {
  test('presets, if nothing else is named', () => {
    expect(names()).toMatchObject({
      counter: null,
      table: 'presets',
      column: 'usage_count',
      reference: ['preset_id'],
      nouns: { row: ['preset', 'presets'], record: ['record', 'records'] },
    });
    expect(scanningFor(null, names)).toBe(names());
  });

  test('a counter, as far as its work goes', async () => {
    const of = scanningFor(about(), async () => {
      await Promise.resolve();
      return names().counter;
    });
    expect(names().counter).toBe(null);
    expect(await of).toBe('app.story_categories.item_count');
  });

  test('regular expressions are made once for each counter', () => {
    const made: string[] = [];
    const ofTable = withNames(({ table }) => {
      made.push(table);
      return new RegExp(table);
    });
    const ofColumn = withColumn(column => {
      made.push(column);
      return new RegExp(column);
    });
    const both = () => {
      const [byTable, byColumn] = [ofTable(), ofColumn()];
      return [byTable.source, byColumn.source, byTable === ofTable(), byColumn === ofColumn()];
    };
    expect(both()).toEqual(['presets', 'usage_count', true, true]);
    expect(scanningFor(about({ column: 'a+b' }), both)).toEqual([
      '(?:story_?categories)',
      String.raw`a\+b`,
      true,
      true,
    ]);
    expect(made).toEqual(['presets', 'usage_count', '(?:story_?categories)', String.raw`a\+b`]);
  });
});

describe('the name of a function sounds like counting for another counter', () => {
  const sounds = (name: string, more: Partial<ScanSubject> = {}) =>
    scanningFor(about(more), () => soundsLikeCounting(name));

  test.each([
    'increment_item_count',
    'incrementItems',
    'bump_category_items',
    'decrement_items_of_a_category',
    'add_item_count',
    'set_items_total',
    'update_item_counter',
    'plus_item_number',
    'raise_item_num_v2',
    'decrease_story_items',
    'inc_item_count',
    'dec_items',
    'decr_items',
  ])('%s', name => {
    expect(sounds(name)).toBe(true);
  });

  test.each([
    ['another verb', 'get_item_count'],
    ['a verb that only begins like one', 'incremental_items'],
    ['a verb that only ends like one', 'preset_item_count'],
    ['what may insert the record', 'add_item'],
    ['the same', 'update_items'],
    ['another count', 'increment_share_count'],
    ['another count beside this', 'increment_item_shares'],
    ['a word that only ends like count', 'increment_item_account'],
    ['a word that only begins like count', 'increment_item_country'],
    ['its row alone', 'increment_category'],
    ['a count of its rows', 'increment_category_count'],
    ['the verb alone', 'increment'],
  ])('but not %s: %s', (_, name) => {
    expect(sounds(name)).toBe(false);
  });

  test('a count without a name of its own is any count of the table', () => {
    const total = { column: 'total_count' };
    expect(sounds('increment_category_count', total)).toBe(true);
    expect(sounds('increment_count', total)).toBe(true);
    expect(sounds('increment_category', total)).toBe(false);
    expect(sounds('increment_item', total)).toBe(false);
  });

  test.each([
    ['lists', 'increment_list_item_count'],
    ['boxes', 'increment_box_item_count'],
    ['classes', 'increment_class_item_count'],
    ['categories', 'increment_category_item_count'],
  ])('rows of %s are named in the singular: %s', (table, name) => {
    expect(sounds(name, { table })).toBe(true);
  });

  test('a count is named in the singular too', () => {
    expect(sounds('increment_category_view', { column: 'views' })).toBe(true);
  });

  test('words of records that are not known are not its own', () => {
    expect(sounds('increment_item_count_of_things', { records: 'things' })).toBe(true);
    expect(sounds('increment_item_count_of_things', { records: null })).toBe(false);
  });

  test('a text may be about it', () => {
    const may = (text: string) => scanningFor(about(), () => mayWrite(text, []));
    expect(['itemCount', 'storyCategory.update()', 'rpc(x)'].map(may)).toEqual([true, true, true]);
    expect(['usage_count', 'preset.update()', 'story.update()'].map(may)).toEqual([false, false, false]);
  });
});

test('what was scanned for, in words', () => {
  const counts = (...ids: string[]) => namedTogether(ids);
  const keeper = 'what may keep it';
  expect(namedTogether(undefined)).toEqual({ counts: 'usage_count', keeper: 'the trigger' });
  expect(counts('a.b')).toEqual({ counts: 'a.b', keeper });
  expect(counts('a.b', 'c.d', 'e.f')).toEqual({ counts: 'a.b, c.d or e.f', keeper });
  expect(counts('a', 'b', 'c', 'd', 'e')).toEqual({ counts: 'a, b, c, d or e', keeper });
  expect(counts('a', 'b', 'c', 'd', 'e', 'f', 'g')).toEqual({ counts: 'a, b, c, d, e or 2 more', keeper });
});

test('the subject of a counter that was found has the names of its definition', () => {
  expect(subjectOf(comments)).toEqual({
    counter: comments.id,
    table: comments.row.table,
    column: comments.row.count,
    records: comments.record.table,
    reference: comments.record.reference,
    nouns: comments.nouns,
    writers: { triggers: ['count_comment'], functions: [], besides: [] },
  });
  const stats = { schema: 'public', table: 'post_stats', row: ['post_id'] };
  expect(subjectOf({ ...comments, via: stats }).table).toBe('post_stats');
  const source = { ...comments.source, kind: 'built-in' as const };
  expect(subjectOf({ ...comments, source }).counter).toBe(null);
});

test('what writes a counter in the database has its plain name', () => {
  const kept = {
    ...comments,
    writers: [
      ...comments.writers,
      { kind: 'trigger' as const, name: 'Count On Delete on public.comments', events: ['delete' as const] },
      { kind: 'function' as const, name: 'app."addComment"(uuid, text)', events: [] },
      { kind: 'function' as const, name: 'public.say(uuid)', events: [] },
    ],
    besides: ['public.bump(bigint)', 'app."Bump"(integer, text)', 'public.say(text)'],
  };
  expect(subjectOf(kept).writers).toEqual({
    triggers: ['count_comment', 'Count On Delete'],
    functions: ['addComment', 'say'],
    besides: ['bump', 'Bump'],
  });
});

describe('the subject of a counter of the configuration', () => {
  const of = (written: ConfiguredCounter['written']) =>
    subjectOfConfigured({ written, where: undefined, place: '' });

  test('all that it says', () => {
    expect(
      of({
        counter: 'blog.posts.views',
        records: { table: 'blog."Visit"', reference: ['post_id', 'blog_id'] },
        nouns: { row: ['post', 'posts'], record: ['visit', 'visits'] },
      }),
    ).toEqual({
      counter: 'blog.posts.views',
      table: 'posts',
      column: 'views',
      records: 'Visit',
      reference: ['post_id', 'blog_id'],
      nouns: { row: ['post', 'posts'], record: ['visit', 'visits'] },
    });
  });

  test('its name alone', () => {
    expect(of({ counter: 'posts.views' })).toEqual({
      counter: 'posts.views',
      table: 'posts',
      column: 'views',
      records: null,
      reference: [],
      nouns: { row: ['row', 'rows'], record: ['record', 'records'] },
    });
  });

  test.each([
    ['visits', 'visits'],
    ['app.blog.visits', 'visits'],
    ['two words', null],
  ])('records in %s', (table, records) => {
    expect(of({ counter: 'posts.views', records: { table } })).toMatchObject({ records });
  });

  test('one column that refers to the row', () => {
    expect(of({ counter: 'posts.views', records: { reference: 'post_id' } })).toMatchObject({
      records: null,
      reference: ['post_id'],
    });
  });

  test('none for that of presets, but for others of the same table or name', () => {
    expect(of({ counter: 'public.presets.usage_count' })).toBe(null);
    expect(of({ counter: 'presets.likes' })).toMatchObject({ table: 'presets', column: 'likes' });
    expect(of({ counter: 'styles.usage_count' })).toMatchObject({ table: 'styles', column: 'usage_count' });
  });
});
