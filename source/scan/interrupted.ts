import { ConsoleError, exitCodes } from '../errors/errors.ts';

/** Ends a scan that was interrupted, with what the program ends with then (exit code 130). */
export function stopIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted();
}

/** What an interrupted scan ends with. */
export function interrupted(): ConsoleError {
  return new ConsoleError({
    code: 'interrupted',
    message: 'Interrupted.',
    hint: 'Nothing was changed.',
    exitCode: exitCodes.interrupted,
  });
}
