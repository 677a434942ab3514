import { expect, test } from 'vitest';
import { noOptions } from '../../source/repair/repair.ts';

test('a repair without options leaves the times of uses, the records and the triggers alone', () => {
  expect(noOptions).toEqual({ lastUsed: false, deleteHistory: false, suppressTriggers: false });
});
