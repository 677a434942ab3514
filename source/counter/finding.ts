export type Severity = 'error' | 'warning' | 'info';

/** Something worth knowing, with what to do about it. Codes are stable: scripts match on them. */
export interface Finding {
  code: string;
  severity: Severity;
  message: string;
  hint: string;
  /** The names of the triggers that it is about; left out where it is about none of them. */
  triggers?: readonly string[];
  /** The event of records that it is about, such as `move`; left out where it is about none or several. */
  event?: string;
}
