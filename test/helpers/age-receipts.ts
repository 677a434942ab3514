import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { receiptsIn } from '../../source/repair/receipts/places.ts';

/** Removes from all receipts of a state directory what older versions did not write. */
export function ageReceipts(directory: string): void {
  for (const name of readdirSync(receiptsIn(directory)).filter(file => file.endsWith('.jsonl'))) {
    const file = join(receiptsIn(directory), name);
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replace(/,"began":\{[^}]*\}/, '')
        .replaceAll(/,"(after|seal)":"[0-9a-f]{64}"/g, ''),
    );
  }
}
