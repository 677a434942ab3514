import { describe, expect, test } from 'vitest';
import { foundIn } from '../scan-text.ts';

const counts = async (text: string) => (await foundIn({ 'a.ts': text })).length > 0;
const handler = (lines: string) => `export async function edit(id: string, name: string) {\n${lines}\n}\n`;
const saves = "await supabase.from('presets').update({ ...row, name }).eq('id', id);";
const read = (columns = "'*'") => `supabase.from('presets').select(${columns}).eq('id', id).single()`;

describe('a row that is read is written back with its count', () => {
  test.each<[string, string, boolean]>([
    ['all columns', `const { data: row } = await ${read()};`, true],
    ['columns that are not named', `const { data: row } = await ${read('')};`, true],
    ['the count among others', `const { data: row } = await ${read("'id, usage_count'")};`, true],
    ['the count by another name', `const { data: row } = await ${read("'id, uses:usage_count'")};`, false],
    ['the count with a cast', `const { data: row } = await ${read("'id, usage_count::text'")};`, true],
    [
      'all with those of another table',
      `const { data: row } = await ${read("'*, owner(name, mail)'")};`,
      true,
    ],
    [
      'only those of another table',
      `const { data: row } = await ${read("'id, owner(usage_count)'")};`,
      false,
    ],
    ['no count', `const { data: row } = await ${read("'id, name'")};`, false],
    ['another table', "const { data: row } = await supabase.from('styles').select('*').single();", false],
    ['only the number of rows', "const row = await supabase.from('presets').count();", false],
    ['the response', `const row = await ${read()};`, false],
    ['the data of the response', `const got = await ${read()};\n  const row = got.data;`, true],
    [
      'without the count',
      `const { data } = await ${read()};\n  const { usage_count, ...row } = data;`,
      false,
    ],
    ['without something else', `const { data } = await ${read()};\n  const { owner, ...row } = data;`, true],
    ['a copy', `const { data } = await ${read()};\n  const row = structuredClone(data);`, true],
    [
      'a copy by JSON',
      `const { data } = await ${read()};\n  const row = JSON.parse(JSON.stringify(data));`,
      true,
    ],
    ['a part', `const { data } = await ${read()};\n  const row = pick(data, ['name']);`, false],
    [
      'the first of several',
      `const { data } = await supabase.from('presets').select();\n  const row = data[0];`,
      true,
    ],
    [
      'one that is found',
      `const { data } = await supabase.from('presets').select();\n  const row = data.find(each => each.id === id);`,
      true,
    ],
    [
      'what is made of one',
      `const { data } = await supabase.from('presets').select();\n  const row = data.map(each => each.name);`,
      false,
    ],
    ['or nothing', `const { data } = await ${read()};\n  const row = data ?? {};`, true],
    ['one way or the other', `const { data } = await ${read()};\n  const row = id ? data : {};`, true],
    ['with a name for its type', `const { data } = await ${read()};\n  const row = data as any;`, true],
    ['that is not null', `const { data } = await ${read()};\n  const row = data!;`, true],
    ['assigned later', `let row;\n  const { data } = await ${read()};\n  row = data;`, true],
    ['by a pattern', `let row;\n  ({ data: row } = await ${read()});`, true],
    ['by a pattern that takes the error', `let row;\n  ({ error: row } = await ${read()});`, false],
    [
      'one of several queries',
      `const [{ data: row }, other] = await Promise.all([${read()}, load()]);`,
      true,
    ],
    [
      'the other of several queries',
      `const [other, { data: row }] = await Promise.all([${read()}, load()]);`,
      false,
    ],
    ['SQL', "const { rows: [row] } = await pool.query('SELECT * FROM presets WHERE id = $1', [id]);", true],
    [
      'SQL with the count',
      "const { rows } = await pool.query('select id, p.usage_count from presets p');\n  const row = rows[0];",
      true,
    ],
    [
      'SQL without the count',
      "const { rows } = await pool.query('SELECT id FROM presets');\n  const row = rows[0];",
      false,
    ],
    [
      'SQL of another table',
      "const { rows } = await pool.query('SELECT * FROM presets_old');\n  const row = rows[0];",
      false,
    ],
    ['a tag', 'const [row] = await sql`SELECT * FROM presets WHERE id = 1`;', true],
    [
      'what an update returns',
      "const { rows } = await pool.query('UPDATE presets SET name = $1 RETURNING *');\n  const row = rows[0];",
      true,
    ],
    ['knex', "const row = await knex('presets').where({ id }).first();", true],
    [
      'knex, without the count',
      "const row = await knex('presets').where({ id }).first('id', 'name');",
      false,
    ],
    [
      'knex, with the count',
      "const row = await knex('presets').select(['id', 'usage_count']).first();",
      true,
    ],
    ['knex, a number', "const row = await knex('presets').count('id');", false],
    ['kysely', "const row = await db.selectFrom('presets').selectAll().executeTakeFirst();", true],
    [
      'kysely, without the count',
      "const row = await db.selectFrom('presets').select(['id']).executeTakeFirst();",
      false,
    ],
    ['prisma', 'const row = await prisma.preset.findUnique({ where: { id } });', true],
    [
      'prisma, with a choice',
      'const row = await prisma.preset.findUnique({ where: { id }, select: { usageCount: true } });',
      true,
    ],
    [
      'prisma, with another choice',
      'const row = await prisma.preset.findUnique({ where: { id }, select: { name: true } });',
      false,
    ],
    [
      'prisma, without the count',
      'const row = await prisma.preset.findUnique({ where: { id }, omit: { usageCount: true } });',
      false,
    ],
    [
      'prisma, without something else',
      'const row = await prisma.preset.findUnique({ where: { id }, omit: { name: true } });',
      true,
    ],
    ['prisma, of another model', 'const row = await prisma.style.findUnique({ where: { id } });', false],
    [
      'Sequelize, without the count',
      "const row = await Preset.findOne({ attributes: { exclude: ['usage_count'] } });",
      false,
    ],
    ['Sequelize', 'const row = await Preset.findOne({ where: { id } });', true],
  ])('%s', async (_, lines, found) => {
    expect(await counts(handler(`  ${lines}\n  ${saves}`))).toBe(found);
  });

  test.each<[string, string, boolean]>([
    ['with something changed', "update({ ...row, name: 'a' })", true],
    ['as it is', 'update(row)', true],
    ['with the count taken out', 'update({ ...row, usage_count: undefined })', false],
    ['one column of it', 'update({ name: row.name })', false],
    ['by an upsert', 'upsert({ ...row, name })', true],
    ['as the value of a column', 'update({ settings: row })', false],
  ])('%s', async (_, write, found) => {
    const lines = `  const { data: row } = await ${read()};\n  await supabase.from('presets').${write}.eq('id', id);`;
    expect(await counts(handler(lines))).toBe(found);
  });

  test('not into another table', async () => {
    expect(
      await counts(
        handler(`  const { data: row } = await ${read()};\n  await supabase.from('copies').update(row);`),
      ),
    ).toBe(false);
  });

  test('wherever it comes from', async () => {
    const load = `export const load = async (id: string) => {\n  const { data } = await ${read()};\n  return data;\n};\n`;
    const uses = (from: string) => handler(`  const row = await ${from};\n  ${saves}`);
    expect(await counts(load + uses('load(id)'))).toBe(true);
    expect(await counts(`${load.replace('return data;', 'return data.name;')}${uses('load(id)')}`)).toBe(
      false,
    );
    expect(
      (await foundIn({ 'load.ts': load, 'a.ts': `import { load } from './load';\n${uses('load(id)')}` }))
        .length,
    ).toBe(1);
    expect(
      await counts(
        `class Editor {\n  async open(id) {\n    const { data } = await ${read()};\n    this.row = data;\n  }\n  async save(id, name) {\n    await supabase.from('presets').update({ ...this.row, name }).eq('id', id);\n  }\n}\n`,
      ),
    ).toBe(true);
    expect(
      await counts(
        `class Editor {\n  async open(id) {\n    const { data } = await ${read()};\n    this.row = data;\n  }\n}\nclass Other {\n  async save(id, name) {\n    await supabase.from('presets').update({ ...this.row, name }).eq('id', id);\n  }\n}\n`,
      ),
    ).toBe(false);
    expect(
      await counts(
        `export const each = async () => {\n  const { data } = await supabase.from('presets').select();\n  for (const row of data) ${saves}\n};\n`,
      ),
    ).toBe(true);
    expect(
      await counts(
        `export const each = async () => {\n  const { data } = await supabase.from('presets').select();\n  await Promise.all(data.map(async row => { ${saves} }));\n};\n`,
      ),
    ).toBe(true);
    expect(
      await counts(`export const then = (id) => ${read()}.then(({ data: row }) => { ${saves} });\n`),
    ).toBe(true);
  });
});

