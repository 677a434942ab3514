import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { damaged } from './damaged.ts';

// Windows lacks the last two.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Opens a regular file for reading. Opening a pipe without a writer would block for ever, and a link may lead anywhere:
 * both throw `damaged-receipt` (exit code 2). Also throws the system's own errors.
 */
export async function openPlain(file: string): Promise<FileHandle> {
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => {
    throw error.code === 'ELOOP' ? damaged(file, 'it is a symbolic link') : error;
  });
  try {
    if (!(await handle.stat()).isFile()) throw damaged(file, 'it is not a regular file');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
