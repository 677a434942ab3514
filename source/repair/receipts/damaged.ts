import { type ConsoleError, usageError } from '../../errors/errors.ts';

/** The error for a damaged receipt (exit code 2); `why` ends the sentence. */
export function damaged(file: string, why: string): ConsoleError {
  return usageError(
    'damaged-receipt',
    `The receipt ${file} is damaged: ${why}.`,
    'Name another receipt, or put the file back from a backup.',
  );
}
