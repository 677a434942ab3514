import { expect, test } from 'vitest';
import { wrap } from '../../source/format/wrap.ts';

test.each([
  ['one row', 7, ['one row']],
  ['one row', 6, ['one', 'row']],
  ['a bb ccc dddd', 5, ['a bb', 'ccc', 'dddd']],
  ['a incomprehensible b', 4, ['a', 'incomprehensible', 'b']],
  ['', 4, ['']],
])('%j in %i columns', (text, width, rows) => {
  expect(wrap(text, width)).toEqual(rows);
});
