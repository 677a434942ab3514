import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { scanDirectory } from '../../source/scan/scan.ts';

/** What a scan of these files finds: `line kind how` of each write, and `line only kind` of what is worth a look. */
export async function foundIn(files: Record<string, string>): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'scan-text-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const { writes, notes } = await scanDirectory(root);
    return [
      ...writes.map(({ line, kind, how }) => `${line} ${kind} ${how}`),
      ...notes.map(({ line, kind }) => `${line} only ${kind}`),
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
