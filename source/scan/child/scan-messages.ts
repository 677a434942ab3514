import type { ExitCode } from '../../errors/errors.ts';
import type { ScanReport } from '../finding.ts';
import type { ScanSubject } from '../subject.ts';

/** The request to the scanning process. `broken` are files that ended it before, with the reason for each. */
export interface ScanRequest {
  directory: string;
  broken: Record<string, string>;
  subjects: readonly (ScanSubject | null)[];
}

/** The descriptor on which it answers, each time with a line of JSON. */
export const answerPipe = 4;

/** Its answers: the file that it reads next (null for none), how many of the files were parsed, and finally a report or an error. */
export type ScanAnswer =
  | { reading: string | null }
  | { parsed: number; of: number }
  | { report: ScanReport }
  | { error: { code: string; message: string; hint: string; exitCode: ExitCode } }
  | { fault: string };
