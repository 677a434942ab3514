import { takingPath } from '../../connection/search-path.ts';
import type { WriteTransaction } from '../../connection/transactions.ts';

/**
 * Takes the lock that one writing console at a time may have, to the end of the transaction, and notes which transaction
 * this is. `held` is false where another one has it.
 */
export async function beginMigration({ rows }: WriteTransaction): Promise<{ held: boolean; xid: string }> {
  const [row] = (await rows(
    `SELECT pg_try_advisory_xact_lock(hashtext('preset-usage-console')) AS held, pg_current_xact_id()::text AS xid`,
  )) as { held: boolean; xid: string }[];
  return { held: row?.held ?? false, xid: row?.xid ?? '' };
}

/** Runs the statements and commits them, in one message. Rejects with the driver's error; then nothing is left of them. */
export async function applyMigration(
  { script, ownPath }: WriteTransaction,
  xid: string,
  statements: readonly string[],
): Promise<void> {
  if (!/^\d+$/.test(xid)) throw new Error('a transaction without a number');
  // On any other connection than the one that began, this is another transaction: the one that began is lost. And what was
  // said to be done must outlast a crash of the server.
  const guard = `DO $guard$ BEGIN
  IF coalesce(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text, '') OPERATOR(pg_catalog.<>) '${xid}' THEN
    RAISE EXCEPTION 'this transaction is another one' USING ERRCODE = '25P01';
  END IF;
  IF pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off' THEN SET LOCAL synchronous_commit = on; END IF;
END $guard$`;
  // The script takes the catalog's path itself, and gives this one back to what fires triggers.
  await script(`${[guard, takingPath(ownPath), ...statements].join(';\n')};\nCOMMIT`);
}
