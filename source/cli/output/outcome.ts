import type { ExitCode } from '../../errors/errors.ts';

/** What a command found: the same value as text and as the contract's JSON. */
export interface Outcome {
  text: string;
  json: unknown;
  exitCode: ExitCode;
  /** Lines for standard error, whichever form is printed. */
  warnings?: string[];
}
