import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDirectory } from '../../../source/scan/files/open-directory.ts';

test('what cannot be scanned is refused, with the reason', async () => {
  const root = await mkdtemp(join(tmpdir(), 'scan-open-'));
  try {
    await symlink('loop', join(root, 'loop'));
    await writeFile(join(root, 'file'), '');
    await expect(openDirectory(root)).resolves.toBe(undefined);
    await expect(openDirectory(join(root, 'loop'))).rejects.toMatchObject({
      code: 'directory-missing',
      message: `${join(root, 'loop')} is a link that leads back to itself.`,
    });
    await expect(openDirectory(join(root, 'file'))).rejects.toMatchObject({ code: 'no-directory' });
    for (const gone of ['gone', 'file/gone'])
      await expect(openDirectory(join(root, gone))).rejects.toMatchObject({
        code: 'directory-missing',
        message: `There is no directory ${join(root, gone)}.`,
      });
  } finally {
    await rm(root, { recursive: true });
  }
});
