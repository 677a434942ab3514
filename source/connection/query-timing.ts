/** When a statement was sent and answered: by the clock for people, and by one that nobody sets, which order is told by. */
export interface QueryTiming {
  /** In milliseconds since 1970 by this machine's clock. */
  sent: number;
  answered: number;
  /** In the milliseconds of performance.now(). */
  sentAt: number;
  answeredAt: number;
}

/** Notes when a statement is sent; what it returns is called once it is answered. */
export function startTiming(): () => QueryTiming {
  const sent = Date.now();
  const sentAt = performance.now();
  return () => ({ sent, sentAt, answered: Date.now(), answeredAt: performance.now() });
}
