import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';

// The schema of the extension is anybody's choice. What else is called part_config has other columns.
const configured = `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'part_config' AND c.relkind = 'r' AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid
           AND a.attname IN ('parent_table', 'retention', 'retention_keep_table', 'retention_schema')) = 4
    AND EXISTS (SELECT FROM pg_class r WHERE r.oid = $1::oid AND r.relkind = 'p')
  ORDER BY 1 LIMIT 1`;

// It names tables without quotes. A partition that has partitions itself may have a retention of its own.
const retentions = (config: string) => `WITH RECURSIVE part (oid) AS (
  SELECT $1::oid UNION ALL SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
)
SELECT c.oid::regclass::text AS "table", p.retention,
       CASE WHEN p.retention_schema IS NOT NULL THEN 'moves away' WHEN p.retention_keep_table THEN 'detaches' ELSE 'drops' END AS does
  FROM part JOIN pg_class c ON c.oid = part.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN ${config} p ON p.parent_table = n.nspname || '.' || c.relname
 WHERE c.relkind = 'p' AND p.retention IS NOT NULL AND coalesce(to_jsonb(p) ->> 'undo_in_progress', 'false') <> 'true'
 ORDER BY 1`;

/** What pg_partman is configured to take away from partitioned records, in sentences; none where this role may not read that. */
export async function readRetention(reader: Reader, { records }: Tables): Promise<string[]> {
  const [config] = (await reader.rows(configured, [records.oid])) as { name: string }[];
  if (!config) return [];
  const found = (await reader.rows(retentions(config.name), [records.oid])) as {
    table: string;
    retention: string;
    does: string;
  }[];
  return found.map(
    ({ table, retention, does }) =>
      `By its configuration in ${config.name}, the maintenance of pg_partman ${does} partitions of ${table} past the retention of ${retention}. Their records go with them.`,
  );
}
