import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { CatalogReplication } from './catalog.ts';

const answer = z.object({
  partitions: z.number(),
  subscribed: z.boolean(),
  replicaRoles: z.array(z.string()),
  replicaEverywhere: z.boolean(),
});

// A setting for a role in this database comes before one for the role alone. setrole 0 is every role.
const text = `SELECT json_build_object(
  'partitions', (SELECT count(*) FROM pg_partition_tree($2::oid::regclass) WHERE isleaf AND relid <> $2::oid),
  'subscribed', (SELECT coalesce(bool_or(part.records) AND NOT bool_or(NOT part.records), false)
      FROM (SELECT true AS records, $2::oid AS oid UNION ALL SELECT true, relid FROM pg_partition_tree($2::oid::regclass)
            UNION ALL SELECT false, $1::oid UNION ALL SELECT false, relid FROM pg_partition_tree($1::oid::regclass)) part
      JOIN pg_subscription_rel s ON s.srrelid = part.oid),
  'replicaRoles', (SELECT coalesce(json_agg(r.rolname ORDER BY r.rolname), '[]') FROM settings JOIN pg_roles r ON r.oid = setrole WHERE replica),
  'replicaEverywhere', EXISTS (SELECT FROM settings WHERE replica AND setrole = 0))::text AS answer`;
const settings = `WITH settings AS (
  SELECT DISTINCT ON (s.setrole) s.setrole, lower(c) = 'session_replication_role=replica' AS replica
    FROM pg_db_role_setting s, unnest(s.setconfig) c
   WHERE lower(c) LIKE 'session_replication_role=%' AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
   ORDER BY s.setrole, s.setdatabase DESC
)`;

/** Reads how replication and partitions decide which triggers fire. */
export async function readReplication(
  reader: Reader,
  { presets, records }: Tables,
): Promise<CatalogReplication> {
  const [row] = (await reader.rows(`${settings} ${text}`, [presets.oid, records.oid])) as {
    answer: string;
  }[];
  return answer.parse(JSON.parse(row?.answer ?? 'null'));
}
