import type { Diagnosis } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { arrivalWords } from './not-counted.ts';
import { arrivalOf, isImport } from './stored-together.ts';
import { figure, many, moment } from './words.ts';

// An application's clock and the server's may differ by this much, in milliseconds.
const clocks = 1000;

/**
 * A preset by itself whose count lacks exactly the records that are newer than its `last_used_at`: counting stopped there.
 * Null where the numbers are others.
 */
export function uncountedSince(preset: PresetEvidence, evidence: Evidence): Diagnosis | null {
  const { lastUsedAt, uses } = preset;
  const lacking = -driftOf(preset);
  if (lastUsedAt === null || !uses) return null;
  const newer = [0, clocks].find(
    leeway => uses.times.filter(time => time > lastUsedAt + leeway).length === lacking,
  );
  if (newer === undefined) return null;
  const from = uses.times.find(time => time > lastUsedAt + newer)!;
  const arrival = arrivalOf([preset], evidence.accurate, (_, index) => uses.times[index]! >= from);
  const sentence = `The count lacks ${many(lacking, 'record')}, and exactly ${figure(lacking)} of ${figure(preset.records)} ${lacking === 1 ? 'is' : 'are'} newer than its last_used_at (${moment(lastUsedAt)})`;
  if (isImport(arrival)) {
    return {
      code: 'history-imported',
      certainty: 'likely',
      evidence: [`${sentence}: ${arrivalWords(arrival)}.`],
      stretch: { from, to: uses.times.at(-1)! },
    };
  }
  return {
    code: 'trigger-gap',
    certainty: evidence.triggerOff ? 'certain' : lacking > 1 ? 'likely' : 'possible',
    evidence: [`${sentence}.`, ...(evidence.triggerOff ? [evidence.triggerOff] : [])],
    stretch: { from, to: evidence.triggerOff ? null : uses.times.at(-1)! },
  };
}
