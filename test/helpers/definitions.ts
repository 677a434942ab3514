import type { CounterDefinition } from '../../source/counter/definition/definition.ts';

/** What a test says of a counter; the rest is as most counters have it. */
export interface Described {
  id?: string;
  row: Partial<CounterDefinition['row']> & Pick<CounterDefinition['row'], 'table' | 'count'>;
  via?: Omit<NonNullable<CounterDefinition['via']>, 'schema'>;
  record: Partial<CounterDefinition['record']> & Pick<CounterDefinition['record'], 'table' | 'reference'>;
}

/** A counter in the schema public with the key `id`. */
export function defined({ id, row, via, record }: Described): CounterDefinition {
  return {
    id: id ?? `public.${via?.table ?? row.table}.${row.count}`,
    row: { schema: 'public', key: ['id'], label: null, touched: null, ...row },
    via: via ? { schema: 'public', ...via } : null,
    record: {
      schema: 'public',
      through: null,
      time: null,
      kind: null,
      user: null,
      where: null,
      amount: null,
      ...record,
    },
    onDelete: 'subtracts',
    nouns: { row: ['row', 'rows'], record: ['record', 'records'] },
    source: { kind: 'config', evidence: [] },
    confidence: 'certain',
    writers: [],
  };
}
