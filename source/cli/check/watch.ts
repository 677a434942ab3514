import type { Config } from '../../config/config.ts';
import { pause } from '../../connection/deadlines.ts';
import { interrupted, isConsoleError, isTransient } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import type { Outcome } from '../output/outcome.ts';

/**
 * Runs a check again and again. Prints a line when what it found is not what the last one found, with the time before it; in
 * another format than text its whole document. With --output the file is written each time, so that its age says that the watch is
 * alive. A server that went away is told once and asked again. Ends only by an interrupt, or by an error that waiting does not mend.
 */
export async function watchOutcomes(
  run: () => Promise<Outcome>,
  { watch, format, output, quiet }: Config,
  signal: AbortSignal,
  tell: (outcome: Outcome) => Promise<unknown>,
): Promise<never> {
  let last: string | null = null;
  const isNew = (line: string) => {
    const changed = line !== last;
    last = line;
    return changed;
  };
  const say = (line: string, to: NodeJS.WriteStream) =>
    void to.write(`${new Date().toISOString()} ${displayText(line)}\n`);
  for (;;) {
    try {
      const outcome = await run();
      const changed = isNew(outcome.line ?? outcome.text);
      if (output !== null || (changed && format !== 'text')) await tell(outcome);
      if (changed && format === 'text' && !(quiet && outcome.exitCode === 0))
        say(outcome.line ?? outcome.text, process.stdout);
    } catch (error) {
      if (!isTransient(error) || !isConsoleError(error)) throw error;
      if (isNew(error.message)) say(`${error.message} ${error.hint}`, process.stderr);
    }
    await pause((watch ?? 0) * 1_000, signal);
    if (signal.aborted) throw interrupted();
  }
}
