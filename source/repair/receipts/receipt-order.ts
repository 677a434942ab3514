import type { Receipt } from './receipt.ts';

/**
 * Below 0 where `a` did its work before `b`. Of one database the server's own numbers tell, as this machine's clock may have been
 * set back in between; of several nothing but the clock does.
 */
export function compareReceipts(a: Receipt, b: Receipt): number {
  return (a.head.identity === b.head.identity && byServer(a, b)) || byClock(a, b);
}

/** The newest first, each database's in the order of its server. */
export function newestFirst(receipts: readonly Receipt[]): Receipt[] {
  const sorted = receipts.toSorted((a, b) => byClock(b, a));
  const own = Map.groupBy(sorted, ({ head }) => head.identity);
  for (const [identity, some] of own)
    own.set(
      identity,
      some.sort((a, b) => compareReceipts(b, a)),
    );
  // Each database keeps the places that the clock gives to its receipts.
  return sorted.flatMap(({ head }) => own.get(head.identity)?.shift() ?? []);
}

function byServer(a: Receipt, b: Receipt): number {
  const [mine, theirs] = [a.head.began?.timeline ?? null, b.head.began?.timeline ?? null];
  if (mine !== null && theirs !== null && mine !== theirs) return mine - theirs;
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first === null || second === null) return 0;
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The number of its first transaction; where it had none, the one that the server had come to when it began. */
function numberOf({ head, batches }: Receipt): bigint | null {
  const xid = batches[0]?.xid ?? head.began?.xid;
  return xid === undefined ? null : BigInt(xid);
}

/** An id has the second only; `at` tells apart what began within one. */
function byClock({ head: a }: Receipt, { head: b }: Receipt): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);
}
