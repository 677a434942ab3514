import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { during, ends, shortTime } from '../traces/format.ts';
import { certaintyOf, scopeOf, sharedBy, timesOf } from '../traces/format-shared-rule.ts';
import type { Stretch } from '../traces/interval-search.ts';
import { type Pattern, recordsIn } from '../traces/shared-rule.ts';

const times: Record<number, string> = { 1: 'twice', 2: 'three times', 3: 'four times' };

/** A count that includes every record of a stretch more than once. */
export function countedAgain(pattern: Pattern, preset: PresetEvidence, evidence: Evidence): Judgement {
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

// Twice as many as this is a number that chance rarely hits.
const leastMultiple = 20;

/** A single count that is an exact multiple of the records. */
export function exactMultiple({ usageCount, records }: PresetEvidence): Judgement | null {
  const multiple = (usageCount ?? 0) / records;
  if (records < leastMultiple || !(multiple in multiples)) return null;
  return {
    code: 'double-counted',
    certainty: 'possible',
    evidence: [`It is exactly ${multiples[multiple]} its ${amount(records, 'record')}.`],
    against: ['One count alone proves nothing: others are right, or follow no such rule.'],
    stretch: null,
  };
}

const multiples: Record<number, string> = { 2: 'twice', 3: 'three times', 4: 'four times' };

function which(pattern: Pattern, preset: PresetEvidence, again: number, stretch: Stretch): string {
  const are = again === 1 ? 'is' : 'are';
  if (pattern.open === 'both') {
    return pattern.kind === null
      ? `each of its ${amount(again, 'record')} is`
      : `the ${count(again)} ${pattern.kind.words} among its ${amount(preset.records, 'record')} ${are}`;
  }
  return `${count(again)} of its ${amount(preset.records, 'record')}, ${scopeOf(pattern)}made ${during(stretch)}, ${are}`;
}

/**
 * A single preset whose count is too high while the catalog shows a second counter: that many of its newest records may be
 * counted twice. Null if the count is off by more than the preset has records.
 */
export function countsAgainNow(preset: PresetEvidence, { countsAgain }: Evidence): Judgement | null {
  const drift = driftOf(preset);
  if (countsAgain.length === 0 || drift > preset.records) return null;
  const from = preset.uses?.times[preset.records - drift] ?? null;
  const all = drift === preset.records;
  return {
    code: 'double-counted',
    certainty: all && drift > 4 ? 'likely' : 'possible',
    evidence: [
      ...countsAgain,
      all
        ? `The count is exactly twice its ${amount(drift, 'record')}.`
        : `The count is ${count(drift)} too high, as if its uses since ${from === null ? 'then' : shortTime(from)} were counted twice.`,
    ],
    stretch: { from: all ? null : from, to: null },
  };
}
