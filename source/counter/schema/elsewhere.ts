import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { Relation } from './relation.ts';

/** A table whose rows lie on another server, so that no snapshot of this one holds them. */
export interface Elsewhere {
  /** Schema and name, quoted where they need it. */
  name: string;
  kind: 'foreign' | 'distributed';
}

const found = z.array(z.object({ name: z.string(), kind: z.enum(['foreign', 'distributed']) }));

const tree = `WITH RECURSIVE tree AS (SELECT oid FROM unnest($1::text::oid[]) oid
  UNION SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
SELECT format('%I.%I', n.nspname, c.relname) AS name`;
const named = 'JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace';
const foreign = `${tree}, 'foreign' AS kind FROM tree t ${named} WHERE c.relkind = 'f' ORDER BY 1`;
// The catalog of Citus, which names the tables that it keeps on its workers.
const distributed = `${tree}, 'distributed' AS kind FROM tree t ${named} JOIN pg_catalog.pg_dist_partition d ON d.logicalrelid::oid = t.oid ORDER BY 1`;

/** Which of these tables or of their parts lie on another server. Asks only where one may. */
export async function readElsewhere(reader: Reader, tables: readonly Relation[]): Promise<Elsewhere[]> {
  const doubtful = tables.filter(({ bytes, unsure }) => unsure || bytes === Number.POSITIVE_INFINITY);
  if (doubtful.length === 0) return [];
  const oids = [`{${doubtful.map(({ oid }) => oid).join()}}`];
  const [citus] = await reader.rows(`SELECT FROM pg_extension WHERE extname = 'citus'`);
  return [
    ...found.parse(await reader.rows(foreign, oids)),
    ...(citus ? found.parse(await reader.rows(distributed, oids)) : []),
  ];
}

/** In a sentence: `public.likes_1 is a foreign table`. */
export function whereElsewhere(elsewhere: readonly Elsewhere[]): string {
  const [first] = elsewhere;
  const more = elsewhere.length - 1;
  const others = more === 0 ? '' : `, as ${more === 1 ? 'is another table' : `are ${more} others`}`;
  return `${first?.name} is ${first?.kind === 'foreign' ? 'a foreign table' : 'kept on the workers of Citus'}${others}`;
}

/** What a reader of the numbers has to know; empty if every row is here. */
export function elsewhereNotes({ elsewhere }: { elsewhere: readonly Elsewhere[] }): string[] {
  if (elsewhere.length === 0) return [];
  return [
    `${whereElsewhere(elsewhere)}. Rows of another server are read at another moment, so while anything writes a difference may be none.`,
  ];
}
