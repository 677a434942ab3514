import { expect, test } from 'vitest';
import { isOutOfSpace, isSystemError } from '../../../source/config/files/system-error.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { type Stage, unwritable } from '../../../source/repair/receipts/unwritable.ts';

const failure = (code: string) => Object.assign(new Error(`words of ${code}`), { code });
const own = new ConsoleError({ code: 'state-exposed', message: 'M.', hint: 'H.', exitCode: 4 });

test('a system error is one with a code, and not one of this console', () => {
  expect(isSystemError(failure('ENOSPC'))).toBe(true);
  expect(isSystemError(own)).toBe(false);
  expect(isSystemError(new Error('none'))).toBe(false);
  expect(isSystemError(Object.assign(new Error('none'), { code: 7 }))).toBe(false);
  expect(isSystemError({ code: 'ENOSPC' })).toBe(false);
  expect(isSystemError(null)).toBe(false);
});

test('a full disk and an exceeded quota both mean that space is missing', () => {
  expect(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'].filter(code => isOutOfSpace(failure(code)))).toEqual([
    'ENOSPC',
    'EDQUOT',
  ]);
});

test.each([
  ['EACCES', 'this user may not write there (EACCES)'],
  ['EPERM', 'this user may not write there (EPERM)'],
  ['ENOSPC', 'the disk is full (ENOSPC)'],
  ['EDQUOT', "this user's disk quota is used up (EDQUOT)"],
  ['EFBIG', 'the file would become larger than is allowed (EFBIG)'],
  ['EROFS', 'the file system is read-only (EROFS)'],
  ['ENOTDIR', 'a part of the path is a file, not a directory (ENOTDIR)'],
  ['EEXIST', 'something else has that name (EEXIST)'],
  ['EISDIR', 'it is a directory (EISDIR)'],
  ['ENOENT', 'the directory does not exist and cannot be created (ENOENT)'],
  ['ELOOP', 'it is a symbolic link, or its symbolic links lead in a circle (ELOOP)'],
  ['ENAMETOOLONG', 'the path is too long (ENAMETOOLONG)'],
  ['EMFILE', 'too many files are open (EMFILE)'],
  ['ENFILE', 'too many files are open (ENFILE)'],
  ['EIO', 'the disk reports an error (EIO)'],
  ['ESTALE', 'words of ESTALE'],
])('%s is reported as: %s', (code, words) => {
  const error = failure(code);
  expect(unwritable(error, '/state/x', 'open')).toMatchObject({
    code: 'receipt-unwritable',
    exitCode: 4,
    message: `The receipt cannot be written to /state/x: ${words}.`,
    cause: error,
  });
});

test.each<[Stage, string]>([
  ['open', 'Nothing was changed.'],
  ['intend', 'This batch was not applied; the receipt holds what was applied before.'],
  ['settle', 'The receipt already holds what was changed, and the server knows which of it was committed.'],
  ['end', 'What was changed stands, and the receipt holds it.'],
])('what it means for the database while it is at %s', (stage, meaning) => {
  const hint = (code: string) => (unwritable(failure(code), '/x', stage) as ConsoleError).hint;
  expect(hint('EROFS')).toBe(`${meaning} Set XDG_STATE_HOME to a directory that can be written.`);
  expect(hint('EDQUOT')).toBe(
    `${meaning} Free space there, or set XDG_STATE_HOME to a directory on another disk.`,
  );
});

test('what is no error of the file system comes back as it is', () => {
  expect(unwritable(own, '/x', 'open')).toBe(own);
  const fault = new TypeError('no');
  expect(unwritable(fault, '/x', 'open')).toBe(fault);
});
