/** The part of a transaction's number (xid8) that a row keeps: the lower half. */
export function rowVersion(xid: string): string {
  return String(BigInt(xid) & 0xffff_ffffn);
}
