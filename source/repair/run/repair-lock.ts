import { withDeadline } from '../../connection/deadlines.ts';
import type { ConnectOptions, Database } from '../../connection/transactions.ts';
import { interrupted } from '../../errors/errors.ts';
import { keepIdleTransaction, tryTakeRepairLock } from '../sql/repair-lock.ts';
import { waitForLock } from './wait-for-lock.ts';

// In milliseconds: a pool that has another connection hands it out as soon as one of the application's uses is over.
const roomWithin = 1_000;

// In milliseconds: often enough for the servers that end a transaction in which nothing happens for a minute.
const sign = 10_000;

/**
 * Keeps a second repair out for as long as this one lasts, and answers with what lets it in again. The transaction that
 * holds the claim writes nothing and has no snapshot, so it keeps neither vacuum nor anybody else waiting; should it be lost,
 * each batch still takes a lock of its own. `pooled`: it takes one of the connections that a pooler shares out; where no other is
 * left, it is let go at once, and the locks of the batches have to do. Waits for somebody else's claim as long as for any lock;
 * then rejects with exit code 4. What lets the next one in resolves when the server has ended the transaction.
 */
export async function holdRepairLock(
  database: Database,
  timeouts: ConnectOptions,
  pooled = false,
  signal?: AbortSignal,
): Promise<() => Promise<void>> {
  // The demo has one session behind all connections: an open transaction would be everybody's.
  if (database.place.demo) return async () => {};
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

/** Whether another connection can be had beside the one that holds the claim. */
async function hasRoom(database: Database): Promise<boolean> {
  const answered = database
    .read(({ rows }) => rows('SELECT 1'))
    .then(
      () => true,
      // The repair reports by itself what is wrong with the server.
      () => true,
    );
  return withDeadline(answered, roomWithin, false);
}
