/** How far a standby had come when a large read of it ended. */
export interface ReplayPosition {
  host: string;
  port: number;
  /** The end of what it had replayed, as PostgreSQL writes it, such as `0/3000148`. */
  replayedLsn: string;
  /** When the last transaction that it had replayed was committed, in milliseconds since 1970; null if it has replayed none. */
  replayedAt: number | null;
  /** How many bytes of its primary's log it had not replayed, by a read of the primary right after it. */
  behindBytes: number;
}
