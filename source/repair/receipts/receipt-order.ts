import type { Receipt } from './receipt.ts';

/**
 * Negative if `a` ran before `b`. Within one database the server's own transaction numbers decide, because this
 * machine's clock may have been set back. Across databases only the clock can.
 */
export function compareReceipts(a: Receipt, b: Receipt): number {
  return (a.head.identity === b.head.identity && byServer(a, b)) || byClock(a, b);
}

/** Newest first, each database's receipts in the order of its server. */
export function newestFirst(receipts: readonly Receipt[]): Receipt[] {
  const sorted = receipts.toSorted((a, b) => byClock(b, a));
  const own = Map.groupBy(sorted, ({ head }) => head.identity);
  for (const [identity, some] of own)
    own.set(
      identity,
      some.sort((a, b) => compareReceipts(b, a)),
    );
  // Each database's receipts take the places that the clock gives to that database.
  return sorted.flatMap(({ head }) => own.get(head.identity)?.shift() ?? []);
}

function byServer(a: Receipt, b: Receipt): number {
  const [mine, theirs] = [a.head.began?.timeline ?? null, b.head.began?.timeline ?? null];
  if (mine !== null && theirs !== null && mine !== theirs) return mine - theirs;
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first === null || second === null) return 0;
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The number of its first transaction. If it had none, the server's next number when it began. */
function numberOf({ head, batches }: Receipt): bigint | null {
  const xid = batches[0]?.xid ?? head.began?.xid;
  return xid === undefined ? null : BigInt(xid);
}

/** An id has seconds only; `at` separates operations within one. */
function byClock({ head: a }: Receipt, { head: b }: Receipt): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);
}
