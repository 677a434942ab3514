import { count } from '../../../format/numbers.ts';
import { amount } from '../../../format/plurals.ts';
import type { Cause, Judgement } from '../../diagnosis.ts';
import { driftOf, type PresetEvidence } from '../../evidence.ts';
import { type Pattern, recordsIn } from '../../traces/shared-rule.ts';

/** A rule that other presets follow, and the cause that it is. */
interface NamedRule {
  pattern: Pattern;
  code: Cause;
}

/** A count that two rules of other presets explain together, and exactly. */
export function twoCauses(rules: readonly NamedRule[], preset: PresetEvidence): Judgement | null {
  const drift = driftOf(preset);
  const parts = rules
    .map(rule => ({ ...rule, records: recordsIn(preset, rule.pattern) }))
    .filter(({ records }) => records > 0)
    .map(part => ({ ...part, off: part.records * part.pattern.factor }));
  for (const [index, one] of parts.entries()) {
    for (const other of parts.slice(index + 1)) {
      if (one.off + other.off !== drift || one.code === other.code) continue;
      const [more, less] = Math.abs(one.off) >= Math.abs(other.off) ? [one, other] : [other, one];
      return {
        code: more.code,
        certainty: 'likely',
        also: [less.code],
        evidence: [more, less].map(
          ({ off, records, pattern }) =>
            `${off > 0 ? 'Too high' : 'Too low'} by ${count(Math.abs(off))}: ${amount(records, 'record')} ${pattern.factor < 0 ? 'not counted' : 'counted more than once'}, as in ${amount(pattern.fits.size, 'other preset')}.`,
        ),
        stretch: null,
      };
    }
  }
  return null;
}
