import type { Certainty, Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Diagnosed } from './watch-event.ts';

const sureness: Record<Certainty, number> = { possible: 0, likely: 1, certain: 2 };

/**
 * The diagnoses that hold now; `drifts` has the drift of every wrong count. Correct uses wipe out traces, such as the
 * transaction that wrote a row last, and touch no drift. So what was found before stays as long as the drift does, unless
 * something surer is found.
 */
export function keepKnown(
  known: ReadonlyMap<string, Diagnosed>,
  found: ReadonlyMap<string, Diagnosis>,
  drifts: ReadonlyMap<string, number>,
): Map<string, Diagnosed> {
  const kept = new Map<string, Diagnosed>();
  for (const [id, drift] of drifts) {
    const before = known.get(id);
    const now = found.get(id);
    const stays = before !== undefined && Object.is(before.drift, drift) && !replaces(now, before.diagnosis);
    if (stays) kept.set(id, before);
    else if (now) kept.set(id, { diagnosis: now, drift });
  }
  return kept;
}

function replaces(now: Diagnosis | undefined, before: Diagnosis): boolean {
  if (!now || (now.code === 'unknown' && before.code !== 'unknown')) return false;
  if (now.code === before.code || before.code === 'unknown') return true;
  return sureness[now.certainty] > sureness[before.certainty];
}
