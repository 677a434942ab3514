import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { giveName } from './give-name.ts';
import { syncDirectory } from './make-directory.ts';
import { isSystemError } from './system-error.ts';

// More files of the same second than anybody makes.
const mostTries = 100;

/**
 * Writes a file whole or not at all, under a name that nothing has yet, and resolves with that name: `name.ending`, else
 * `name-2.ending` and so on. The pieces are written one after another, and others work in between. Rejects with what the system says.
 */
export async function writeNewFile(
  directory: string,
  { name, ending }: { name: string; ending: string },
  pieces: Iterable<string>,
): Promise<string> {
  const draft = join(directory, `.${name}.${randomBytes(4).toString('hex')}`);
  const handle = await open(draft, 'wx', 0o666);
  try {
    try {
      for (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    for (let number = 1; ; number += 1) {
      const file = number === 1 ? `${name}.${ending}` : `${name}-${number}.${ending}`;
      try {
        await giveName(draft, join(directory, file));
        await syncDirectory(directory);
        return file;
      } catch (error) {
        if (number === mostTries || !isSystemError(error) || error.code !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
}
