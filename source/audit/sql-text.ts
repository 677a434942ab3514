// Names in double quotes come first: what looks like a comment or a string inside of one is part of the name.
const noise = /"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g;

/** A function body without its comments and string literals: what is written there is neither read nor run. */
export function withoutNoise(body: string): string {
  return body.replace(noise, part => (part.startsWith('"') ? part : part.startsWith("'") ? "''" : ' '));
}

/** A function body without its comments; strings stay, because dynamic SQL is written in them. */
export function withoutComments(body: string): string {
  return body.replace(noise, part => (/^["']/.test(part) ? part : ' '));
}

/** What a function body does to `presets.usage_count`, as far as its text tells. */
export interface Counting {
  /** True where a statement sets the count. */
  writes: boolean;
  /** How much it adds: `one` a literal 1, `rows` a number of rows, `other` anything else; null where it sets no count. */
  adds: 'one' | 'rows' | 'other' | null;
  /** True where it sets no count itself but calls others or runs dynamic SQL, which may: its text does not tell. */
  delegates: boolean;
  /** True where the count stands in a string of a function that runs dynamic SQL. */
  dynamic: boolean;
}

/** What a text may call the table of presets, and what it calls the count. */
export interface CountingNames {
  tables: readonly string[];
  count: string;
}

export const usualNames: CountingNames = { tables: ['presets'], count: 'usage_count' };

interface Patterns {
  update: RegExp;
  upsert: RegExp;
  setsCount: RegExp;
  assignsCount: RegExp;
  addsOne: RegExp;
  addsRows: RegExp;
  count: RegExp;
}

// The catalog is read every other second, always with the same names.
let compiled: { key: string; patterns: Patterns } | null = null;

function patternsFor(names: CountingNames): Patterns {
  const key = JSON.stringify(names);
  if (compiled?.key === key) return compiled.patterns;
  const table = String.raw`(?:(?:"[^"]+"|[\w$]+)\s*\.\s*)?"?(?:${names.tables.map(literally).join('|')})"?(?!\w)`;
  const count = `"?${literally(names.count)}"?`;
  const patterns = {
    update: new RegExp(
      String.raw`\b(?:update\s+(?:only\s+)?|merge\s+into\s+)${table}([\s\S]*?)(?:;|$)`,
      'gi',
    ),
    upsert: new RegExp(String.raw`\binsert\s+into\s+${table}([\s\S]*?)(?:;|$)`, 'gi'),
    setsCount: new RegExp(String.raw`(?:\bset\b|,)\s*${count}\s*=|\bset\s*\([^)]*${count}[^)]*\)\s*=`, 'i'),
    // Where a statement begins; elsewhere `NEW.usage_count = 100` is a comparison.
    assignsCount: new RegExp(
      String.raw`\bnew\s*\.\s*${count}\s*:=|(?:^|;|\bbegin|\bthen|\belse|\bloop)\s*new\s*\.\s*${count}\s*=`,
      'i',
    ),
    addsOne: new RegExp(
      String.raw`${count}\s*(?:,\s*0\s*\))?\s*\+\s*1\b(?!\s*[.*\d])|\b1\s*\+\s*(?:coalesce\s*\(\s*)?[\w".]*${literally(names.count)}`,
      'i',
    ),
    addsRows: new RegExp(String.raw`${count}\s*(?:,\s*0\s*\))?\s*\+\s*(?:[\w"]+\.)?"?[a-z_]\w*"?`, 'i'),
    count: new RegExp(literally(names.count), 'i'),
  };
  compiled = { key, patterns };
  return patterns;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

// What may do the counting somewhere else, out of sight of this text.
const hands = /\b(?:perform|call|execute)\b|\bselect\s+(?:[\w"]+\s*\.\s*)?[\w"]+\s*\(/i;

/**
 * Reads a function body for writes of the count. It looks at text, not at a parse tree, so it errs towards
 * `writes: true` for a statement that updates presets and names the column on the left of an assignment.
 */
export function readCounting(body: string, names: CountingNames = usualNames): Counting {
  const code = withoutNoise(body);
  const { update, upsert, setsCount, assignsCount, addsOne, addsRows, count } = patternsFor(names);
  const statements = [...code.matchAll(update), ...code.matchAll(upsert)]
    .map(match => match[1] ?? '')
    .filter(statement => setsCount.test(statement));
  const writes = statements.length > 0 || assignsCount.test(code);
  const dynamic = !writes && /\bexecute\b/i.test(code) && count.test(body);
  if (!writes) return { writes, adds: null, delegates: hands.test(code), dynamic };
  const kinds = new Set(
    (statements.length > 0 ? statements : [code]).map(statement => {
      if (addsOne.test(statement)) return 'one';
      return addsRows.test(statement) ? 'rows' : 'other';
    }),
  );
  const [adds] = kinds;
  return { writes, adds: kinds.size === 1 && adds ? adds : 'other', delegates: false, dynamic };
}
