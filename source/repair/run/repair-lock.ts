import { withDeadline } from '../../connection/deadlines.ts';
import type { ConnectOptions, Database } from '../../connection/transactions.ts';
import { interrupted } from '../../errors/errors.ts';
import { keepIdleTransaction, tryTakeRepairLock } from '../sql/repair-lock.ts';
import { waitForLock } from './wait-for-lock.ts';

// In milliseconds: a pool with a spare connection hands it out as soon as one of the application's uses is over.
const roomWithin = 1_000;

// In milliseconds: often enough for servers that end a transaction after a minute without a statement.
const sign = 10_000;

/**
 * Keeps other repairs out for as long as this one lasts. Returns a function that releases the lock and resolves when the
 * server has ended the transaction.
 *
 * The transaction that holds the lock writes nothing and has no snapshot, so it delays neither vacuum nor anyone else.
 * If it is lost, each batch still takes a lock of its own. `pooled`: behind a pooler it occupies one of the shared
 * connections. If no other one is left, it is released at once, and the locks of the batches have to suffice.
 *
 * Waits for another repair's lock up to `lockTimeout`, then rejects with exit code 4.
 */
export async function holdRepairLock(
  database: Database,
  timeouts: ConnectOptions,
  pooled = false,
  signal?: AbortSignal,
): Promise<() => Promise<void>> {
  // The demo has one session behind all connections: everyone would be inside an open transaction.
  if (database.place.demo) return async () => {};
  // One for reads, one for the batches, one for the lock: with fewer, the locks of the batches have to suffice.
  if ((await database.room()) < 3) return async () => {};
  const released = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  let over = false;
  const writing = database.openWriting();
  const holding = writing.write(async writer => {
    const { rows, script } = writer;
    await rows(keepIdleTransaction);
    const take = async () => (await tryTakeRepairLock(writer)) || null;
    if (!(await waitForLock(writer, take, timeouts.lockTimeout, signal))) throw interrupted();
    taken.resolve();
    while (!over) {
      await withDeadline(released.promise, sign, undefined);
      if (!over) await rows('SELECT 1');
    }
    await script('ROLLBACK');
  }, timeouts);
  holding.then(
    () => {},
    error => taken.reject(error),
  );
  try {
    await taken.promise;
  } catch (error) {
    await writing.close();
    throw error;
  }
  const release = async () => {
    over = true;
    released.resolve();
    await holding.catch(() => {});
    await writing.close();
  };
  if (pooled && !(await hasRoom(database))) await release();
  return release;
}

/** Whether the pool has another connection besides the one that holds the lock. */
async function hasRoom(database: Database): Promise<boolean> {
  const answered = database
    .read(({ rows }) => rows('SELECT 1'))
    .then(
      () => true,
      // The repair itself reports what is wrong with the server.
      () => true,
    );
  return withDeadline(answered, roomWithin, false);
}
