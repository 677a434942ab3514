import { describe, expect, test } from 'vitest';
import { aliasesIn } from '../../source/scan/aliases.ts';

const none = { counters: [], presets: [], records: [] };
const ofPrisma = (text: string) => aliasesIn([['schema.prisma', text]], []);
const ofCode = (text: string) => aliasesIn([], [['a.ts', text]]).counters;

describe('a Prisma schema', () => {
  test('gives the model, the field and the records other names', () => {
    const text = `
model Look {
  id   String @id
  uses Int    @default(0) @map("usage_count")
  name String @map("title")
  @@map("presets")
}

model LookUse {
  id   Int @id
  uses Int @map("usage_count")
  @@map(name: "preset_usage")
}
`;
    expect(ofPrisma(text)).toEqual({ counters: ['uses'], presets: ['Look'], records: ['LookUse'] });
  });

  test('without a name of the table the model is it', () => {
    const text = 'model Preset {\n  hits Int @map(name: "usage_count")\n}\n  model PresetUsage {\n  }\n';
    expect(ofPrisma(text)).toEqual({ counters: ['hits'], presets: ['Preset'], records: ['PresetUsage'] });
  });

  test('of other tables says nothing, not even where their names are alike', () => {
    for (const table of ['presets_old', 'my_presets', 'preset_usage_daily', 'old_preset_usage']) {
      expect(ofPrisma(`model A {\n  uses Int @map("usage_count")\n  @@map("${table}")\n}\n`), table).toEqual(
        none,
      );
    }
    expect(ofPrisma('type Preset {\n  uses Int @map("usage_count")\n}\n')).toEqual(none);
    expect(ofPrisma('// model Preset {\n//  uses Int @map("usage_count")\n')).toEqual(none);
  });

  test('may have spaces where they are allowed, and a table in the plural or in one word', () => {
    const text =
      '\tmodel  Look  {\n\tuses  Int?  @map( name:  "usage_count" )\n\t@@map( name:  "Preset" )\n\t}\n';
    expect(ofPrisma(text)).toEqual({ counters: ['uses'], presets: ['Look'], records: [] });
    for (const table of ['preset_usages', 'PresetUsage', 'presetusages']) {
      expect(ofPrisma(`model Log {\n  @@map("${table}")\n}\n`).records, table).toEqual(['Log']);
    }
  });

  test('is one of several', () => {
    const schema = (model: string, field: string) =>
      `model ${model} {\n  ${field} Int @map("usage_count")\n  @@map("presets")\n}\n`;
    const schemas = [schema('A', 'one'), schema('B', 'two')].map((text, n): [string, string] => [
      `${n}`,
      text,
    ]);
    expect(aliasesIn(schemas, [['a.ts', "  three: integer('usage_count'),"]])).toEqual({
      counters: ['one', 'two', 'three'],
      presets: ['A', 'B'],
      records: [],
    });
  });
});

describe('in code', () => {
  test.each([
    ['a table of drizzle', "  uses: integer('usage_count').notNull(),", ['uses']],
    ['in other quotes', '  uses : bigint( "usage_count", {}),\n  more: int(`usage_count`)', ['uses', 'more']],
    ['an entity of TypeORM', "@Column({ name: 'usage_count' }) uses: number;", ['uses']],
    [
      'with more options, over lines',
      '@Column({\n  type: "int",\n  name: "usage_count",\n  default: 0,\n})\n  public readonly uses!: number;',
      ['uses'],
    ],
    ['one of MikroORM', "@Property({ fieldName: 'usage_count' }) private uses = 0;", ['uses']],
    ['one of Sequelize', "@Field({ field: 'usage_count' }) declare uses: number;", ['uses']],
    ['another', "@PrimaryColumn({ columnName: 'usage_count' }) uses", ['uses']],
    ['a model in an object', "  uses: { type: INTEGER, field: 'usage_count' },", ['uses']],
    ['the same', '  uses : {\n    fieldName : "usage_count"', ['uses']],
    ['the same', "  uses: { columnName: 'usage_count' }", ['uses']],
    ['another column', "  uses: integer('uses'), // not usage_count", []],
    ['another name', "@Column({ name: 'usage_count_old' }) uses: number;", []],
    ['a decorator of something else', "@Index({ name: 'usage_count' }) uses: number;", []],
    ['another key', "  uses: { title: 'usage_count' },", []],
    ['another object', "  a: { b: 1 }, c: 'usage_count'", []],
  ])('%s', (_, text, counters) => {
    expect(ofCode(text)).toEqual(counters);
  });
});
