import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../source', import.meta.url));
// Not the variables of the environment, which have their names from the program's.
const names =
  /preset_usage(?!_debug|_needs_volume|_sort)|usage_count|last_used_at|usage_type|usage_data|preset_id|\bpublic\.presets\b|\b(?:from|into|join|update|table) presets\b/i;

/** Where the names belong. */
const isTheirPlace = (file: string) =>
  file === 'counter/definition/preset-names.ts' || file.startsWith('demo/');

const naming = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => /\.tsx?$/.test(file))
  .flatMap(file =>
    readFileSync(join(source, file), 'utf8')
      .split('\n')
      .map((line, at) => ({ file, place: `${file}:${at + 1}`, line }))
      .filter(({ line }) => names.test(line)),
  );

test('only the definition of the preset and the demo name its tables and columns', () => {
  expect(naming.filter(({ file }) => !isTheirPlace(file)).map(({ place }) => place)).toEqual([]);
});

test('the preset has its names in one place', () => {
  expect(naming.some(({ file }) => file === 'counter/definition/preset-names.ts')).toBe(true);
});
