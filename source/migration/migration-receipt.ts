/** The receipt of one migration, while it is written. */
export interface MigrationReceipt {
  file: string;
  /** Notes the transaction, before it writes anything; once for every try. */
  record(xid: string): Promise<void>;
  /** Ends the receipt. Not called if the outcome of the migration is unknown. */
  done(ok: boolean): Promise<void>;
}
