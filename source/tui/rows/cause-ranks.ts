import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import type { Diagnosed } from '../../watch/watch-event.ts';

/**
 * The rank of each position's cause, the greatest first in the list: causes by their words, then wrong counts without one, then the rest.
 */
export function causeRanks(
  rows: CounterRows,
  diagnoses: ReadonlyMap<string, Diagnosed>,
): (position: number) => number {
  const words = [...new Set(Array.from(diagnoses.values(), ({ diagnosis }) => wordsOf(diagnosis)))].sort();
  // 0 without a cause. Asking a map for each of a million rows would take most of the time of sorting them.
  const ranks = new Uint16Array(rows.length);
  for (const [position, diagnosis] of causesFound(rows, diagnoses))
    ranks[position] = words.length - words.indexOf(wordsOf(diagnosis));
  return position =>
    ranks[position] || (rows.isWrong(position) || (rows.lastDrift(position) ?? 0) !== 0 ? 0 : -1);
}

/** The diagnosis of each position. It is left out if the drift has changed since it was made. */
export function* causesFound(
  rows: CounterRows,
  diagnoses: ReadonlyMap<string, Diagnosed>,
): Generator<[position: number, diagnosis: Diagnosed['diagnosis']]> {
  for (const [id, { diagnosis, drift }] of diagnoses) {
    const position = rows.find(id);
    if (position >= 0 && Object.is(rows.lastDrift(position), drift)) yield [position, diagnosis];
  }
}

/** What the list shows, whether it is certain or not; an unknown cause comes last. */
function wordsOf(diagnosis: Diagnosed['diagnosis']): string {
  return diagnosis.code === 'unknown' ? '~' : shortDiagnosis({ ...diagnosis, certainty: 'certain' });
}
