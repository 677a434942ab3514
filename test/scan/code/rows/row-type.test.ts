import { describe, expect, test } from 'vitest';
import { isWholeRow } from '../../../../source/scan/code/rows/whole-row.ts';
import type { Aliases } from '../../../../source/scan/names.ts';
import { probed } from '../probed.ts';

const isRow = (code: string | Record<string, string>, aliases: Partial<Aliases> = {}) => {
  const { follower, ref } = probed(code, aliases);
  return isWholeRow(follower, ref);
};

const types = `
interface Preset { id: string; name: string; usage_count: number }
interface Patch { id: string; name: string }
type Presets = Preset[];
`;

describe('a type that is that of a row', () => {
  test.each<[type: string, is: boolean]>([
    ['Preset', true],
    ['Patch', false],
    ['Presets', true],
    ['Preset[]', true],
    ['Patch[]', false],
    ['Preset[][]', true],
    ['Array<Preset>', true],
    ['ReadonlyArray<Preset>', true],
    ['Readonly<Preset>', true],
    ['Required<Preset>', true],
    ['Promise<Preset>', true],
    ['NonNullable<Preset>', true],
    ['PropsWithChildren<Preset>', true],
    ['Readonly<Array<Preset>>', true],
    ['Readonly<Patch>', false],
    ['Partial<Preset>', false],
    ['MyReadonly<Preset>', false],
    ['ReadonlyDeep<Preset>', false],
    ['Set<Preset>', false],
    ["Omit<Preset, 'name'>", true],
    ["Omit<Preset, 'usage_count'>", false],
    ["Omit<Preset, 'usageCount'>", false],
    ["Omit<Preset, 'name' | 'usage_count'>", false],
    ["Omit<Patch, 'name'>", false],
    ["Pick<Preset, 'id' | 'usage_count'>", true],
    ["Pick<Preset, 'name'>", false],
    ["Pick<Patch, 'usage_count'>", false],
    ["Exclude<Preset, 'name'>", false],
    ['Omit<Preset>', false],
    ['Pick<Preset>', false],
    ['Preset & { open: boolean }', true],
    ['{ open: boolean } & Preset', true],
    ['Patch & { open: boolean }', false],
    ['Preset | null', true],
    ['null | Preset', true],
    ['Patch | null', false],
    ['{ id: string; usageCount: number }', true],
    ['{ id: string; usage_count?: number }', false],
    ['{ id?: string; usage_count: number }', false],
    ['{ usage_count: number }', false],
    ['{ id: string }', false],
    ['{ id(): string; usage_count: number }', false],
    ["{ 'id': string; 'usage_count': number }", true],
    ['string', false],
    ['any', false],
    ["Tables<'presets'>", true],
    ['Tables<"presets">', true],
    ["Tables< 'presets' >", true],
    ["Tables<'styles'>", false],
    ["MyTables<'presets'>", false],
    ["Tables<'presets'>[]", true],
    ["Database['public']['Tables']['presets']['Row']", true],
    ["Database['public']['Tables']['presets']['Insert']", false],
    ["Database['public']['Tables']['styles']['Row']", false],
    ["Database['public']['Tables']['presets']['Row']['name']", false],
    ['InferSelectModel<typeof presets>', true],
    ['InferSelectModel<typeof presetsTable>', true],
    ['InferSelectModel<typeof styles>', false],
    ['InferInsertModel<typeof presets>', false],
    ['Selectable<PresetsTable>', true],
    ['Selectable<Database>', false],
    ['Insertable<PresetsTable>', false],
    ['typeof presets.$inferSelect', true],
    ['typeof preset.$inferSelect', true],
    ['typeof presetsTable.$inferSelect', true],
    ['typeof presets.$inferInsert', false],
    ['typeof styles.$inferSelect', false],
    ['typeof schema.presets.$inferSelect', true],
    ['Unknown', false],
    ['PresetRow', false],
    ['Recursive', false],
    ["Exclude<Preset, 'usage_count'>", false],
    ['ns.z.infer<typeof Preset>', false],
    ['ns.Preset', false],
  ])('%s: %s', (type, is) => {
    expect(
      isRow(`${types}type Recursive = Readonly<Recursive>;\nfunction f(row: ${type}) { probe(row) }`),
    ).toBe(is);
  });
});

