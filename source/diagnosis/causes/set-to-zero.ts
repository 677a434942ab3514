import { presetNames } from '../../counter/definition/preset-names.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import type { Evidence, PresetEvidence } from '../evidence.ts';
import { wasReset, wasRewritten } from '../traces/reset.ts';
import { isZero } from '../traces/shared-rule.ts';

/** A single preset that looks never used but has records. Null for any other. */
export function setToZero(preset: PresetEvidence, evidence: Evidence): Judgement | null {
  if (!isZero(preset) || preset.records < 2) return null;
  const says = `The count is 0 and ${presetNames.touched} is NULL, as if never used, but the preset has ${amount(preset.records, 'record')}.`;
  const zeros = evidence.mismatched.filter(isZero);
  const rewritten = wasRewritten(preset);
  const together = wasReset(zeros, evidence);
  if (rewritten ?? together) {
    return {
      code: 'reset-kept-history',
      // Renaming a preset writes its row too, so one rewritten row proves less than most of them.
      certainty: rewritten && !together && zeros.length > 1 ? 'possible' : 'likely',
      evidence: [
        says,
        rewritten
          ? 'The preset was written after the newest of its records was stored, as a reset leaves it.'
          : together!.why,
      ],
      stretch: { from: null, to: preset.uses?.times.at(-1) ?? null },
    };
  }
  return {
    code: 'trigger-gap',
    certainty: evidence.triggerOff ? 'certain' : rewritten === false ? 'likely' : 'possible',
    evidence: [
      says,
      ...(evidence.triggerOff
        ? [evidence.triggerOff]
        : rewritten === false
          ? ['The preset was not written after its records were stored, so none of them was ever counted.']
          : []),
    ],
    stretch: {
      from: preset.uses?.times[0] ?? null,
      to: evidence.triggerOff ? null : (preset.uses?.times.at(-1) ?? null),
    },
  };
}
