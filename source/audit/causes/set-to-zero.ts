import type { Diagnosis } from '../diagnosis.ts';
import type { Evidence, PresetEvidence } from '../evidence.ts';
import { isZero } from './pattern.ts';
import { wasReset } from './reset.ts';
import { many } from './words.ts';

/** A preset by itself that says it was never used, and has records. Null where it says anything else. */
export function setToZero(preset: PresetEvidence, evidence: Evidence): Diagnosis | null {
  if (!isZero(preset) || preset.records < 2) return null;
  const reset = wasReset(evidence.mismatched.filter(isZero), evidence);
  const says = `The count is 0 and last_used_at is NULL, as if it had never been used, and ${many(preset.records, 'record')} say otherwise.`;
  if (reset) {
    return {
      code: 'reset-kept-history',
      certainty: 'likely',
      evidence: [says, reset.why],
      stretch: { from: null, to: preset.uses?.times.at(-1) ?? null },
    };
  }
  return {
    code: 'trigger-gap',
    certainty: evidence.triggerOff ? 'certain' : 'likely',
    evidence: [
      says,
      evidence.triggerOff ??
        'The preset was not written after its records were stored: none of them was ever counted.',
    ],
    stretch: {
      from: preset.uses?.times[0] ?? null,
      to: evidence.triggerOff ? null : (preset.uses?.times.at(-1) ?? null),
    },
  };
}
