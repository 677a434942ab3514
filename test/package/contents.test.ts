import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { needsFullScale } from '../helpers/needs.ts';
import { program } from '../helpers/terminal.ts';
import { runProgram } from './commands.ts';
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

test('npm would publish it as it is', needsFullScale(), async () => {
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

// A file of another version that it found by the same name would know the shared functions by other names.
test('where another version takes its place while it runs, it finds no file of that, and says so', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'replaced-'));
  try {
    for (const file of packedFiles.filter(name => /^dist\/(?!later).*\.js$/.test(name)))
      cpSync(join(root, file), join(directory, file));
    const replaced = {
      file: () => join(directory, 'dist/cli.js'),
      environment: () => ({ PATH: dirname(process.execPath), HOME: directory, TMPDIR: directory }),
      directory: () => directory,
    };
    expect(await runProgram(replaced, ['--help'])).toEqual({
      code: 70,
      out: '',
      err: 'A file of this program is gone: it was updated or removed while it ran.\nQuit it and start it again.\n',
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the licenses of what is bundled come with it', () => {
  const licenses = readFileSync(join(root, 'dist/licenses.txt'), 'utf8');
  for (const name of ['ink', 'react', 'postgres', 'zod', '@electric-sql/pglite-socket', 'csv-parse'])
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
  expect(licenses).not.toMatch(/^(?:vitest|esbuild|oxc-parser) \d/m);
  expect(licenses.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(15);
});
