import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../source', import.meta.url));

// What draws with other characters has an ASCII set beside it, or writes files; the demo's names are anything at all.
const exceptions = /^demo\/|^checklist\/app-log\/|^format\/(badges|text)\.ts$|^cli\/checklist\/report\.ts$/;

test('sentences are plain ASCII, so that --ascii needs no second set of them', () => {
  const found = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !exceptions.test(relative(source, file)))
    .flatMap(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => /[^\x20-\x7e]/.test(line) && !/^\s*(?:\/\/|\*|\/\*)/.test(line))
        .map(line => `${relative(source, file)}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});