describe('a part of what a type says', () => {
  test.each<[code: string, is: boolean]>([
    ['function f({ row }: { row: Preset; other: string }) { probe(row) }', true],
    ['function f({ other }: { row: Preset; other: string }) { probe(other) }', false],
    ['function f({ other }: { row: Preset }) { probe(other) }', false],
    ["function f({ 'row': held }: { row: Preset }) { probe(held) }", true],
    ['function f({ a: { row } }: { a: { row: Preset } }) { probe(row) }', true],
    ['function f([row]: Preset[]) { probe(row) }', true],
    ['function f({ rows: [row] }: { rows: Preset[] }) { probe(row) }', true],
    ['function f([row]: Patch[]) { probe(row) }', false],
    ['function f([{ row }]: { row: Preset }[]) { probe(row) }', true],
    ['function f([name]: Preset[][]) { probe(name) }', true],
    ['function f({ length }: Preset[]) { probe(length) }', false],
    ['function f({ name }: Preset) { probe(name) }', false],
    ['function f({ id, ...rest }: Preset) { probe(rest) }', true],
    ['function f({ usage_count, ...rest }: Preset) { probe(rest) }', false],
    ["function f({ name }: Tables<'presets'>) { probe(name) }", false],
    ["function f({ name, ...rest }: Tables<'presets'>) { probe(rest) }", true],
    ["function f({ usage_count, ...rest }: Tables<'presets'>) { probe(rest) }", false],
    ["function f({ name }: Database['public']['Tables']['presets']['Row']) { probe(name) }", false],
    ["function f({ name, ...rest }: Database['public']['Tables']['presets']['Row']) { probe(rest) }", true],
    ['function f({ name }: typeof presets.$inferSelect) { probe(name) }', false],
    ['function f({ name, ...rest }: typeof presets.$inferSelect) { probe(rest) }', true],
    ['function f({ row }: Props) { probe(row) } interface Props { row: Preset }', true],
    ['function f({ row }: Props) { probe(row) } type Props = { row: Preset } & Other', true],
    ['function f({ row }: Readonly<Props>) { probe(row) } interface Props { row: Preset }', true],
    ['function f({ row }: Props) { probe(row) } interface Props { row?: Preset }', true],
    ['function f({ name }: PresetRow) { probe(name) } import type { PresetRow } from "x";', false],
    ['function f({ name, ...rest }: PresetRow) { probe(rest) } import type { PresetRow } from "x";', true],
  ])('%s: %s', (code, is) => {
    expect(isRow(types + code)).toBe(is);
  });
});

