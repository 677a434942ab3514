import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';

/** True if a key is in the table with the counts twice, which no index prevents when other tables inherit from it. */
export async function hasKeyTwice(reader: Reader, { written, path }: Tables): Promise<boolean> {
  if (written.keys.length === 0) return false;
  const [row] = (await reader.rows(
    `SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
                             WHERE i.inhparent OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND NOT c.relispartition)
       THEN EXISTS (SELECT FROM ${written.name} p GROUP BY ${written.keys.map(({ column }) => `p.${column}`).join(', ')} HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1) ELSE false END AS twice`,
    [written.oid],
    path,
  )) as { twice: boolean }[];
  return row?.twice === true;
}

// Since PostgreSQL 18 a constraint may be NOT ENFORCED.
const reference = `SELECT k.conname AS name FROM pg_constraint k
 WHERE k.conrelid = $1::oid AND k.confrelid = $2::oid AND k.contype = 'f' AND coalesce((to_jsonb(k)->>'conenforced')::boolean, true)
   AND k.conkey = ARRAY(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = $1::oid AND quote_ident(a.attname) = $3 AND NOT a.attisdropped) LIMIT 1`;

/**
 * The foreign key that would refuse to take orphaned records back, if there are any: it was never validated, or they
 * bypassed it. Null if there is no such key or no such record.
 */
export async function whyOrphansAreRefused(
  reader: Reader,
  { presets, records, path }: Tables,
): Promise<string | null> {
  const [key] = (await reader.rows(reference, [records.oid, presets.oid, records.preset])) as {
    name: string;
  }[];
  if (!key) return null;
  const [row] = (await reader.rows(
    `SELECT EXISTS (SELECT FROM ${records.name} r WHERE r.${records.preset} IS NOT NULL
       AND NOT EXISTS (SELECT FROM ${presets.name} p WHERE p.${presets.key} ${records.keys.equal} r.${records.preset}${records.keys.of})) AS there`,
    [],
    path,
  )) as { there: boolean }[];
  return row?.there ? key.name : null;
}
