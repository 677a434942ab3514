import type { Effects } from './effects.ts';

/** What a trigger's function does to `presets.usage_count`. */
interface CountingEffect {
  /** True where a statement sets the count. */
  writes: boolean;
  /** How much it adds: `one` a literal 1, `rows` a number that it computes, `other` anything else; null where it sets no count. */
  adds: 'one' | 'rows' | 'other' | null;
  /** Where it sets no count that can be read: why it may all the same; null where it certainly does not. */
  unreadable: string | null;
}

/** What effects come to for the count. What is taken back when a record goes does not make a counter another one. */
export function countingEffectOf({ writes, unreadable, unknownCalls }: Effects): CountingEffect {
  const counts = writes.filter(({ on }) => on === 'count');
  if (counts.length === 0) {
    const [first] = unreadable;
    const [call] = unknownCalls;
    const why =
      first?.why ?? (call === undefined ? null : `calls ${call}(), which is not there or cannot be read`);
    return { writes: false, adds: null, unreadable: why };
  }
  const added = counts.filter(({ column }) => column?.how !== 'subtracts');
  const kinds = new Set(
    (added.length > 0 ? added : counts).map(({ column }) => {
      if (column?.how !== 'adds') return 'other';
      return column.by === 1 ? 'one' : column.by === null ? 'rows' : 'other';
    }),
  );
  const [adds] = kinds;
  return { writes: true, adds: kinds.size === 1 && adds ? adds : 'other', unreadable: null };
}
