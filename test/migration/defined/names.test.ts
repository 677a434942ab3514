import { expect, test } from 'vitest';
import { keeperName } from '../../../source/migration/defined/names.ts';
import { defined } from '../../helpers/definitions.ts';

const named = (table: string, count: string, taken: string[] = []) =>
  keeperName(defined({ row: { table, count }, record: { table: 'r', reference: ['x'] } }), new Set(taken));

test('it says what it keeps', () => {
  expect(named('posts', 'comments_count')).toBe('keep_posts_comments_count');
});
test('a name that is taken gets a number', () => {
  expect(named('posts', 'n', ['keep_posts_n', 'keep_posts_n_2'])).toBe('keep_posts_n_3');
});
test('a long name is cut and stays its own, with every trigger within 63 bytes', () => {
  const [one, other] = [named('p'.repeat(60), 'comments_count'), named('p'.repeat(60), 'comments_counts')];
  expect(one).not.toBe(other);
  expect(named('p'.repeat(60), 'comments_count')).toBe(one);
  for (const name of [one, named('\u{1F4AC}'.repeat(15), 'z')]) {
    expect(Buffer.byteLength(`${name}_between_delete`)).toBeLessThanOrEqual(63);
    expect(name.isWellFormed()).toBe(true);
  }
});
