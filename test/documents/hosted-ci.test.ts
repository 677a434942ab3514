import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDocument, root } from './markdown.ts';

const { text } = readDocument('.github/workflows/ci.yml');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const valuesOf = (key: string) =>
  [...text.matchAll(new RegExp(`^ *(?:- )?${key}: (.*)$`, 'gm'))].map(([, value = '']) => value);

test('the hosted CI calls what is there', () => {
  const missing = valuesOf('run').filter(command => {
    const script = /^npm run (\S+)$/.exec(command)?.[1];
    if (script !== undefined) return !(script in scripts);
    return !/^npm ci(?: --ignore-scripts)?$/.test(command) && !existsSync(join(root, command));
  });
  expect(valuesOf('run')).toContain('.ci/run');
  expect(missing).toEqual([]);
});

test('it runs on Linux, macOS and Windows, with actions of a major version', () => {
  for (const system of ['ubuntu', 'macos', 'windows']) expect(text).toContain(`${system}-latest`);
  expect(valuesOf('uses').filter(action => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
});

test('it is YAML of the plain kind: two spaces a level, one key a line, no address of a registry', () => {
  const lines = text.split('\n').filter(line => line !== '');
  expect(lines.filter(line => !/^(?: {2})*(?:- )?[\w-]+:(?: \S.*)?$/.test(line))).toEqual([]);
  expect(text).not.toContain('://');
});
