import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { during, ends } from './format.ts';
import { certaintyOf, scopeOf, sharedBy, timesOf } from './format-shared-rule.ts';
import type { Stretch } from './interval-search.ts';
import { type Pattern, recordsIn } from './shared-rule.ts';

const times: Record<number, string> = { 1: 'twice', 2: 'three times', 3: 'four times' };

/** A count that includes every record of a stretch more than once. */
export function countedAgain(pattern: Pattern, preset: PresetEvidence, evidence: Evidence): Diagnosis {
  const again = recordsIn(preset, pattern);
  const stretch = timesOf(pattern, evidence.mismatched);
  // A second counter that is there now does not explain a stretch that has ended, or prove a rule that others break.
  const now = Number.isFinite(stretch.to) ? [] : evidence.countsAgain;
  const certainty = certaintyOf(pattern);
  return {
    code: 'double-counted',
    certainty: now.length > 0 && certainty === 'likely' ? 'certain' : certainty,
    evidence: [
      `The count is ${count(driftOf(preset))} too high: ${which(pattern, preset, again, stretch)} counted ${times[pattern.factor]}.`,
      sharedBy(
        pattern,
        `is too high by exactly ${pattern.factor === 1 ? 'the number' : `${pattern.factor} times the number`} of such records`,
      ),
      ...now,
    ],
    stretch: ends(stretch),
  };
}

function which(pattern: Pattern, preset: PresetEvidence, again: number, stretch: Stretch): string {
  const are = again === 1 ? 'is' : 'are';
  if (pattern.open === 'both') {
    return pattern.type === null
      ? `each of its ${amount(again, 'record')} is`
      : `the ${count(again)} of the type ${JSON.stringify(pattern.type)} among its ${amount(preset.records, 'record')} ${are}`;
  }
  return `${count(again)} of its ${amount(preset.records, 'record')}, ${scopeOf(pattern)}made ${during(stretch)}, ${are}`;
}
