import { expect, test } from 'vitest';
import { quickCases } from './quick-cases.ts';

test('a name that no case has is refused', () => {
  const add = () => quickCases('here', 'gone').each([['here'], ['there']])('%s', async () => {});
  expect(add).toThrow('There is no case "gone".');
});
