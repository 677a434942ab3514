import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';

/** What lets somebody else change a file or a directory, as the end of a sentence that begins with its path, and what to do. */
export interface Exposure {
  why: string;
  cure: string;
}

/** Who but this user may change what is at a path; null where nobody may. Windows does not say whose a file is. */
export function exposureOf(path: string, { uid, mode }: Stats): Exposure | null {
  const me = process.geteuid?.();
  if (me === undefined) return null;
  if (uid !== me) {
    return {
      why: `belongs to the user with id ${uid}, and this runs as ${me}`,
      cure:
        me === 0
          ? 'Run this as that user, or set XDG_STATE_HOME to a directory of your own.'
          : `Set XDG_STATE_HOME to a directory of your own, or have its owner give it to you: chown ${me} ${path}`,
    };
  }
  if ((mode & 0o022) === 0) return null;
  const octal = (mode & 0o777).toString(8).padStart(3, '0');
  return { why: `can be written by other users (mode ${octal})`, cure: `Run: chmod go-w ${path}` };
}

/** Why others could have changed the files in a directory of this console's; null if it does not exist, or nobody could. */
export async function directoryExposure(directory: string): Promise<Exposure | null> {
  const there = await lstat(directory).catch(() => null);
  if (there?.isSymbolicLink()) return linked;
  return there && exposureOf(directory, there);
}

/** A link in the place of a file or a directory of this console's. */
export const linked: Exposure = {
  why: 'is a symbolic link, which is not followed',
  cure: 'Put the directory or file itself there, or set XDG_STATE_HOME to where it is.',
};

/** The error for a write that would rely on what others may change: exit code 4. */
export function exposed(path: string, { why, cure }: Exposure): ConsoleError {
  return new ConsoleError({
    code: 'state-exposed',
    message: `${path} ${why}.`,
    hint: `Nothing was changed. ${cure}`,
    exitCode: exitCodes.refused,
  });
}

/** Throws (exit code 4) where others may change what is in this directory. */
export async function requireOwnDirectory(directory: string): Promise<void> {
  const exposure = await directoryExposure(directory);
  if (exposure) throw exposed(directory, exposure);
}
