import { writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { isConsoleError } from '../../errors/errors.ts';
import { scanDirectory } from '../scan.ts';
import { answerPipe, type ScanAnswer, type ScanRequest } from './scan-messages.ts';

/** What the thread of scan-main.ts does: scans, says how far it is, and answers. Rejects only if nobody hears it. */
export async function scan({ directory, broken, subjects }: ScanRequest): Promise<void> {
  // A file may crash this process, and then the parent must know which file it was. So each answer is written into the pipe at once:
  // what is in the pipe outlives the process.
  const answer = (message: ScanAnswer) => writeFileSync(answerPipe, `${JSON.stringify(message)}\n`);
  try {
    const reading = (file: string | null) => answer({ reading: file });
    const parsed = (done: number, total: number) => answer({ parsed: done, of: total });
    const report = await scanDirectory(directory, { broken, subjects, reading, parsed });
    // Whoever has the report ends this process.
    nodeModule.flushCompileCache();
    answer({ report });
  } catch (error) {
    if (isConsoleError(error)) {
      const { code, message, hint, exitCode } = error;
      answer({ error: { code, message, hint, exitCode } });
    } else answer({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