describe('a row by its type', () => {
  const given = (type: string, before = '') =>
    counts(
      `${before}\nexport async function save(row: ${type}, id: string, name: string) {\n  ${saves}\n}\n`,
    );
  test.each<[string, string, string, boolean]>([
    ["Supabase's", "Tables<'presets'>", '', true],
    ["Supabase's, in full", "Database['public']['Tables']['presets']['Row']", '', true],
    ['what may be updated', "Database['public']['Tables']['presets']['Update']", '', false],
    ['of another table', "Tables<'styles'>", '', false],
    ["drizzle's", 'typeof presets.$inferSelect', '', true],
    ["drizzle's of another table", 'typeof styles.$inferSelect', '', false],
    ["drizzle's of a model", 'InferSelectModel<typeof presets>', '', true],
    ["kysely's", 'Selectable<PresetsTable>', '', true],
    ['an interface', 'Row', 'interface Row { id: string; usage_count: number }', true],
    ['a type', 'Row', 'type Row = { id: string; usageCount: number };', true],
    ['one without a key', 'Row', 'type Row = { usage_count: number };', false],
    ['one without the count', 'Row', 'type Row = { id: string; name: string };', false],
    ['one that may have no count', 'Row', 'type Row = { id: string; usage_count?: number };', false],
    ['with more', 'Row & { open: boolean }', 'type Row = { id: string; usage_count: number };', true],
    ['that cannot be changed', 'Readonly<Row>', 'type Row = { id: string; usage_count: number };', true],
    ['a part of it', 'Partial<Row>', 'type Row = { id: string; usage_count: number };', false],
    [
      'without its count',
      "Omit<Row, 'usage_count'>",
      'type Row = { id: string; usage_count: number };',
      false,
    ],
    [
      'without its name',
      "Omit<Row, 'name'>",
      'type Row = { id: string; name: string; usage_count: number };',
      true,
    ],
    ['picked', "Pick<Row, 'id' | 'usage_count'>", 'type Row = { id: string; usage_count: number };', true],
    ['picked without the count', "Pick<Row, 'id'>", 'type Row = { id: string; usage_count: number };', false],
    ['a class', 'Preset', 'class Preset { id: string; usageCount: number }', true],
    [
      'by a schema',
      'z.infer<typeof preset>',
      'const preset = z.object({ id: z.string(), usage_count: z.number() });',
      true,
    ],
    [
      'by one without the count',
      'z.infer<typeof preset>',
      'const preset = z.object({ id: z.string() });',
      false,
    ],
    [
      'by one that may have no count',
      'z.infer<typeof preset>',
      'const preset = z.object({ id: z.string(), usage_count: z.number().optional() });',
      false,
    ],
    ["prisma's", 'Preset', "import type { Preset } from '@prisma/client';", true],
    ['of a file that was not read', 'PresetRow', "import type { PresetRow } from '@app/types';", true],
    ['an unknown one', 'Thing', "import type { Thing } from '@app/types';", false],
    ['any', 'any', '', false],
  ])('%s', async (_, type, before, found) => {
    expect(await given(type, before)).toBe(found);
  });
});
