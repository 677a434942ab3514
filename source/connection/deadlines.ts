/** Waits for some milliseconds, or until `signal` is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted || milliseconds <= 0) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** When to try again, in milliseconds: after `first`, then after twice as long each time, up to `most`. */
interface Backoff {
  first: number;
  most: number;
  /** No new try after this time. */
  within: number;
  signal?: AbortSignal | undefined;
}

/** Tries until there is an answer; undefined if time ran out, or `signal` was aborted. */
export async function tryUntilAnswered<T>(
  attempt: () => Promise<T | undefined>,
  { first, most, within, signal }: Backoff,
): Promise<T | undefined> {
  const end = performance.now() + within;
  for (let wait = first; ; wait = Math.min(most, wait * 2)) {
    const answer = await attempt();
    const left = end - performance.now();
    if (answer !== undefined || signal?.aborted || left <= 0) return answer;
    await pause(Math.min(wait, left), signal);
  }
}

/** What `work` resolves to, or `late` if that takes too many milliseconds. */
export async function withDeadline<T, Late>(
  work: Promise<T>,
  milliseconds: number,
  late: Late,
): Promise<T | Late> {
  const over = new AbortController();
  try {
    return await Promise.race([work, pause(milliseconds, over.signal).then(() => late)]);
  } finally {
    over.abort();
  }
}

// The clocks of two machines may run apart by this much.
const clocks = 0.99;

/**
 * Whether a statement that was sent at `asked`, in the milliseconds of performance.now(), ended sooner than its statement_timeout of
 * `seconds` would have ended it: with SQLSTATE 57014, which both have, somebody has cancelled it.
 */
export function endedEarly(asked: number, seconds: number): boolean {
  return performance.now() - asked < seconds * 1000 * clocks;
}
