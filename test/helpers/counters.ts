import { counterId } from '../../source/counter/definition/counter-id.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import type { InspectedDatabase } from '../../source/counter/inspect-database.ts';
import { defined } from './definitions.ts';

/** Comments of posts, kept by a trigger. */
export const comments: CounterDefinition = {
  ...defined({
    row: { table: 'posts', label: 'title', count: 'comments_count' },
    record: { table: 'comments', reference: ['post_id'], where: { kind: 'null', column: 'deleted_at' } },
  }),
  nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] },
  source: { kind: 'trigger', evidence: ['Line 4 of public.count_comment() adds one.'] },
  writers: [{ kind: 'trigger', name: 'count_comment on public.comments', events: ['insert', 'delete'] }],
};

/** Amounts of sales, added up by a function. */
export const revenue: CounterDefinition = {
  ...defined({
    row: { table: 'sellers', label: 'name', count: 'revenue' },
    record: { table: 'sales', reference: ['seller_id'], amount: 'amount' },
  }),
  nouns: { row: ['seller', 'sellers'], record: ['sale', 'sales'] },
  source: { kind: 'function', evidence: ['Line 2 of public.sell(uuid) adds amount.'] },
  confidence: 'likely',
  writers: [{ kind: 'function', name: 'public.sell(uuid, numeric)', events: [] }],
};

/** Posts of threads, whose key has two columns and no label. */
export const posts: CounterDefinition = {
  ...defined({
    row: { table: 'threads', key: ['forum', 'no'], count: 'posts_count' },
    record: { table: 'posts', reference: ['forum', 'thread'] },
  }),
  nouns: { row: ['thread', 'threads'], record: ['post', 'posts'] },
};

/** The counter of a table of any name. */
export function named(table: string): CounterDefinition {
  const definition = defined({ row: { table, count: 'n' }, record: { table: 'r', reference: ['t'] } });
  return { ...definition, id: counterId({ schema: 'public', table }, 'n', new Set()) };
}

/** What is known of a server on which `definition` is watched. */
export function inspectedWith(definition: CounterDefinition): InspectedDatabase {
  const server = {
    database: 'd',
    user: 'u',
    version: '18.4',
    address: null,
    readOnly: false,
    standby: false,
    superuser: false,
    bypassesRls: false,
    encryption: 'none',
  };
  const tables = {
    definition,
    presets: { name: definition.row.table, lastUsed: definition.row.touched },
    records: {
      name: definition.record.table,
      table: definition.record.table,
      time: null,
      sums: definition.record.amount !== null,
    },
    hiddenBy: [],
    elsewhere: [],
    seenBy: [],
  };
  return { server, host: 'h', label: 'local', source: null, link: null, now: 0, tables } as never;
}
