import * as z from 'zod/mini';
import { repairKey } from '../../config/operation-marks.ts';
import type { Reader } from '../../connection/transactions.ts';

/** Held for as long as a repair runs, so that a second one is refused and not interleaved. */
export const tryRepairLock = `SELECT pg_try_advisory_xact_lock(${repairKey}, 1) AS mine`;

/** Turns off the limits on transactions and their pauses, so that the lock lasts as long as the repair. */
export const keepIdleTransaction = `SELECT set_config(name, '0', true) FROM unnest(ARRAY['idle_in_transaction_session_timeout', 'transaction_timeout']) name
  WHERE current_setting(name, true) <> '0'`;

/** Takes the repair lock until the transaction ends; false if another session has it. */
export async function tryTakeRepairLock({ rows }: Reader): Promise<boolean> {
  const [row] = (await rows(tryRepairLock)) as { mine: boolean }[];
  return row?.mine === true;
}

/** The session that holds the repair lock, as far as this role may see it. */
export interface LockHolder {
  pid: number;
  application: string | null;
  user: string | null;
  /** Its address; null over a local socket, or if that is hidden. */
  client: string | null;
  /** When its transaction began, in milliseconds since 1970; null if that is hidden. */
  since: number | null;
}

const holders = z.array(
  z.object({
    pid: z.number(),
    application: z.nullable(z.string()),
    user: z.nullable(z.string()),
    client: z.nullable(z.string()),
    since: z.nullable(z.number()),
  }),
);

/**
 * Who else holds the repair lock or the lock of a batch; null if nobody does any more. A lock key of two numbers is in
 * classid and objid; a single number is split into halves there.
 */
export async function readLockHolder({ rows }: Reader): Promise<LockHolder | null> {
  const [holder] = holders.parse(
    await rows(
      `SELECT l.pid, nullif(a.application_name, '') AS application, a.usename::text AS "user", host(a.client_addr) AS client,
              (extract(epoch FROM a.xact_start) * 1000)::float8 AS since
         FROM (SELECT ${repairKey}::bigint AS key) k
         JOIN pg_locks l ON l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND CASE l.objsubid WHEN 2 THEN l.classid::bigint = k.key & 4294967295 AND l.objid::bigint = 1
                              ELSE l.classid::bigint = (k.key >> 32) & 4294967295 AND l.objid::bigint = k.key & 4294967295 END
         LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        ORDER BY a.xact_start LIMIT 1`,
    ),
  );
  return holder ?? null;
}
