export type Severity = 'error' | 'warning' | 'info';

/** Something worth knowing, with a way out. Codes are stable: scripts match on them. */
export interface Finding {
  code: string;
  severity: Severity;
  message: string;
  hint: string;
}
