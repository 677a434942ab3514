import { takingPath } from '../../connection/search-path.ts';
import type { WriteTransaction } from '../../connection/transactions.ts';

/**
 * Takes the lock that allows only one writing console, until the transaction ends, and reads the transaction's number.
 * `held` is false if another console has the lock.
 */
export async function beginMigration({ rows }: WriteTransaction): Promise<{ held: boolean; xid: string }> {
  const [row] = (await rows(
    `SELECT pg_try_advisory_xact_lock(hashtext('preset-usage-console')) AS held, pg_current_xact_id()::text AS xid`,
  )) as { held: boolean; xid: string }[];
  return { held: row?.held ?? false, xid: row?.xid ?? '' };
}

/**
 * Runs the statements and commits them, in one message. If that fails, rejects with the driver's error and nothing of
 * them is left.
 */
export async function applyMigration(
  { script, ownPath }: WriteTransaction,
  xid: string,
  statements: readonly string[],
): Promise<void> {
  if (!/^\d+$/.test(xid)) throw new Error('a transaction without a number');
  // On any other connection this is another transaction: the original one is lost. And a reported commit must survive a
  // crash of the server.
  const guard = `DO $guard$ BEGIN
  IF coalesce(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text, '') OPERATOR(pg_catalog.<>) '${xid}' THEN
    RAISE EXCEPTION 'this transaction is another one' USING ERRCODE = '25P01';
  END IF;
  IF pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off' THEN SET LOCAL synchronous_commit = on; END IF;
END $guard$`;
  // The script sets the catalog's path itself, and gives this one back to what triggers run.
  await script(`${[guard, takingPath(ownPath), ...statements].join(';\n')};\nCOMMIT`);
}
