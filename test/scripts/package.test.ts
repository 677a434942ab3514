import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as Record<string, unknown>;

test('the program has the name that is typed, and that of the package, which npx runs without installing it', () => {
  const { name, bin } = read('package.json');
  expect(bin).toEqual({ 'preset-usage': 'dist/cli.js', [String(name)]: 'dist/cli.js' });
});
