import type { PresetEvidence, Uses } from '../evidence.ts';

/** Some of the records: those of one type, those that a column marks, or all others. */
export interface RecordKind {
  /** Tells it from every other kind. */
  key: string;
  /** What follows "records", such as `of the type "upscale"`. */
  words: string;
  /** The type that a record has; null for any other kind. */
  type: string | null;
  /** True if it is known from a column that says that a record is gone or not meant. */
  isGone: boolean;
  has(uses: Uses, index: number): boolean;
}

const mostTypes = 8;

/** The most used types. */
export function typesIn(presets: readonly PresetEvidence[]): RecordKind[] {
  const uses = new Map<string, number>();
  for (const preset of presets) {
    for (const type of preset.uses?.types ?? []) uses.set(type, (uses.get(type) ?? 0) + 1);
  }
  if (uses.size < 2) return [];
  return [...uses]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostTypes)
    .map(([type]) => ({
      key: `type ${type}`,
      words: `of the type ${JSON.stringify(type)}`,
      type,
      isGone: false,
      has: ({ types }: Uses, index: number) => types?.[index] === type,
    }));
}

/** All records but those of a kind. */
export function allBut(kind: RecordKind): RecordKind {
  return {
    key: `not ${kind.key}`,
    words: `not ${kind.words}`,
    type: null,
    isGone: false,
    has: (uses, index) => !kind.has(uses, index),
  };
}

/** What columns say of some of the records, and of none of the others. */
export function marksIn(presets: readonly PresetEvidence[]): RecordKind[] {
  const found = new Set<string>();
  for (const { uses } of presets)
    for (const [words, marked] of uses?.marks ?? []) if (marked.includes('1')) found.add(words);
  return [...found].map(words => ({
    key: `mark ${words}`,
    words: `whose ${words}`,
    type: null,
    isGone: /delet|archiv|remov|hidden|void|cancel|test/i.test(words),
    has: ({ marks }: Uses, index: number) => marks?.get(words)?.[index] === '1',
  }));
}

/** True if a condition looks at the column that marks a kind. */
export function isNamed({ words }: RecordKind, columns: readonly string[] = []): boolean {
  return columns.some(column => words.startsWith(`whose ${column} is `));
}

/** How many records of a preset are of a kind. */
export function numberOf({ uses }: PresetEvidence, kind: RecordKind): number {
  let number = 0;
  for (let index = 0; index < (uses?.times.length ?? 0); index += 1) if (kind.has(uses!, index)) number += 1;
  return number;
}
