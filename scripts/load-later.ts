import { ConsoleError, exitCodes } from '../source/errors/errors.ts';

/** What a console tells that runs while its package is replaced by another version: its own `later.js` is gone. */
export function explainMissing(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new ConsoleError({
    code: 'program-replaced',
    message: 'A file of this program is gone: it was updated or removed while it ran.',
    hint: 'Quit it and start it again.',
    exitCode: exitCodes.fault,
    cause: error,
  });
}
