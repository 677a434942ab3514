import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that only this user can enter, with room for one socket. */
interface SocketDirectory {
  directory: string;
  /** The socket's path, named as libpq names that of port 5432. */
  path: string;
  /** Deletes the directory and what is in it; harmless the second time. */
  remove(): void;
}

/** The longest path a socket may have on macOS, in bytes; Linux allows four more. */
const longestPath = 103;

/**
 * Makes a directory for the demo's socket, which goes with the process if it is not removed before. Returns null where
 * a unix socket does not serve: on Windows, and where the temporary directory has too long a path.
 */
export function makeSocketDirectory(): SocketDirectory | null {
  const prefix = join(tmpdir(), 'preset-usage-demo-');
  const file = '.s.PGSQL.5432';
  if (process.platform === 'win32' || Buffer.byteLength(`${prefix}XXXXXX/${file}`) > longestPath) return null;

  const directory = mkdtempSync(prefix);
  const remove = () => {
    process.off('exit', remove);
    rmSync(directory, { recursive: true, force: true });
  };
  process.on('exit', remove);
  return { directory, path: join(directory, file), remove };
}
