import type { ExitCode } from '../errors/errors.ts';
import type { ScanReport } from './finding.ts';

/** What the scanning process is asked. `broken` are files that it ended on before, with what to say of each. */
export interface ScanRequest {
  directory: string;
  tests: boolean;
  broken: Record<string, string>;
}

/** What it answers: the file that it turns to (null for none), and in the end a report or what is wrong. */
export type ScanAnswer =
  | { reading: string | null }
  | { report: ScanReport }
  | { error: { code: string; message: string; hint: string; exitCode: ExitCode } }
  | { fault: string };
