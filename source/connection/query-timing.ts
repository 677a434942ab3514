/** When a statement was sent and answered: by the wall clock for display, and by a monotonic clock for ordering. */
export interface QueryTiming {
  /** In milliseconds since 1970 by this machine's clock. */
  sent: number;
  answered: number;
  /** In the milliseconds of performance.now(). */
  sentAt: number;
  answeredAt: number;
}

/** Call it when a statement is sent, and the returned function when it is answered. */
export function startTiming(): () => QueryTiming {
  const sent = Date.now();
  const sentAt = performance.now();
  return () => ({ sent, sentAt, answered: Date.now(), answeredAt: performance.now() });
}
