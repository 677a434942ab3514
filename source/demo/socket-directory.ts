import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSystemError, writeFailure } from '../config/files/system-error.ts';
import { ConsoleError, exitCodes } from '../errors/errors.ts';

/** A directory that only this user can enter, with room for one socket. */
interface SocketDirectory {
  directory: string;
  /** The socket's path, with libpq's name for port 5432. */
  path: string;
  /** Deletes the directory and its content; may be called twice. */
  remove(): void;
}

/** The longest path of a socket on macOS, in bytes; Linux allows four more. */
const longestPath = 103;

/**
 * Makes a directory for the demo's socket, which is removed at the latest when the process exits. Returns null if a Unix
 * socket cannot be used: on Windows, or if the path of the temporary directory is too long. Throws `demo-failed` (exit code 3)
 * where nothing can be written there, as in a container whose root is read-only.
 */
export function makeSocketDirectory(): SocketDirectory | null {
  const prefix = join(tmpdir(), 'preset-usage-demo-');
  const file = '.s.PGSQL.5432';
  if (process.platform === 'win32' || Buffer.byteLength(`${prefix}XXXXXX/${file}`) > longestPath) return null;

  const directory = make(prefix);
  const remove = () => {
    process.off('exit', remove);
    rmSync(directory, { recursive: true, force: true });
  };
  process.on('exit', remove);
  return { directory, path: join(directory, file), remove };
}

function make(prefix: string): string {
  try {
    return mkdtempSync(prefix);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ConsoleError({
      code: 'demo-failed',
      message: `The demo needs a directory for its socket in ${tmpdir()}: ${writeFailure(error)}.`,
      hint: 'Set TMPDIR to a directory that can be written; for a container that is docker run --tmpfs /tmp.',
      exitCode: exitCodes.unreachable,
      cause: error,
    });
  }
}
