import { access, constants, stat } from 'node:fs/promises';
import { type ConsoleError, usageError } from '../../errors/errors.ts';

/** Checks that a directory can be scanned. Rejects with a usage error (exit code 2) that says why not. */
export async function openDirectory(directory: string): Promise<void> {
  try {
    const kind = await stat(directory);
    if (!kind.isDirectory()) {
      throw usageError(
        'no-directory',
        `${directory} is not a directory.`,
        'Give the directory of the application, such as preset-usage scan src.',
      );
    }
    await access(directory, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw problemOf(error, directory);
  }
}

function problemOf(error: unknown, directory: string): ConsoleError | unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return usageError(
        'directory-missing',
        `There is no directory ${directory}.`,
        'Check the path. It is relative to the current directory.',
      );
    case 'EACCES':
    case 'EPERM':
      return usageError(
        'directory-unreadable',
        `This user may not read the directory ${directory}.`,
        'Grant read permission on it, or scan a copy.',
      );
    case 'ELOOP':
      return usageError(
        'directory-missing',
        `${directory} is a link that leads back to itself.`,
        'Give the directory itself.',
      );
    default:
      return error;
  }
}
