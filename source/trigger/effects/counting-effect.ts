import type { Effects } from './effects.ts';

/** What a trigger's function does to the count. */
export interface CountingEffect {
  /** True if a statement sets the count. */
  writes: boolean;
  /**
   * What it adds: `one` a literal 1, `rows` a computed number, `either` if its statements do both, `other` anything else; null if it
   * does not set the count.
   */
  adds: 'one' | 'rows' | 'either' | 'other' | null;
  /** If no readable statement sets the count: why another may; null if certainly none does. */
  unreadable: string | null;
}

/** What effects do to the count. A trigger that also subtracts for deleted records still counts as one that adds. */
export function countingEffectOf({ writes, unreadable, unknownCalls }: Effects): CountingEffect {
  const counts = writes.filter(({ on }) => on === 'count');
  if (counts.length === 0) {
    const [first] = unreadable;
    const [call] = unknownCalls;
    const why =
      first?.why ?? (call === undefined ? null : `calls ${call}(), which does not exist or cannot be read`);
    return { writes: false, adds: null, unreadable: why };
  }
  const added = counts.filter(({ column }) => column?.how !== 'subtracts');
  const kinds = new Set(
    added.map(({ column }) => {
      if (column?.how !== 'adds') return 'other';
      return column.by === 1 ? 'one' : column.by === null ? 'rows' : 'other';
    }),
  );
  const [adds = 'other'] = kinds.has('other') ? [] : kinds;
  return { writes: true, adds: kinds.size > 1 && adds !== 'other' ? 'either' : adds, unreadable: null };
}
