import type { Choices } from './choices.ts';

/** A condition on a record: `of` names the record, such as `NEW.`; each form of it is written as somebody would. */
export interface Condition {
  /** The columns that it asks for. */
  columns: readonly string[];
  /** As the definition has it. */
  plain: string;
  /** As it is written at one place: usually something that means the same. */
  write(choices: Choices, of: string): string;
}

/** Forms that mean the same, the plainest first, and those that nearly do: they differ for NULL, or for a value nobody thought of. */
interface Forms {
  columns: readonly string[];
  same: readonly string[];
  near: readonly string[];
}

// @ stands for the record.
const atoms: readonly Forms[] = [
  {
    columns: ['approved'],
    same: [
      '@approved',
      '@approved = true',
      '@approved IS TRUE',
      'coalesce(@approved, false)',
      '@approved IS NOT DISTINCT FROM true',
      '(@approved AND @approved IS NOT NULL)',
      '@approved <> false',
      "@approved = 't'",
      'NOT (@approved IS NOT TRUE)',
      'NOT coalesce(NOT @approved, true)',
      'nullif(@approved, false) IS NOT NULL',
      '(CASE WHEN @approved THEN true ELSE false END)',
    ],
    near: [
      '@approved IS NOT FALSE',
      '@approved IS NOT NULL',
      'coalesce(@approved, true)',
      'NOT @approved',
      '@approved IS DISTINCT FROM false',
      '(CASE WHEN NOT @approved THEN false ELSE true END)',
    ],
  },
  {
    columns: ['kind'],
    same: [
      "@kind = 'a'",
      "@kind IN ('a')",
      "@kind IS NOT DISTINCT FROM 'a'",
      "coalesce(@kind, '') = 'a'",
      "@kind LIKE 'a'",
      "@kind = ANY (ARRAY['a'])",
      "NOT (@kind <> 'a')",
      "'a' = @kind",
      "(CASE @kind WHEN 'a' THEN true ELSE false END)",
    ],
    near: [
      "@kind <> 'b'",
      "@kind NOT IN ('b', 'c')",
      "coalesce(@kind, 'a') = 'a'",
      "@kind IS DISTINCT FROM 'b'",
      "@kind LIKE 'a%'",
      "@kind IN ('a', 'b')",
      "@kind IN ('a', NULL)",
      "@kind <= 'a'",
    ],
  },
  {
    columns: ['deleted_at'],
    same: [
      '@deleted_at IS NULL',
      'NOT (@deleted_at IS NOT NULL)',
      '@deleted_at IS NOT DISTINCT FROM NULL',
      'coalesce(@deleted_at IS NULL, false)',
    ],
    near: [
      '@deleted_at IS NOT NULL',
      '@deleted_at > now()',
      '@deleted_at = NULL',
      '(@deleted_at IS NULL OR @deleted_at > now())',
    ],
  },
  {
    columns: ['kind'],
    same: [
      "@kind <> 'b'",
      "@kind != 'b'",
      "NOT (@kind = 'b')",
      "@kind NOT IN ('b')",
      "coalesce(@kind, 'b') <> 'b'",
      "@kind <> ALL (ARRAY['b'])",
      "(@kind IS NOT NULL AND @kind <> 'b')",
      "nullif(@kind, 'b') IS NOT NULL",
      "@kind NOT LIKE 'b'",
    ],
    near: [
      "@kind IS DISTINCT FROM 'b'",
      "coalesce(@kind, '') <> 'b'",
      "(@kind IS NULL OR @kind <> 'b')",
      "@kind NOT IN ('b', 'c')",
      "@kind = 'a'",
    ],
  },
  {
    columns: ['kind'],
    same: [
      "@kind IN ('a', 'b')",
      "(@kind = 'a' OR @kind = 'b')",
      "@kind = ANY ('{a,b}')",
      "NOT (@kind <> 'a' AND @kind <> 'b')",
      "coalesce(@kind IN ('a', 'b'), false)",
    ],
    near: [
      "@kind NOT IN ('c')",
      "@kind IN ('a', 'b', 'c')",
      "@kind BETWEEN 'a' AND 'b'",
      "@kind IS DISTINCT FROM 'c'",
    ],
  },
  {
    columns: ['n'],
    same: [
      '@n > 1',
      '@n >= 2',
      '1 < @n',
      'NOT (@n <= 1)',
      'coalesce(@n, 0) > 1',
      '(@n IS NOT NULL AND @n > 1)',
      'coalesce(@n > 1, false)',
      '@n NOT BETWEEN -100 AND 1',
    ],
    near: ['@n >= 1', 'coalesce(@n, 2) > 1', '(@n <= 1) IS NOT TRUE', '@n <> 1', '@n BETWEEN 2 AND 3'],
  },
  {
    columns: ['n'],
    same: ['@n BETWEEN 1 AND 3', '(@n >= 1 AND @n <= 3)', 'NOT (@n < 1 OR @n > 3)', '@n IN (1, 2, 3)'],
    near: ['@n > 1', '(@n < 1 OR @n > 3) IS NOT TRUE', '@n >= 1', 'coalesce(@n, 1) BETWEEN 1 AND 3'],
  },
  {
    columns: ['n'],
    same: [
      '@n IS NOT NULL',
      'NOT (@n IS NULL)',
      '@n IS DISTINCT FROM NULL',
      'coalesce(@n IS NOT NULL, true)',
    ],
    near: ['@n <> 0', 'coalesce(@n, 0) <> 0', '@n > 0'],
  },
  {
    columns: ['approved'],
    same: [
      '@approved IS NOT FALSE',
      '(@approved OR @approved IS NULL)',
      'coalesce(@approved, true)',
      '@approved IS DISTINCT FROM false',
      '(@approved = false) IS NOT TRUE',
    ],
    near: ['@approved', 'NOT (@approved = false)', '@approved <> false'],
  },
];

export function conditionFrom(choices: Choices): Condition {
  const first = ofForms(choices.pick(atoms));
  const more = choices.below(6);
  if (more < 4) return first;
  const second = ofForms(choices.pick(atoms));
  const word = more === 4 ? 'AND' : 'OR';
  return {
    columns: [...new Set([...first.columns, ...second.columns])],
    plain: `(${first.plain} ${word} ${second.plain})`,
    write: (inner, of) => {
      const written = [first.write(inner, of), second.write(inner, of)];
      if (inner.slips()) return written[inner.below(2)] ?? '';
      const [one, other] = inner.chance(30) ? written.toReversed() : written;
      return `(${one} ${inner.slips() ? (word === 'AND' ? 'OR' : 'AND') : word} ${other})`;
    },
  };
}

function ofForms({ columns, same, near }: Forms): Condition {
  return {
    columns,
    plain: (same[0] ?? '').replaceAll('@', ''),
    write: (choices, of) => {
      const form = choices.slips() ? choices.pick(near) : choices.usually(same[0] ?? '', ...same);
      return form.replaceAll('@', of);
    },
  };
}
