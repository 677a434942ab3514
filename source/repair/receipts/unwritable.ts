import { isOutOfSpace, isSystemError, writeFailure } from '../../config/files/system-error.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';

/** What the failure means for the database: only before the first batch is it true that nothing was changed. */
const meanings = {
  open: 'Nothing was changed.',
  intend: 'This batch was not applied; the receipt holds what was applied before.',
  settle: 'The receipt already holds what was changed, and the server knows which of it was committed.',
  end: 'What was changed stands, and the receipt holds it.',
};

export type Stage = keyof typeof meanings;

/**
 * The error for an unwritable `path` (exit code 4): without a receipt nothing is changed. Errors of other kinds are
 * returned unchanged.
 */
export function unwritable(error: unknown, path: string, stage: Stage): unknown {
  if (!isSystemError(error)) return error;
  const way = isOutOfSpace(error)
    ? 'Free space there, or set XDG_STATE_HOME to a directory on another disk.'
    : 'Set XDG_STATE_HOME to a directory that can be written.';
  return new ConsoleError({
    code: 'receipt-unwritable',
    message: `The receipt cannot be written to ${path}: ${writeFailure(error)}.`,
    hint: `${meanings[stage]} ${way}`,
    exitCode: exitCodes.refused,
    cause: error,
  });
}
