import { expect, test } from 'vitest';
import { asksForJson } from '../../source/cli/refuse.ts';

test.each([
  [['check', '--json'], true],
  [['check', '--format', 'json'], true],
  [['check', '--format=json'], true],
  [['check', '--format', 'csv'], false],
  [['check', '--preset', 'json'], false],
  [[], false],
])('%j asks for JSON: %s', (argv, asks) => {
  expect(asksForJson(argv)).toBe(asks);
});
