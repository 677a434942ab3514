import * as z from 'zod/mini';
import type { Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import { manyValues, valueAsText } from '../../counter/reading/sql-values.ts';
import type { RecordColumn, RecordFacts, RecordValues } from './record-facts.ts';

const names = z.array(z.string());

const answer = z.object({
  columns: z.array(
    z.object({
      name: z.string(),
      quoted: z.string(),
      type: z.string(),
      base: z.string(),
      category: z.string(),
      labels: names,
      nullable: z.boolean(),
      defaults: z.boolean(),
      generates: z.boolean(),
      writable: z.boolean(),
      generated: z.nullable(z.object({ columns: names, calls: z.boolean() })),
      readable: z.boolean(),
    }),
  ),
  unique: z.array(z.object({ name: z.string(), columns: names, within: names })),
  references: z.array(z.object({ columns: names, table: z.string(), keys: names, readable: z.boolean() })),
  key: names,
  checks: z.array(z.object({ columns: names, text: z.string() })),
  sequences: names,
});

// Before PostgreSQL 15 it is the column that depends on what it is generated from, and since then its expression.
const dependsOn = `FROM pg_attrdef d JOIN pg_depend n ON (n.classid, n.objid, n.objsubid) IN (('pg_attrdef'::regclass, d.oid, 0), ('pg_class'::regclass, a.attrelid, a.attnum))
                    WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum`;

const text = `SELECT json_build_object(
  'columns', (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
      'type', format_type(a.atttypid, a.atttypmod), 'base', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), -1), 'category', t.typcategory,
      'labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]') FROM pg_enum e WHERE e.enumtypid = coalesce(nullif(t.typbasetype, 0), t.oid)),
      'nullable', NOT (a.attnotnull OR t.typnotnull),
      'defaults', a.atthasdef OR t.typdefault IS NOT NULL OR a.attidentity <> '' OR a.attgenerated <> '',
      'generates', a.attidentity <> '' OR coalesce((SELECT pg_get_expr(d.adbin, d.adrelid) ~* 'nextval|uuid|random|clock_timestamp|nanoid|ulid|ksuid|cuid|snowflake'
                                                    FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''), false),
      'writable', a.attgenerated = '' AND a.attidentity <> 'a',
      'generated', CASE WHEN a.attgenerated <> '' THEN json_build_object(
          'columns', (SELECT coalesce(json_agg(s.attname ORDER BY s.attnum), '[]') FROM pg_attribute s WHERE s.attrelid = a.attrelid AND s.attnum > 0 AND s.attnum <> a.attnum
                         AND s.attnum IN (SELECT n.refobjsubid ${dependsOn} AND n.refclassid = 'pg_class'::regclass AND n.refobjid = a.attrelid)),
          'calls', EXISTS (SELECT ${dependsOn} AND n.refclassid = 'pg_proc'::regclass)) END,
      'readable', has_column_privilege(a.attrelid, a.attnum, 'SELECT')) ORDER BY a.attnum), '[]')
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped),
  'unique', (SELECT coalesce(json_agg(json_build_object('name', c.relname,
      'columns', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
                   WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])),
      -- Where there are expressions, of some rows only too: the catalog does not tell which column belongs to which.
      'within', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
                  WHERE a.attrelid = i.indrelid AND i.indexprs IS NOT NULL AND NOT a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                    AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))) ORDER BY c.relname), '[]')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::oid AND i.indisunique),
  'references', (SELECT coalesce(json_agg(json_build_object(
      'columns', (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY k (number, place) JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
      'table', format('%I.%I', n.nspname, c.relname),
      'keys', (SELECT json_agg(quote_ident(a.attname) ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY k (number, place) JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number),
      'readable', has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)) ORDER BY f.conname), '[]')
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE f.conrelid = $1::oid AND f.contype = 'f' AND f.conparentid = 0),
  'key', (SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]') FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place), pg_attribute a
           WHERE i.indrelid = $1::oid AND i.indisprimary AND k.place <= i.indnkeyatts AND a.attrelid = i.indrelid AND a.attnum = k.number),
  'checks', (SELECT coalesce(json_agg(json_build_object(
      'columns', (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)),
      'text', pg_get_constraintdef(k.oid)) ORDER BY k.conname), '[]')
    FROM pg_constraint k WHERE k.conrelid = $1::oid AND k.contype = 'c' AND k.conkey IS NOT NULL),
  'sequences', (SELECT coalesce(json_agg(DISTINCT s.name), '[]')
    FROM (SELECT pg_get_serial_sequence($1::oid::regclass::text, a.attname) AS name
            FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped) s WHERE s.name IS NOT NULL))::text AS answer`;

/** Reads how a record of the table `oid` can be made. */
export async function readRecordFacts(reader: Reader, oid: number): Promise<RecordFacts> {
  const [row] = (await reader.rows(text, [oid])) as { answer: string }[];
  const { checks, ...facts } = answer.parse(JSON.parse(row?.answer ?? '{}'));
  const numbers = new Set(facts.columns.filter(({ category }) => category === 'N').map(({ name }) => name));
  return { ...facts, allowed: constantsIn(checks, numbers) };
}

/** The constants in checks of one column each, by column; those of `numbers` may stand there without quotes. */
function constantsIn(
  checks: readonly { columns: readonly string[]; text: string }[],
  numbers: ReadonlySet<string>,
) {
  const found: Record<string, string[]> = {};
  for (const { columns, text } of checks) {
    const [column, ...others] = columns;
    if (column === undefined || others.length > 0) continue;
    const constants = [...text.matchAll(/'((?:[^']|'')*)'::/g)].map(([, constant = '']) =>
      constant.replaceAll("''", "'"),
    );
    const plain = numbers.has(column) ? (text.match(/(?<![\w.'-])-?\d+(?:\.\d+)?(?![\w.'])/g) ?? []) : [];
    found[column] = [...(found[column] ?? []), ...constants, ...plain];
  }
  return found;
}

const record = z.array(z.nullable(z.string()));

/** Reads records as text, by column; `query` selects them from the table, as `r`. */
export async function readRecords(
  reader: Reader,
  facts: RecordFacts,
  query: string,
  parameters: readonly (string | null)[],
  path: Path,
): Promise<RecordValues[]> {
  const columns = facts.columns.filter(({ readable }) => readable);
  // As the types write their values, not as JSON does: an array must be read back.
  const rows = (await reader.rows(
    `SELECT ${manyValues(columns.map(({ quoted }) => valueAsText(quoted)))} AS record FROM ${query}`,
    parameters,
    path,
  )) as { record: string }[];
  return rows.map(row => {
    const values = record.parse(JSON.parse(row.record));
    return Object.fromEntries(columns.map(({ name }, place) => [name, values[place] ?? null]));
  });
}

/** The columns as a list for SELECT: those that this role may read. */
export function readableColumns({ columns }: { columns: readonly RecordColumn[] }): string {
  return columns
    .filter(({ readable }) => readable)
    .map(({ quoted }) => quoted)
    .join(', ');
}
