import { expect, test } from 'vitest';
import { noOptions, notANumber } from '../../source/repair/repair.ts';

test('a preset whose count is not a number is left alone, with what its count is', () => {
  expect(notANumber({ id: '7', name: 'Warm', exact: 'NaN' })).toEqual({
    id: '7',
    name: 'Warm',
    reason: 'refused',
    message: expect.stringContaining('Its usage_count is NaN'),
  });
});

test('a repair without options leaves the times of uses, the records and the triggers alone', () => {
  expect(noOptions).toEqual({ lastUsed: false, deleteHistory: false, suppressTriggers: false });
});
