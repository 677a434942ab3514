import { count } from '../../../format/numbers.ts';
import { amount } from '../../../format/plurals.ts';
import type { Cause, Judgement } from '../../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../../evidence.ts';
import { ledgerOf } from '../../traces/ledger.ts';
import { type Pattern, recordsIn } from '../../traces/shared-rule.ts';

/** What is left of the drift of a preset beside a rule, and what the rule explains of it. */
interface Remainder {
  preset: PresetEvidence;
  rest: number;
  byRule: number;
}

// A few deletions may be of accurate presets, or a coincidence.
const leastLikely = 5;

/**
 * Judges counts that no cause explains alone: beside a rule of other presets, records were deleted or moved. Both are told only
 * where what the rule leaves over, of all such counts together, is exactly what the server counted.
 */
export function judgeBesides(
  rules: readonly { pattern: Pattern; code: Cause }[],
  odd: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const ledger = ledgerOf(evidence);
  if (!ledger || odd.length === 0) return () => null;
  for (const { pattern, code } of rules) {
    const rest = odd.map(preset => {
      const byRule = recordsIn(preset, pattern) * pattern.factor;
      return { preset, byRule, rest: driftOf(preset) - byRule };
    });
    if (rest.every(({ byRule }) => byRule === 0)) continue;
    const other = otherCause(rest, ledger, evidence);
    if (other !== null) return judgeWith(rest, pattern, code, other);
  }
  return () => null;
}

function otherCause(
  all: readonly Remainder[],
  { deleted, updated }: { deleted: number; updated: number },
  { writers }: Evidence,
): 'history-deleted' | 'records-moved' | null {
  const high = sum(all.map(({ rest }) => Math.max(rest, 0)));
  const low = sum(all.map(({ rest }) => Math.max(-rest, 0)));
  if (low === 0 && high >= 3 && high === deleted && writers.subtract.length === 0) return 'history-deleted';
  // What was moved and not counted before is missing only where it came to.
  const uncounted = sum(all.map(({ byRule }) => Math.max(-byRule, 0)));
  const isMoved = high >= 3 && high === low && updated >= high && updated <= high + uncounted;
  return isMoved ? 'records-moved' : null;
}

function judgeWith(
  all: readonly Remainder[],
  pattern: Pattern,
  code: Cause,
  other: 'history-deleted' | 'records-moved',
): (preset: PresetEvidence) => Judgement | null {
  const total = sum(all.map(({ rest }) => Math.max(rest, 0)));
  const counted =
    other === 'history-deleted'
      ? `The server counted ${amount(total, 'deleted record')}, exactly what other causes leave over.`
      : `What some counts are too high beside that, ${count(total)}, others are too low, and the server counted updated records.`;
  return preset => {
    const found = all.find(({ preset: { id } }) => id === preset.id);
    if (!found || found.rest === 0) return null;
    const { rest, byRule } = found;
    const rule = `${offBy(byRule)}: ${amount(recordsIn(preset, pattern), 'record')} ${pattern.factor < 0 ? 'not counted' : 'counted more than once'}, as in ${amount(pattern.fits.size, 'other preset')}.`;
    const also = byRule === 0 ? [] : [Math.abs(byRule) > Math.abs(rest) ? other : code];
    return {
      code: also[0] === other ? code : other,
      certainty: total >= leastLikely ? 'likely' : 'possible',
      ...(also.length === 0 ? {} : { also }),
      evidence: [
        ...(byRule === 0 ? [] : [rule]),
        `${offBy(rest)}: ${amount(Math.abs(rest), 'record')} ${other === 'history-deleted' ? `that ${rest === 1 ? 'is' : 'are'} gone` : rest > 0 ? 'given to another preset' : 'that came from another preset'}.`,
        counted,
      ],
      stretch: null,
    };
  };
}

const offBy = (off: number) => `${off > 0 ? 'Too high' : 'Too low'} by ${count(Math.abs(off))}`;
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
