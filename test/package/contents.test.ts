import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { program } from '../helpers/terminal.ts';
import { npm, root } from './npm.ts';
import { packedFiles } from './packed-files.ts';

interface Packed {
  files: { path: string; mode: number }[];
}

test('npm packs what is meant, and nothing else', async () => {
  const [packed] = JSON.parse(await npm('pack', '--dry-run', '--json')) as [Packed];
  expect(packed.files.map(({ path }) => path).sort()).toEqual(packedFiles);
  // What `bin` names has to be executable.
  expect(packed.files.filter(({ mode }) => (mode & 0o111) !== 0).map(({ path }) => path)).toEqual([
    program.slice(root.length + 1),
  ]);
});

test('npm would publish it as it is', async () => {
  const printed = JSON.parse(await npm('publish', '--dry-run', '--json'));
  // Since npm 11 by the name of each package that it publishes.
  const { id, files } = (printed['preset-usage-console'] ?? printed) as { id: string } & Packed;
  expect(id).toMatch(/^preset-usage-console@\d+\.\d+\.\d+$/);
  expect(files.map(({ path }) => path).sort()).toEqual(packedFiles);
});

test('nothing of the machine that it was built on is in it', () => {
  const text = (file: string) => readFileSync(join(root, file), 'latin1');
  const own = [root, homedir() === '/root' ? '/root/' : homedir()];
  expect(packedFiles.filter(file => own.some(path => text(file).includes(path)))).toEqual([]);
});

test('the licenses of what is bundled come with it', () => {
  const licenses = readFileSync(join(root, 'dist/licenses.txt'), 'utf8');
  for (const name of ['ink', 'react', 'postgres', 'zod', '@electric-sql/pglite-socket', 'csv-parse'])
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
  expect(licenses).not.toMatch(/^(?:vitest|esbuild|oxc-parser) \d/m);
  expect(licenses.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(15);
});
