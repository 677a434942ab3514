import type { Reader } from '../../connection/transactions.ts';

/** A point in a server's life. */
export interface ServerMark {
  /** A number (xid8) above every transaction that was committed by then. */
  xid: string;
  /** The number below which every transaction had ended by then. */
  oldest: string;
  /** Raised by a failover and by point-in-time recovery; null if this role may not read it. */
  timeline: number | null;
}

/** Reads where the server stands. */
export async function readServerMark({ rows }: Reader): Promise<ServerMark> {
  const [row] = (await rows(
    `SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid, pg_snapshot_xmin(pg_current_snapshot())::text AS oldest, pg_is_in_recovery() AS standby,
            has_function_privilege('pg_walfile_name(pg_lsn)', 'EXECUTE') AND has_function_privilege('pg_current_wal_lsn()', 'EXECUTE') AS "mayWal",
            has_function_privilege('pg_control_checkpoint()', 'EXECUTE') AS "mayControl"`,
  )) as { xid: string; oldest: string; standby: boolean; mayWal: boolean; mayControl: boolean }[];
  if (!row) throw new Error('no answer about the server');
  // A separate statement, because a CASE does not keep the server from requiring the right to call it. The WAL file's
  // name shows a failover at once, the control file only after the next checkpoint.
  const text =
    row.mayWal && !row.standby
      ? `SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS hex`
      : row.mayControl
        ? `SELECT lpad(to_hex(timeline_id), 8, '0') AS hex FROM pg_control_checkpoint()`
        : null;
  const [timeline] = text === null ? [] : ((await rows(text)) as { hex: string }[]);
  return { xid: row.xid, oldest: row.oldest, timeline: timeline ? Number.parseInt(timeline.hex, 16) : null };
}

/** The outcome of each of these transactions, all older than the server's mark; null if the server has forgotten it. */
export async function transactionStatuses(
  { rows }: Reader,
  xids: readonly string[],
): Promise<Map<string, 'committed' | 'aborted' | 'in progress' | null>> {
  const found = (await rows(
    `SELECT x.xid, pg_xact_status(x.xid::xid8) AS status FROM json_array_elements_text($1::text::json) x (xid)`,
    [JSON.stringify([...new Set(xids)])],
  )) as { xid: string; status: 'committed' | 'aborted' | 'in progress' | null }[];
  return new Map(found.map(({ xid, status }) => [xid, status]));
}
