import type { Aliases } from './names.ts';

/** The names that all schemas of an application declare; both lists are pairs of file and text. */
export function aliasesIn(
  schemas: readonly (readonly [string, string])[],
  code: readonly (readonly [string, string])[],
): Aliases {
  const all = [
    ...schemas.map(([, text]) => prismaAliases(text)),
    ...code.flatMap(([, text]) => (text.includes('usage_count') ? [codeAliases(text)] : [])),
  ];
  return {
    counters: all.flatMap(({ counters }) => counters),
    presets: all.flatMap(({ presets }) => presets),
    records: all.flatMap(({ records }) => records),
  };
}

/** Reads a Prisma schema: `uses Int @map("usage_count")`, `model Look { ... @@map("presets") }`. */
function prismaAliases(text: string): Aliases {
  const aliases: Aliases = { counters: [], presets: [], records: [] };
  for (const [, model = '', body = ''] of text.matchAll(/^\s*model\s+(\w+)\s*\{([\s\S]*?)^\s*\}/gm)) {
    const table = /^\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/m.exec(body)?.[1] ?? model;
    if (/^presets?$/i.test(table)) {
      aliases.presets.push(model);
      for (const [, field = ''] of body.matchAll(
        /^\s*(\w+)\s+\S+[^\n]*@map\(\s*(?:name:\s*)?"usage_count"/gm,
      )) {
        aliases.counters.push(field);
      }
    }
    if (/^preset_?usages?$/i.test(table)) aliases.records.push(model);
  }
  return aliases;
}

/** Reads drizzle's tables and TypeORM's entities: `uses: integer('usage_count')`, `@Column({ name: 'usage_count' }) uses`. */
function codeAliases(text: string): Aliases {
  const counters = [
    ...text.matchAll(/^\s*(\w+)\s*:\s*\w+\(\s*['"`]usage_count['"`]/gm),
    ...text.matchAll(
      /@\w*(?:Column|Property|Field)\w*\(\s*\{[^}]*(?:name|field|fieldName|columnName)\s*:\s*['"]usage_count['"][^}]*\}\s*\)\s*(?:public\s+|private\s+|readonly\s+|declare\s+)*(\w+)/g,
    ),
    ...text.matchAll(/^\s*(\w+)\s*:\s*\{[^}]*(?:field|fieldName|columnName)\s*:\s*['"]usage_count['"]/gm),
  ].map(([, name]) => name ?? '');
  return { counters, presets: [], records: [] };
}
