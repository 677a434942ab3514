/** An error in an application's log. What comes from the log is as it is there: hostile until it is made fit to show. */
export interface LogProblem {
  file: string;
  line: number;
  /**
   * Milliseconds since 1970. An error that says no time has that of the last line before it in its file that says one;
   * null where there is none.
   */
  at: number | null;
  level: string;
  /** The first line of the error, or the message of a JSON line; at most 500 characters. */
  text: string;
  /** The error, or a line that belongs to it, names what usage tracking is made of. */
  aboutUsage: boolean;
}
