import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import {
  type ExtensionTable,
  type ReadableTable,
  readExtensionTables,
} from '../../counter/schema/extension-table.ts';

// The schema of the extension is anybody's choice.
const config: ExtensionTable = {
  schema: null,
  table: 'part_config',
  columns: {
    parent_table: ['text'],
    retention: ['text'],
    retention_schema: ['text'],
    retention_keep_table: ['boolean'],
    undo_in_progress: ['boolean'],
  },
  optional: ['undo_in_progress'],
};

// It names tables without quotes. A partition that has partitions itself may have a retention of its own.
const retentions = ({ name, column }: ReadableTable) => `WITH RECURSIVE part (oid) AS (
  SELECT $1::oid UNION ALL SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
)
SELECT c.oid::regclass::text AS "table", p.retention,
       CASE WHEN p.retention_schema IS NOT NULL THEN 'moves away' WHEN p.retention_keep_table THEN 'detaches' ELSE 'drops' END AS does
  FROM part JOIN pg_class c ON c.oid = part.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN ${name} p ON p.parent_table = n.nspname || '.' || c.relname
 WHERE c.relkind = 'p' AND p.retention IS NOT NULL AND coalesce(${column('p', 'undo_in_progress')}::boolean, false) = false
 ORDER BY 1`;

const partitioned = `SELECT FROM pg_class WHERE oid = $1::oid AND relkind = 'p'`;

/** What pg_partman is configured to take away from partitioned records, in sentences; none where this role may not read that. */
export async function readRetention(reader: Reader, { records }: Tables): Promise<string[]> {
  if (!(await reader.rows(partitioned, [records.oid])).length) return [];
  const [table] = await readExtensionTables(reader, [config]);
  if (!table || table === 'hidden') return [];
  const found = (await reader.rows(retentions(table), [records.oid])) as {
    table: string;
    retention: string;
    does: string;
  }[];
  return found.map(
    ({ table: of, retention, does }) =>
      `By its configuration in ${table.name}, the maintenance of pg_partman ${does} partitions of ${of} past the retention of ${retention}. Their records go with them.`,
  );
}
