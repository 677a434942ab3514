import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ScanReport } from '../../source/scan/finding.ts';
import { scanDirectory } from '../../source/scan/scan.ts';

/** What a scan of these files finds: `line kind how` of each write, and `line only kind` of what is worth a look. */
export async function foundIn(files: Record<string, string>): Promise<string[]> {
  const { writes, notes } = await scanText(files);
  return [
    ...writes.map(({ line, kind, how }) => `${line} ${kind} ${how}`),
    ...notes.map(({ line, kind }) => `${line} only ${kind}`),
  ];
}

/** The report of a scan of these files. */
export async function scanText(files: Record<string, string>): Promise<ScanReport> {
  const root = await mkdtemp(join(tmpdir(), 'scan-text-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return await scanDirectory(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
