import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence, type Uses } from '../evidence.ts';
import { duration, during, ends } from '../traces/format.ts';
import { scopeOf, timesOf } from '../traces/format-shared-rule.ts';
import { isZero, type Pattern, recordsIn } from '../traces/shared-rule.ts';
import { separation } from '../traces/statistics.ts';

// How close two uses of a preset must be for one to read the count before the other has written it, in milliseconds.
const spans = [20, 100, 500, 2000];
const leastStrength = Math.log(200);
const sureStrength = Math.log(1e6);

/** How far a count stays below what it would be if no increment had been lost. */
interface Shortfall {
  preset: PresetEvidence;
  lost: number;
}

/** Presets that lost increments, and presets counted in the same way that did not. */
interface Comparison {
  pattern: Pattern | null;
  short: Shortfall[];
  whole: readonly PresetEvidence[];
}

/**
 * Counts that are too low where uses came at the same moment: an increment that reads the count and writes it back loses what
 * was counted in between. Too low compared with the trigger alone, or with a rule that the other presets follow.
 */
export function findLostUpdates(
  left: readonly PresetEvidence[],
  patterns: readonly Pattern[],
  evidence: Evidence,
): Map<string, Judgement> {
  const found = new Map<string, Judgement>();
  const comparisons: Comparison[] = [
    {
      pattern: null,
      short: left
        .filter(preset => driftOf(preset) < 0 && !isZero(preset))
        .map(preset => ({ preset, lost: -driftOf(preset) })),
      whole: evidence.accurate,
    },
    ...patterns.filter(({ factor }) => factor > 0).flatMap(pattern => widened(pattern, left, evidence)),
  ];
  for (const comparison of comparisons) {
    for (const [id, diagnosis] of judge(comparison, evidence)) if (!found.has(id)) found.set(id, diagnosis);
  }
  return found;
}

/** A rule, and the same with open ends: a preset that fits by chance after losing some may have set the narrow one's end. */
function widened(pattern: Pattern, left: readonly PresetEvidence[], { mismatched }: Evidence): Comparison[] {
  const { from } = pattern.stretch;
  const open = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const rules: Pattern[] = [
    { ...pattern, open: 'both', stretch: open },
    { ...pattern, open: 'end', stretch: { ...open, from } },
    pattern,
  ];
  const fitting = mismatched.filter(({ id }) => pattern.fits.has(id));
  return rules.flatMap(rule => {
    const whole = fitting.filter(preset => rule.factor * recordsIn(preset, rule) === driftOf(preset));
    if (whole.length < 0.8 * fitting.length) return [];
    const short = left.flatMap(preset => {
      const records = recordsIn(preset, rule);
      const lost = rule.factor * records - driftOf(preset);
      return lost > 0 && driftOf(preset) > -records ? [{ preset, lost }] : [];
    });
    return [{ pattern: rule, short, whole }];
  });
}

function judge({ pattern, short, whole }: Comparison, evidence: Evidence): [string, Judgement][] {
  if (short.length === 0) return [];
  let best: {
    span: number;
    strength: number;
    with: Shortfall[];
    right: { with: number; without: number };
  } | null = null;
  for (const span of spans) {
    const could = short.filter(({ preset, lost }) => lost <= mostLost(preset, span, pattern));
    const others = whole.filter(({ uses }) => closeUses(uses, span) > 0).length;
    const right = { with: others, without: whole.length - others };
    const strength =
      separation({ with: could.length, without: short.length - could.length }, right) -
      Math.log(spans.length);
    if (strength > (best?.strength ?? leastStrength)) best = { span, strength, with: could, right };
  }
  if (!best) return [];
  const { span, strength, right, with: could } = best;
  const stretch = pattern ? ends(timesOf(pattern, evidence.mismatched)) : null;
  return could.map(({ preset, lost }) => [
    preset.id,
    {
      code: 'lost-updates',
      certainty: strength > sureStrength && could.length > 2 ? 'likely' : 'possible',
      evidence: [
        `${sizeWords(preset, lost, pattern, evidence)}. ${amount(closeUses(preset.uses, span), 'use')} came within ${duration(span)} of the previous one: an increment that reads the count first could miss the other.`,
        `${amount(could.length, 'preset')} of the ${count(short.length)} that lack increments ${could.length === 1 ? 'has' : 'have'} uses that close, and ${count(right.with)} of ${count(right.with + right.without)} that lack none.`,
      ],
      stretch,
    },
  ]);
}

function sizeWords(
  preset: PresetEvidence,
  lost: number,
  pattern: Pattern | null,
  evidence: Evidence,
): string {
  const off = driftOf(preset);
  if (!pattern) return `The count is ${count(lost)} too low`;
  const times = pattern.factor === 1 ? 'twice' : `${count(pattern.factor + 1)} times`;
  const when =
    pattern.open === 'both'
      ? ''
      : ` ${scopeOf(pattern)}made ${during(timesOf(pattern, evidence.mismatched))}`;
  return `The count is ${off === 0 ? 'right' : `${count(Math.abs(off))} too ${off > 0 ? 'high' : 'low'}`}, ${count(lost)} less than if its ${amount(recordsIn(preset, pattern), 'record')}${when} counted ${times}, as those of other presets do`;
}

/** How many increments uses at the same moment can lose: one of each pair, times how often a use was counted. */
function mostLost({ uses }: PresetEvidence, span: number, pattern: Pattern | null): number {
  return closeUses(uses, span) * (pattern ? pattern.factor + 1 : 1);
}

/** How many uses came within `span` milliseconds of the previous one, but in another transaction. */
function closeUses(uses: Uses | null, span: number): number {
  if (!uses) return 0;
  const { times, transactions } = uses;
  // Records that came with a copy of the database are of one transaction too.
  const copied = !transactions || transactions.every(each => each === transactions[0]);
  let close = 0;
  for (let index = 1; index < times.length; index += 1) {
    const together = copied
      ? times[index] === times[index - 1]
      : transactions[index] === transactions[index - 1];
    if (!together && times[index]! - times[index - 1]! <= span) close += 1;
  }
  return close;
}
