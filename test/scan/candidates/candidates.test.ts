import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanDirectory } from '../../../source/scan/scan.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Where the count is written, and which files were read more than once: each is read first to see whether it can be parsed. */
async function scanned(files: Record<string, string>): Promise<{ writes: string[]; followed: string[] }> {
  await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(root, file), text)));
  const told: string[] = [];
  const { writes } = await scanDirectory(root, { reading: file => file !== null && told.push(file) });
  return {
    writes: writes.map(({ file, line }) => `${file}:${line}`),
    followed: Object.keys(files).filter(file => told.indexOf(file) !== told.lastIndexOf(file)),
  };
}

const shows = 'export const shown = preset => preset.usage_count;\n';
const passes = 'export const use = (bump, preset) => bump({ usage_count: preset.usage_count + 1 });\n';

test('what only names the count is followed if what it imports may write', async () => {
  const files = {
    'shows.ts': shows,
    'shows-more.ts': `import { shown } from './shows';\n${shows}`,
    'unknown.ts': passes,
    'uses.ts': "import change from './between';\nexport const use = n => change({ usage_count: n + 1 });\n",
    'between.ts': "export { put as default } from './puts';\n",
    'puts.ts': "export const put = values => db.from('presets').update(values);\n",
  };
  expect(await scanned(files)).toEqual({ writes: ['uses.ts:2'], followed: ['uses.ts', 'puts.ts'] });
});

test('or if a helper is called as it calls something', async () => {
  const files = {
    'shows.ts': shows,
    // Its helper is known only once the next file is read.
    'first.ts':
      'export const use = ({ presets }, n) => presets.again({ usage_count: n + 1 });\nexport const n = row.usage_count;\n',
    'second.ts':
      'export const again = (values, presets) => presets.put(values);\nexport const n = row.usage_count;\n',
    'puts.ts': "export class Store {\n  put(values) { return db.from('presets').update(values); }\n}\n",
  };
  expect(await scanned(files)).toEqual({
    writes: ['first.ts:1'],
    followed: ['first.ts', 'second.ts', 'puts.ts'],
  });
});

test('or if the address of a request that counts is imported', async () => {
  const files = {
    'asks.ts':
      "import { address } from './addresses';\nexport const use = preset => [send(address), preset.usage_count];\n",
    'addresses.ts': "export const address = '/rest/v1/rpc/increment_preset_usage_count';\n",
  };
  expect((await scanned(files)).writes).toEqual(['asks.ts:2']);
});
