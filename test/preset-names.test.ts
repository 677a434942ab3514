import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stillNaming } from './preset-names.ts';

const source = fileURLToPath(new URL('../source', import.meta.url));
const names =
  /preset_usage|usage_count|last_used_at|usage_type|preset_id|public\.presets\b|\b(?:from|into|join|update|table) presets\b/i;

/** Where the names belong. */
const isTheirPlace = (file: string) =>
  file === 'counter/definition/preset-names.ts' || file.startsWith('demo/');

const naming = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => /\.tsx?$/.test(file) && !isTheirPlace(file))
  .filter(file => names.test(readFileSync(join(source, file), 'utf8')))
  .sort();

test('no other file than those that are listed names a table or column of presets', () => {
  expect(naming.filter(file => !stillNaming.includes(file))).toEqual([]);
});

test('every file that is listed still does', () => {
  expect(stillNaming.filter(file => !naming.includes(file))).toEqual([]);
});

test('the preset has its names in one place', () => {
  const own = readFileSync(join(source, 'counter/definition/preset-names.ts'), 'utf8');
  expect(own).toMatch(names);
});
