import { scanApart } from '../scan/scan-in-child.ts';
import type { SourceEvidence } from './source-evidence.ts';

/** Scans the application's source for the checklist. Rejects with a usage error if it is not a directory. */
export async function scanSource(directory: string, signal?: AbortSignal): Promise<SourceEvidence> {
  const { files, writes, unparsed } = await scanApart(directory, { signal });
  return {
    directory,
    files,
    writes: writes.map(({ file, line, column, text, kind }) => ({ file, line, column, text, kind })),
    unparsed,
  };
}
