import { isConsoleError } from '../../errors/errors.ts';

/** True for an error of the operating system or of Node: it has a code such as `ENOSPC`. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || isConsoleError(error)) return false;
  return typeof (error as { code?: unknown }).code === 'string';
}

const words: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's disk quota is used up",
  EFBIG: 'the file would become larger than is allowed',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'something else has that name',
  EISDIR: 'it is a directory',
  ENOENT: 'the directory does not exist and cannot be created',
  ELOOP: 'it is a symbolic link, or its symbolic links lead in a circle',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

/** Why a file could not be written, as the end of a sentence, with the code to look up. */
export function writeFailure({ code, message }: NodeJS.ErrnoException & { code: string }): string {
  return words[code] ? `${words[code]} (${code})` : message;
}

/** Whether space is what was missing. */
export function isOutOfSpace({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}
