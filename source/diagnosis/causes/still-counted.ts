import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';

/**
 * Judges counts that are too high by exactly the number of their records that no longer meet the condition: those were counted
 * once and never subtracted. Accurate counts with such records speak against it.
 */
export function judgeStillCounted(
  high: readonly PresetEvidence[],
  { accurate, condition }: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const having = high.filter(({ excluded = 0 }) => excluded > 0);
  const fits = having.filter(isExact);
  const right = accurate.filter(({ excluded = 0 }) => excluded > 0);
  const together = fits.reduce((sum, preset) => sum + driftOf(preset), 0);
  const isShared = fits.length > 1 && fits.length * 2 > having.length;
  if (condition === undefined || fits.length === 0 || right.length > fits.length) return () => null;
  return preset =>
    !isExact(preset)
      ? null
      : {
          code: 'records-excluded',
          isStillCounted: true,
          certainty: isShared && right.length === 0 && together >= 4 ? 'likely' : 'possible',
          evidence: [
            `The count is ${count(driftOf(preset))} too high: as many of its ${amount(preset.records + (preset.excluded ?? 0), 'record')} do not meet its condition, ${condition}.`,
            `${amount(fits.length, 'count')} ${fits.length === 1 ? 'is' : 'are'} too high by exactly that, of ${count(having.length)} that are too high and have such records.`,
            ...(right.length === 0
              ? []
              : [
                  `${amount(right.length, 'accurate preset')} examined ${right.length === 1 ? 'has' : 'have'} such records too.`,
                ]),
          ],
          next: [
            'A sync takes them off. Find out what changes a record without lowering the count: preset-usage trigger says which events are handled.',
          ],
          stretch: null,
        };
}

function isExact(preset: PresetEvidence): boolean {
  const { excluded = 0 } = preset;
  return excluded > 0 && driftOf(preset) === excluded;
}
