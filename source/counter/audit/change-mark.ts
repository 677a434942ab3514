import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';

// Whatever may change what is read without a transaction of this server: a foreign table or a distributed one is written
// elsewhere, a view or a policy may look at the clock, and a crash empties unlogged tables. A standby's snapshots do not list what
// is under way. The statistics are reset by a crash, which may take back commits that were not yet on disk.
const text = `SELECT concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time(), pg_current_snapshot()) AS mark
 WHERE NOT pg_is_in_recovery()
   AND NOT EXISTS (SELECT FROM pg_foreign_table)
   AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
   AND NOT EXISTS (
     SELECT FROM unnest($1::text::oid[]) wanted
       LEFT JOIN pg_class c ON c.oid = wanted
      WHERE c.relkind IS NULL OR c.relkind NOT IN ('r', 'p') OR c.relpersistence <> 'p' OR row_security_active(c.oid))`;

// Literals that mean another time tomorrow.
const relativeTime = /'(?:now|today|tomorrow|yesterday)\b/i;

/**
 * A text that stays the same as long as nothing is written on the server: two snapshots that see the same transactions see the same
 * rows. Null where that is not certain. A mark is of what is read after it, in the same transaction or later.
 */
export async function readChangeMark(
  { rows }: Reader,
  { presets, records, others }: Tables,
): Promise<string | null> {
  if (relativeTime.test(records.where ?? '')) return null;
  const [row] = (await rows(text, [`{${[presets.oid, records.oid, ...others].join()}}`])) as {
    mark: string;
  }[];
  return row?.mark ?? null;
}
