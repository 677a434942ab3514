import type { Diagnosis } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { countedNoun, during, ends, number } from './format.ts';
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
      `The count is ${number(driftOf(preset))} too high: ${which(pattern, preset, again, stretch)} counted ${times[pattern.factor]}.`,
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
      ? `each of its ${countedNoun(again, 'record')} is`
      : `the ${number(again)} of the type ${JSON.stringify(pattern.type)} among its ${countedNoun(preset.records, 'record')} ${are}`;
  }
  return `${number(again)} of its ${countedNoun(preset.records, 'record')}, ${scopeOf(pattern)}made ${during(stretch)}, ${are}`;
}
