import type { Reader } from '../../connection/transactions.ts';
import { refused } from '../../counter/guards.ts';
import { pause } from '../../counter/pause.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import { type LockHolder, readLockHolder } from '../sql/repair-lock.ts';

// In milliseconds: how soon a lock is asked for again, first and at the longest.
const soonest = 10;
const longest = 200;

/**
 * Asks for a lock of repairs with `take` until it is had: null where it is not, because `signal` says stop. Where somebody else
 * has it for longer than `lockTimeout` seconds, rejects with exit code 4 and says who: another repair, or the session that a
 * killed one has left behind, which the server needs a moment to end.
 */
export async function waitForLock<T>(
  reader: Reader,
  take: () => Promise<T | null>,
  lockTimeout: number,
  signal?: AbortSignal,
): Promise<T | null> {
  const end = performance.now() + lockTimeout * 1000;
  for (let wait = soonest; ; wait = Math.min(longest, wait * 2)) {
    const taken = await take();
    if (taken !== null || signal?.aborted) return taken;
    const left = end - performance.now();
    if (left <= 0) throw anotherWrite(await readLockHolder(reader));
    await pause(Math.min(wait, left), signal);
  }
}

/** What a second repair is refused with: exit code 4. */
export function anotherWrite(holder: LockHolder | null): ConsoleError {
  return refused(
    'another-write',
    holder
      ? `Another repair of these counts is being done: ${sessionWords(holder)} holds its lock.`
      : 'Another repair of these counts is being done.',
    holder
      ? `Nothing was changed. Try again when it is done. If nobody is at work there, end that session with: SELECT pg_terminate_backend(${holder.pid})`
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
  const told = [...(who.length > 0 ? [who.join(' ')] : []), ...when];
  return `server process ${pid}${told.length > 0 ? ` (${told.join(', ')})` : ''}`;
}
