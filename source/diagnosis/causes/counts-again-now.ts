import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { shortTime } from '../traces/format.ts';

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
