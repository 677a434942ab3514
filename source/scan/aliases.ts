import { type Aliases, isPresets, isRecords } from './names.ts';
import { names, withColumn } from './subject.ts';

/** The names that all schemas of an application declare; both lists are pairs of file and text. */
export function aliasesIn(
  schemas: readonly (readonly [string, string])[],
  code: readonly (readonly [string, string])[],
): Aliases {
  const all = [
    ...schemas.map(([, text]) => prismaAliases(text)),
    ...code.flatMap(([, text]) => (text.includes(names().column) ? [codeAliases(text)] : [])),
  ];
  return {
    counters: all.flatMap(({ counters }) => counters),
    presets: all.flatMap(({ presets }) => presets),
    records: all.flatMap(({ records }) => records),
  };
}

/** Reads a Prisma schema: `read Int @map("views")`, `model Article { ... @@map("posts") }`. */
function prismaAliases(text: string): Aliases {
  const aliases: Aliases = { counters: [], presets: [], records: [] };
  for (const [, model = '', body = ''] of text.matchAll(/^\s*model\s+(\w+)\s*\{([\s\S]*?)^\s*\}/gm)) {
    const table = /^\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/m.exec(body)?.[1] ?? model;
    if (isPresets(table)) {
      aliases.presets.push(model);
      for (const [, field = ''] of body.matchAll(mapped())) {
        aliases.counters.push(field);
      }
    }
    if (isRecords(table)) aliases.records.push(model);
  }
  return aliases;
}

/** Reads drizzle's tables and TypeORM's entities: `read: integer('views')`, `@Column({ name: 'views' }) read`. */
function codeAliases(text: string): Aliases {
  const counters = [
    ...text.matchAll(made()),
    ...text.matchAll(decorated()),
    ...text.matchAll(described()),
  ].map(([, name]) => name ?? '');
  return { counters, presets: [], records: [] };
}

const mapped = withColumn(
  column => new RegExp(`^\\s*(\\w+)\\s+\\S+[^\\n]*@map\\(\\s*(?:name:\\s*)?"${column}"`, 'gm'),
);
const made = withColumn(column => new RegExp(`^\\s*(\\w+)\\s*:\\s*\\w+\\(\\s*['"\`]${column}['"\`]`, 'gm'));
const decorated = withColumn(
  column =>
    new RegExp(
      `@\\w*(?:Column|Property|Field)\\w*\\(\\s*\\{[^}]*(?:name|field|fieldName|columnName)\\s*:\\s*['"]${column}['"][^}]*\\}\\s*\\)\\s*(?:public\\s+|private\\s+|readonly\\s+|declare\\s+)*(\\w+)`,
      'g',
    ),
);
const described = withColumn(
  column =>
    new RegExp(`^\\s*(\\w+)\\s*:\\s*\\{[^}]*(?:field|fieldName|columnName)\\s*:\\s*['"]${column}['"]`, 'gm'),
);