describe('a type from elsewhere', () => {
  const given = (type: string, line: string) => `${line}\nfunction f(row: ${type}) { probe(row) }`;
  test.each<[code: string, is: boolean]>([
    ...['PresetRow', 'PresetsRow', 'PresetRecord', 'PresetEntity', 'DbPresetRow', 'DBPresetRow'].map(
      (name): [string, boolean] => [given(name, `import type { ${name} } from './types';`), true],
    ),
    ...['Preset', 'PresetPatch', 'MyPresetRow', 'PresetRowPatch', 'StyleRow'].map(
      (name): [string, boolean] => [given(name, `import type { ${name} } from './types';`), false],
    ),
    [given('PresetRow', 'const PresetRow = 1;'), false],
    [given('Preset', "import type { Preset } from '@prisma/client';"), true],
    [given('Preset', "import { Preset } from '../generated/prisma';"), true],
    [given('Style', "import type { Style } from '@prisma/client';"), false],
    [given('Preset', "import Preset from '@prisma/client';"), false],
    [given('Preset', "import * as Preset from '@prisma/client';"), false],
    [given('Preset', 'class Preset { id: string; usageCount: number }'), true],
    [given('Preset', 'class Preset { id: string; usageCount?: number }'), false],
    [given('Preset', 'class Preset { id: string; name: number }'), false],
    [given('Preset', 'class Preset { usageCount() {} }'), false],
    [given('Preset', 'function Preset() {}'), false],
    [
      given(
        'z.infer<typeof preset>',
        'const preset = z.object({ id: z.string(), usage_count: z.number() });',
      ),
      true,
    ],
    [
      given(
        'z.output<typeof preset>',
        'const preset = z.object({ id: z.string(), usage_count: z.number() });',
      ),
      true,
    ],
    [
      given(
        'z.infer< typeof preset >',
        'const preset = z.object({ id: z.string(), usage_count: z.number() });',
      ),
      true,
    ],
    [
      given(
        'z.input<typeof preset>',
        'const preset = z.object({ id: z.string(), usage_count: z.number() });',
      ),
      false,
    ],
    [given('z.infer<typeof preset>', 'const preset = z.object({ usage_count: z.number() });'), false],
    [given('z.infer<typeof preset>', 'const preset = z.object({ id: z.string() });'), false],
    [
      given(
        'z.infer<typeof preset>',
        'const preset = z.object({ id: z.string(), usage_count: z.number().optional() });',
      ),
      false,
    ],
    [
      given(
        'z.infer<typeof preset>',
        'const preset = z.object({ id: z.string().optional(), usage_count: z.number() });',
      ),
      false,
    ],
    [given('z.infer<typeof preset>', 'const preset = z.object(fields);'), false],
    [
      given(
        'z.infer<typeof preset>',
        'const preset = full ? z.object({ id: z.string(), usage_count: z.number() }) : z.object({});',
      ),
      true,
    ],
    [
      given(
        'z.infer<typeof preset>',
        'const preset = z.object(fields, { id: z.string(), usage_count: z.number() });',
      ),
      true,
    ],
    [
      given(
        'z.infer<typeof preset>',
        'const preset = z.object({ ...fields, id: z.string(), usage_count: z.number() });',
      ),
      true,
    ],
    [given('z.infer<typeof preset>', 'const preset = fields;'), false],
    [
      given(
        'z.infer<typeof unknown>',
        'const preset = z.object({ id: z.string(), usage_count: z.number() });',
      ),
      false,
    ],
  ])('%s: %s', (code, is) => {
    expect(isRow(code)).toBe(is);
  });

  const row = 'export interface Row { id: string; usage_count: number }\n';
  test.each<[string, Record<string, string>, boolean]>([
    ['imported', { 'a.ts': given('Row', "import { Row } from './t';"), 't.ts': row }, true],
    [
      'imported by another name',
      { 'a.ts': given('R', "import { Row as R } from './t';"), 't.ts': row },
      true,
    ],
    ['imported in quotes', { 'a.ts': given('R', "import { 'Row' as R } from './t';"), 't.ts': row }, true],
    ['imported as a default', { 'a.ts': given('Row', "import Row from './t';"), 't.ts': row }, false],
    [
      'passed on with all',
      { 'a.ts': given('Row', "import { Row } from './u';"), 'u.ts': "export * from './t';", 't.ts': row },
      true,
    ],
    [
      'passed on by name',
      {
        'a.ts': given('Row', "import { Row } from './u';"),
        'u.ts': "export { Row } from './t';",
        't.ts': row,
      },
      true,
    ],
    [
      'passed on after others',
      {
        'a.ts': given('Row', "import { Row } from './u';"),
        'u.ts': "export const a = 1;\nexport * from './v';\nexport * from './t';",
        'v.ts': 'export const b = 1;',
        't.ts': row,
      },
      true,
    ],
    [
      'imported on the way',
      {
        'a.ts': given('Row', "import { Row } from './u';"),
        'u.ts': "import { Row } from './t';\nexport { Row };",
        't.ts': row,
      },
      true,
    ],
    [
      'passed on in a circle',
      {
        'a.ts': given('Row', "import { Row } from './u';"),
        'u.ts': "export * from './t';",
        't.ts': "export * from './u';",
      },
      false,
    ],
    [
      'of a file that is not there',
      { 'a.ts': given('Row', "import { Row } from './u';"), 't.ts': row },
      false,
    ],
    ['imported for its side effects', { 'a.ts': given('Row', "import './t';"), 't.ts': row }, false],
  ])('%s', (_, files, is) => {
    expect(isRow(files)).toBe(is);
  });

  test('other names of the counter and the table', () => {
    expect(isRow('interface Look { id: string; uses: number } function f(row: Look) { probe(row) }')).toBe(
      false,
    );
    expect(
      isRow('interface Look { id: string; uses: number } function f(row: Look) { probe(row) }', {
        counters: ['uses'],
      }),
    ).toBe(true);
    expect(
      isRow("import { Look } from '@prisma/client'; function f(row: Look) { probe(row) }", {
        presets: ['Look'],
      }),
    ).toBe(true);
  });
});
