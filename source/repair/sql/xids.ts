/** What a row keeps of a transaction's number (xid8): the lower half of it alone. */
export function rowVersion(xid: string): string {
  return String(BigInt(xid) & 0xffff_ffffn);
}
