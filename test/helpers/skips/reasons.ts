import { describe, test } from 'vitest';
import { needs } from '../needs.ts';

test('that runs', () => {});

describe('a group', needs(false, 'There is no engine. Install one.'), () => {
  test('one', () => {});
  test.each([1, 2])('each of %i', () => {});
});

test('that finds out later', ({ skip }) => skip('It is too late. Come earlier.'));

test('that needs nothing', needs(true, 'Never said.'), () => {});
