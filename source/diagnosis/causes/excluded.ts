import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { certaintyOf, sharedBy } from '../traces/format-shared-rule.ts';
import { isNamed, marksIn, numberOf, type RecordKind } from '../traces/record-kind.ts';
import { type Pattern, recordsIn } from '../traces/shared-rule.ts';

/** A count that leaves out the records of a kind, as many others do. */
export function leftOut(
  pattern: Pattern & { kind: RecordKind },
  preset: PresetEvidence,
  evidence: Evidence,
): Judgement {
  const { condition } = evidence.writers;
  const certainty = certaintyOf(pattern);
  return {
    code: 'records-excluded',
    certainty: condition !== null && certainty === 'likely' ? 'certain' : certainty,
    evidence: [
      lacks(preset, recordsIn(preset, pattern), pattern.kind),
      sharedBy(pattern, 'is too low by exactly the number of such records'),
      ...(condition === null ? [] : [condition.words]),
    ],
    stretch: null,
  };
}

function lacks(preset: PresetEvidence, records: number, { words }: RecordKind): string {
  return `The count lacks ${count(records)} of its ${amount(preset.records, 'record')}: exactly those ${words}.`;
}

/**
 * Judges single counts that lack exactly the records that a column says are gone or not meant. Null if a count that is right
 * includes such records, or a count that is wrong lacks others.
 */
export function judgeMarked(
  low: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const read = low.filter(({ uses }) => uses);
  for (const kind of marksIn(read)) {
    if (!kind.isGone && !isNamed(kind, evidence.writers.condition?.columns)) continue;
    const marked = read.filter(preset => numberOf(preset, kind) > 0);
    const fits = marked.filter(preset => numberOf(preset, kind) === -driftOf(preset));
    const right = evidence.accurate.filter(preset => numberOf(preset, kind) > 0);
    const lacking = fits.reduce((sum, preset) => sum - driftOf(preset), 0);
    if (fits.length === 0 || fits.length < marked.length || right.length > 0 || lacking < 2) continue;
    if (evidence.accurate.length < 5 && fits.length < 3) continue;
    const ids = new Set(fits.map(({ id }) => id));
    return preset =>
      !ids.has(preset.id)
        ? null
        : {
            code: 'records-excluded',
            certainty: lacking >= 4 ? 'likely' : 'possible',
            evidence: [
              lacks(preset, -driftOf(preset), kind),
              `${amount(evidence.accurate.length, 'accurate preset')} examined ${evidence.accurate.length === 1 ? 'has' : 'have'} no such record.`,
              ...(evidence.writers.condition === null ? [] : [evidence.writers.condition.words]),
            ],
            stretch: null,
          };
  }
  return () => null;
}
