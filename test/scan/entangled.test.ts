import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanApart } from '../../source/scan/child/scan-in-child.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-entangled-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const bump = "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);\n";

const lines = (size: number, line: (at: number) => string) =>
  Array.from({ length: size }, (_, at) => line(at)).join('\n');

/** Forty modules that re-export each other, like the barrel files of a monorepo. */
const barrels = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [
    `m${at}.ts`,
    `${lines(4, each => `export * from './m${(at + each * 3 + 1) % 40}';`)}
     import { missing } from './m${(at + 1) % 40}';
     await supabase.from(missing).update({ usage_count: missing });
     export const t${at} = 'presets';`,
  ]),
);

test.each<[string, Record<string, string>]>([
  [
    'modules that export all of each other',
    {
      ...barrels,
      'a.ts': `import { t7 } from './m0';\nimport { gone } from './m1';\ndb.from(gone).update(gone);\nexport const u = db.from(t7).update({ usage_count: 1 });`,
    },
  ],
  [
    'texts that double',
    {
      'a.ts': `${bump}const v0 = x ? 'presets' : 'update presets';\n${lines(60, at => `const v${at + 1} = \`\${v${at}}\${v${at}}\` + v${at};`)}\ndb.query(v60);`,
    },
  ],
  [
    'objects that double',
    {
      'a.ts': `${bump}const o0 = { table: 'x', usage_count: 1 };\n${lines(60, at => `const o${at + 1} = { ${`...(x ? o${at} : o${at}), `.repeat(9)}};`)}\ndb.from(o60.table).update(o60);\ndb.from('presets').update(o60);`,
    },
  ],
  [
    'lists that double',
    {
      'a.ts': `${bump}const a0 = [{ usage_count: 1 }];\n${lines(60, at => `const a${at + 1} = a${at}.concat(a${at}).map(x => ({ ...x, ...a${at}[0] }));`)}\nconst [one] = a60;\ndb.from('presets').upsert(a60);\ndb.from('presets').upsert(one);`,
    },
  ],
  ['scripts that never end', { 'a.ts': bump, 'open.vue': '<script> presets usage_count\n'.repeat(60_000) }],
  [
    'what stands for itself',
    {
      'a.ts': `${bump}const a = { ...a, [a]: a };\nlet q = q + q;\nclass K extends K { t = this.t; }\nfunction f(x = f(f)) { return f(f(x)); }\ndb.from(q).update(f(a));\nnew K().t.update(a);`,
    },
  ],
])('%s do not keep a scan from ending', async (_, files) => {
  await write(files);
  const parsed: [done: number, total: number][] = [];
  const { writes, unparsed } = await scanApart(root, { onParsed: (...how) => parsed.push(how) });
  const [, total] = parsed[0] ?? [];
  expect(parsed.map(([done]) => done)).toEqual(Array.from({ length: (total ?? 0) + 1 }, (_, at) => at));
  expect(writes.map(({ file }) => file)).toContain('a.ts');
  expect(unparsed).toEqual([]);
});

const joined = (texts: number) => `${bump}const q = 'usage_count'\n${"+ ' 1'\n".repeat(texts)};`;

test.each<[string, string]>([
  ['too deep for the walk', joined(30_000)],
  ['too deep for the parser', `${bump}const q = ${'[\n'.repeat(200_000)}${']'.repeat(200_000)};`],
])('a file that is nested %s is named, and the others are read', async (_, text) => {
  // As deep as generated code is.
  await write({ 'deep.ts': text, 'long.ts': joined(11_000), 'sound.ts': bump });
  const { writes, unparsed } = await scanApart(root);
  expect(writes.map(({ file }) => file)).toEqual(['long.ts', 'sound.ts']);
  expect(unparsed).toEqual([
    expect.objectContaining({ file: 'deep.ts', message: expect.stringContaining('nested too deeply') }),
  ]);
});

test('a file that takes too long is named, and the others are read', async () => {
  // For every update, the scan follows what happened to the variable before it.
  await write({
    'slow.ts': `let patch = {};\n${lines(20_000, at => `patch.usage_count = patch.usage_count + ${at}; db.from('presets').update(patch);`)}`,
    'sound.ts': bump,
  });
  const { writes, unparsed } = await scanApart(root, { patience: 4_000 });
  expect(writes.map(({ file }) => file)).toEqual(['sound.ts']);
  expect(unparsed).toEqual([
    expect.objectContaining({ file: 'slow.ts', message: expect.stringContaining('too long') }),
  ]);
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
