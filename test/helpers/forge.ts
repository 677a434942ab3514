import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { recordsFile } from '../../source/repair/receipts/places.ts';

interface Head {
  [key: string]: unknown;
  id: string;
}

/** The lines of a receipt as objects. */
export function linesOf(file: string): Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
}

/** Removes every seal from a receipt, as if written without a key, or before there were seals. */
export function unseal(file: string): void {
  const lines = linesOf(file).map(({ seal: _, after: __, ...line }) => line);
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
}

/** Writes a receipt of a committed reset that deleted these records of a preset, based on the header of a real one. */
export function forgeReset(
  file: string,
  from: string,
  { id, ...head }: Partial<Head> & { id: string },
  preset: { id: string; name: string },
  records: (string | null)[][],
): void {
  const [real = {}] = linesOf(from);
  const member = gzipSync(records.map(record => `${JSON.stringify(record)}\n`).join(''));
  writeFileSync(recordsFile(file), member);
  const lines = [
    { ...real, seal: undefined, id, ...head },
    {
      kind: 'batch',
      batch: 1,
      xid: '3',
      changes: [
        {
          ...preset,
          before: records.length,
          delta: -records.length,
          drift: 0,
          deletes: records.length,
          lastUsedBefore: null,
        },
      ],
      records: { offset: 0, length: member.length, count: records.length },
    },
    { kind: 'settled', batch: 1, outcome: 'committed' },
    {
      kind: 'end',
      ended: 'finished',
      changed: 1,
      deleted: records.length,
      restored: 0,
      durationMs: 1,
      left: [],
    },
  ];
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
}
