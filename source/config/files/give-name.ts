import { access, link, rename, unlink } from 'node:fs/promises';
import { isSystemError } from './system-error.ts';

/** Names a file that is written, where nothing has that name yet: nothing is ever written over. */
export async function giveName(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (!isSystemError(error) || error.code === 'EEXIST') throw error;
    // A file system without hard links. Ids are made at random, so nobody else takes the name between these two.
    const taken = await access(file).then(
      () => true,
      () => false,
    );
    if (taken) throw error;
    return rename(draft, file);
  }
  await unlink(draft);
}
