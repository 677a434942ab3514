import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ofText } from '../../../source/scan/code/count-change.ts';
import { scanDirectory } from '../../../source/scan/scan.ts';

test.each([
  ['usage_count + 1', 'adds'],
  ['usage_count +1', 'adds'],
  ['usage_count + $1', 'adds'],
  ['usage_count + :n', 'adds'],
  ['usage_count + ?', 'adds'],
  ['usage_count + EXCLUDED.usage_count', 'adds'],
  ['1 + usage_count', 'adds'],
  ['usage_count - 1', 'subtracts'],
  ['usage_count -$1', 'subtracts'],
  ['usage_count-1', 'subtracts'],
  ['usage_count+1', 'adds'],
  ["'n'- 1", 'subtracts'],
  ['?? + 1', 'adds'],
  ['?? - ?', 'subtracts'],
  ['? + usage_count', 'adds'],
  [':column: + :n', 'adds'],
  [':column: - 1', 'subtracts'],
  ["(data->'uses')::int", 'sets'],
  ['(SELECT count(*) FROM preset_usage)', 'recounts'],
  ['COUNT (u.id) + 1', 'recounts'],
  ['account(1)', 'sets'],
  ['0', 'zero'],
  [' (0) ', 'zero'],
  ['10', 'sets'],
  ['0 * n', 'sets'],
  ['n', 'sets'],
])('as SQL, %s %s', (text, how) => {
  expect(ofText(text)).toBe(how);
});

describe('as a value in code', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'scan-how-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const howOf = async (line: string) => {
    await writeFile(join(root, 'a.ts'), line);
    const { writes, notes } = await scanDirectory(root);
    return [...writes.map(({ how }) => how), ...notes.map(({ kind }) => kind)].join(' ');
  };

  test.each([
    ['n + 1', 'adds'],
    ['n - 1', 'subtracts'],
    ['n * 2', 'sets'],
    ['7', 'sets'],
    ['0', 'zero'],
    ['null', 'zero'],
    ['n', 'sets'],
    ['n++', 'adds'],
    ['--n', 'subtracts'],
    ['(n += 1)', 'adds'],
    ['(n -= 1)', 'subtracts'],
    ['(n = 5)', 'sets'],
    ["'0'", 'zero'],
    ["'usage_count + 1'", 'adds'],
    ['`usage_count - 1`', 'subtracts'],
    ['sql`usage_count + $1`', 'adds'],
    ['sql`0`', 'zero'],
    ['sql`(SELECT count(*) FROM preset_usage u WHERE u.preset_id = presets.id)`', 'recount'],
    ['Math.max(0, n - 1)', 'subtracts'],
    ['Number(n + 1)', 'adds'],
    ["db.raw('usage_count + 1')", 'adds'],
    ["literal('usage_count - 1')", 'subtracts'],
    ["unsafe('0')", 'zero'],
    ["jquery('0')", 'sets'],
    ["eb('usage_count', '+', 1)", 'adds'],
    ["eb('usage_count', '-', 1)", 'subtracts'],
    ['() => n + 1', 'adds'],
    ['function () { return n - 1; }', 'subtracts'],
    ['() => n', 'sets'],
    ['{ increment: 1 }', 'adds'],
    ['{ decrement: 1 }', 'subtracts'],
    ['{ set: 0 }', 'zero'],
    ['{ set: n + 1 }', 'adds'],
    ['{ multiply: 2 }', 'sets'],
    ['flag ? n + 1 : n', 'adds'],
    ['flag ? 0 : n', 'sets'],
    ['flag ? n : 0', 'sets'],
    ['`0`', 'zero'],
    ['sql`7`', 'sets'],
    ['next', 'adds'],
  ])('%s: %s', async (value, how) => {
    const text = `const next = old + 1;\nexport const use = (n: number) => supabase.from('presets').update({ usage_count: ${value} }).eq('id', id);\n`;
    expect(await howOf(text)).toBe(how);
  });

  const around = (query: string, value: string) =>
    `export async function fix(id: string) {\n  ${query}\n  await supabase.from('presets').update({ usage_count: ${value} }).eq('id', id);\n}\n`;
  const records = "const { data, count, size } = await supabase.from('preset_usage')";
  test.each([
    [
      'the number that a query of the records gives',
      `${records}.select('*', { count: 'exact' });`,
      'count',
      'recount',
    ],
    ['the rows that it gives', `${records}.select('preset_id');`, 'data.length', 'recount'],
    [
      'a number of them by preset',
      `${records}.select('id');\n  const uses = new Map();`,
      'uses.get(id)',
      'recount',
    ],
    [
      'the number that a model of the records gives',
      'const count = await prisma.presetUsage.count({ where });',
      'count',
      'recount',
    ],
    ['one that has another name', `${records}.select('id').limit(1);`, 'best', 'sets'],
    [
      'one of another table',
      "const { count } = await supabase.from('likes').select('*', { count: 'exact' });",
      'count',
      'sets',
    ],
    ['the count that was read', `${records}.select('*', { count: 'exact' });`, 'row.usage_count', 'sets'],
    [
      'what is said to be right',
      `${records}.select('*', { count: 'exact' });`,
      'actual_usage_count',
      'recount',
    ],
  ])('%s', async (_, query, value, how) => {
    expect(await howOf(around(query, value))).toBe(how);
  });
});
