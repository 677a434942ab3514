import { tryUntilAnswered } from '../../connection/deadlines.ts';
import type { Reader } from '../../connection/transactions.ts';
import { refused } from '../../counter/guards.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import { type LockHolder, readLockHolder } from '../sql/repair-lock.ts';

/**
 * Asks for a repair lock with `take` until it is granted; null if `signal` is aborted first. If another session keeps it
 * for longer than `lockTimeout` seconds, rejects with exit code 4 and names that session. It runs another repair, or a
 * killed one left it behind and the server has not ended it yet.
 */
export async function waitForLock<T>(
  reader: Reader,
  take: () => Promise<T | null>,
  lockTimeout: number,
  signal?: AbortSignal,
): Promise<T | null> {
  const taken = await tryUntilAnswered(async () => (await take()) ?? undefined, {
    first: 10,
    most: 200,
    within: lockTimeout * 1000,
    signal,
  });
  if (taken !== undefined) return taken;
  if (signal?.aborted) return null;
  throw anotherWrite(await readLockHolder(reader));
}

/** The error for a second repair: exit code 4. */
export function anotherWrite(holder: LockHolder | null): ConsoleError {
  return refused(
    'another-write',
    holder
      ? `Another repair of these counts is running: ${sessionWords(holder)} holds its lock.`
      : 'Another repair of these counts is running.',
    holder
      ? `Nothing was changed. Try again when it is done. If that session is stuck, end it with: SELECT pg_terminate_backend(${holder.pid})`
      : 'Nothing was changed. Try again when it is done; preset-usage receipts shows what it did.',
  );
}

/** Such as `server process 4711 (preset-usage-console as ada from 10.0.0.5, since 2026-11-23 04:15:54 UTC)`. */
function sessionWords({ pid, application, user, client, since }: LockHolder): string {
  const who = [
    application,
    user === null ? null : `as ${user}`,
    client === null ? null : `from ${client}`,
  ].filter(word => word !== null);
  const when =
    since === null ? [] : [`since ${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC`];
  const details = [...(who.length > 0 ? [who.join(' ')] : []), ...when];
  return `server process ${pid}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}
