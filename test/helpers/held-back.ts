import type postgres from 'postgres';

/**
 * Statements of PL/pgSQL that wait while another session has run `holdBack` in its transaction. No lock_timeout ends that: a use that is
 * simulated may wait for a lock for 250 ms only.
 */
export const waitHere = `PERFORM pg_advisory_xact_lock_shared(4711, 1);
  WHILE NOT pg_try_advisory_xact_lock_shared(4711, 2) LOOP PERFORM pg_sleep(0.01); END LOOP`;

/** While the transaction of this statement is open, whoever comes to `waitHere` stays there. */
export const holdBack = 'SELECT pg_advisory_xact_lock(4711, 2)';

/** The processes in the database of `sql` that have come to `waitHere`, and whose transaction has not ended. */
export async function arrived(sql: postgres.Sql): Promise<number[]> {
  const rows = await sql<{ pid: number }[]>`
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711 AND objid = 1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return rows.map(({ pid }) => pid);
}

/** Ends the session of a process that has come to `waitHere`; false if there is none yet. */
export async function endArrived(sql: postgres.Sql): Promise<boolean> {
  const [pid] = await arrived(sql);
  return pid !== undefined && (await sql`SELECT pg_terminate_backend(${pid})`).length === 1;
}
