import { createHash } from 'node:crypto';
import type { CounterDefinition } from '../../counter/definition/definition.ts';

// PostgreSQL's names have 63 bytes, and triggers add up to `_between_truncate` to this one.
const longest = 46;

/**
 * The name of the function that keeps a counter, from the table and column of its count. It is the same at every run. `taken` are names
 * of others: then it has a number.
 */
export function keeperName(
  { id, row, via }: Pick<CounterDefinition, 'id' | 'row' | 'via'>,
  taken: ReadonlySet<string>,
): string {
  const plain = `keep_${(via ?? row).table}_${row.count}`;
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : `_${number}`;
    const name = `${plain}${ending}`;
    const fitting = Buffer.byteLength(name) <= longest ? name : shortened(plain, id, ending);
    if (!taken.has(fitting)) return fitting;
  }
}

function shortened(name: string, id: string, ending: string): string {
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 8);
  let start = name;
  while (Buffer.byteLength(`${start}_${hash}${ending}`) > longest) start = start.slice(0, -1);
  // Half of a surrogate pair is no character.
  return `${start.replace(/[\uD800-\uDBFF]$/, '')}_${hash}${ending}`;
}
