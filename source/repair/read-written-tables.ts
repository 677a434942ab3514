import * as z from 'zod/mini';
import type { Database } from '../connection/transactions.ts';
import { readBodyOnce } from '../sql/parser/memoized-reader.ts';
import { emptyReading, type SqlName, type SqlReading } from '../sql/sql-effects.ts';
import type { CatalogFunction, TriggerCatalog } from '../trigger/catalog.ts';
import { describeType } from '../trigger/trigger-type.ts';
import { reachedBy } from './one-sided.ts';
import type { WrittenTable } from './written-table.ts';

const body = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  identity: z.string(),
  source: z.string(),
  language: z.string(),
  trusted: z.boolean(),
  definer: z.boolean(),
  searchPath: z.nullable(z.string()),
  owner: z.string(),
});
const answer = z.array(
  z.object({
    oid: z.number(),
    schema: z.string(),
    name: z.string(),
    table: z.string(),
    notNull: z.array(z.string()),
    triggers: z.array(
      z.object({
        name: z.string(),
        enabled: z.enum(['O', 'A', 'R', 'D']),
        type: z.number(),
        updateOf: z.array(z.string()),
        body,
      }),
    ),
  }),
);

const text = `SELECT coalesce(json_agg(json_build_object('oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'table', format('%I.%I', n.nspname, c.relname),
    'notNull', (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull),
    'triggers', (SELECT coalesce(json_agg(json_build_object('name', t.tgname, 'enabled', t.tgenabled, 'type', t.tgtype,
          'updateOf', (SELECT coalesce(json_agg(quote_ident(a.attname)), '[]') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr::int2[])),
          'body', json_build_object('oid', p.oid::bigint, 'schema', f.nspname, 'name', p.proname, 'identity', format('%I.%I()', f.nspname, p.proname), 'source', p.prosrc,
             'language', l.lanname, 'trusted', l.lanpltrusted, 'definer', p.prosecdef, 'searchPath', (SELECT s FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),
             'owner', pg_get_userbyid(p.proowner))) ORDER BY t.tgname), '[]')
       FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
      WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgparentid = 0)) ORDER BY n.nspname, c.relname), '[]')::text AS tables
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname IN (SELECT json_array_elements_text($1::text::json)) AND c.relkind IN ('r', 'p')`;

/**
 * The tables that the triggers of a repair write to besides the row, those that the triggers of these write to, and so on. Where
 * triggers write to no other table, the server is not asked.
 */
export async function readWrittenTables(
  database: Database,
  catalog: TriggerCatalog,
  signal?: AbortSignal,
): Promise<WrittenTable[]> {
  const tables: WrittenTable[] = [];
  const asked = new Set<string>();
  let bodies = catalog.triggers
    .filter(
      ({ tableOid, type }) =>
        tableOid === catalog.recordsOid || (tableOid === catalog.presetsOid && updates(type)),
    )
    .flatMap(({ functionOid }) => reachedBy(catalog, functionOid));
  for (;;) {
    const names = [...new Set(bodies.flatMap(each => namesIn(each, catalog)))].filter(
      name => !asked.has(name),
    );
    if (names.length === 0) return tables;
    for (const name of names) asked.add(name);
    const found = await database.read(
      async reader => {
        const [row] = (await reader.rows(text, [JSON.stringify(names)])) as { tables: string }[];
        return answer.parse(JSON.parse(row?.tables ?? '[]'));
      },
      { signal },
    );
    const read = await Promise.all(found.map(withReadings));
    tables.push(...read);
    bodies = read.flatMap(({ triggers }) => triggers.map(trigger => trigger.body));
  }
}

function updates(type: number): boolean {
  return describeType(type).events.includes('UPDATE');
}

/** The names of other tables that it writes; of the two, only where a NULL may become a number. */
function namesIn(
  { reading }: CatalogFunction,
  { relations, presetsOid, recordsOid, countName }: TriggerCatalog,
): string[] {
  const isOneOfTwo = ({ name }: SqlName) =>
    relations.some(each => each.name === name && (each.oid === presetsOid || each.oid === recordsOid));
  return reading.writes
    .filter(
      ({ table, columns }) =>
        !isOneOfTwo(table) || columns?.some(({ name, limited }) => limited === 'null' && name !== countName),
    )
    .map(({ table }) => table.name);
}

async function withReadings(found: z.infer<typeof answer>[number]): Promise<WrittenTable> {
  const triggers = found.triggers.map(async ({ body: own, ...trigger }) => ({
    ...trigger,
    body: await withReading(own),
  }));
  return { ...found, triggers: await Promise.all(triggers) };
}

async function withReading(own: z.infer<typeof body>): Promise<CatalogFunction> {
  const routine = { ...own, kind: 'function' as const, arguments: '', result: 'trigger' };
  const reading: SqlReading = ['c', 'internal'].includes(own.language)
    ? emptyReading()
    : await readBodyOnce(routine);
  return { ...routine, identityTypes: '', isTrigger: true, executors: [], reading };
}
