import type { SourceEvidence } from '../audit/source-evidence.ts';
import { scanApart } from '../scan/scan-apart.ts';

/** Scans the application's source for the checklist. Rejects with a usage error where it is no directory. */
export async function scanSource(directory: string, signal?: AbortSignal): Promise<SourceEvidence> {
  const { files, writes, unparsed } = await scanApart(directory, { signal });
  return {
    directory,
    files,
    writes: writes.map(({ file, line, column, text, kind }) => ({ file, line, column, text, kind })),
    unparsed,
  };
}
