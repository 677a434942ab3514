import type { Format } from '../../config/flags.ts';
import type { ExitCode } from '../../errors/errors.ts';

/** What a command found: the same value as text and as the contract's JSON. */
export interface Outcome {
  /** Some outcomes make it only when it is read. */
  readonly text: string;
  json: unknown;
  exitCode: ExitCode;
  /** The formats that it has beside those two; each is made when it is asked for. */
  as?: Partial<Record<Format, () => string>>;
  /** What it found in one line, which is another one as soon as something changed; for --watch. */
  line?: string;
  /** Lines for standard error, whichever form is printed. */
  warnings?: string[];
}
