/** An error in an application's log. Its text is unchanged: hostile until it is made safe to print. */
export interface LogProblem {
  file: string;
  line: number;
  /** Milliseconds since 1970. Without a time, that of the last line before it in the file that has one, or null. */
  at: number | null;
  level: string;
  /** The first line of the error, or the message of a JSON line; at most 500 characters. */
  text: string;
  /** True if the error or a line that belongs to it names a table, column or function of usage tracking. */
  aboutUsage: boolean;
}
