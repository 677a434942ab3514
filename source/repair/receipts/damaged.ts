import { type ConsoleError, usageError } from '../../errors/errors.ts';

/** A file that is no whole receipt (exit code 2); `why` is the end of a sentence. */
export function damaged(file: string, why: string): ConsoleError {
  return usageError(
    'damaged-receipt',
    `The receipt ${file} is damaged: ${why}.`,
    'Name another receipt, or put the file back from a backup.',
  );
}
