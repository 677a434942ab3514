import { count } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import { countedAgain } from './causes/counted-again.ts';
import { countsAgainNow } from './causes/counts-again-now.ts';
import { judgeDeleted } from './causes/deleted.ts';
import { findLostUpdates } from './causes/lost-updates.ts';
import { judgeNotCounted } from './causes/not-counted.ts';
import { setToZero } from './causes/set-to-zero.ts';
import { explains, findPatterns, type Pattern } from './causes/shared-rule.ts';
import { judgeUncounted } from './causes/uncounted-since.ts';
import type { Diagnosis } from './diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from './evidence.ts';
import { lastUsedSentence } from './last-used.ts';

/** What the evidence shows. */
export interface Causes {
  /** The rules that wrong counts follow. Presets whose records were not read can be tested against them. */
  patterns: readonly Pattern[];
  /** Why the count of a preset is wrong; null if it is right. */
  of(preset: PresetEvidence): Diagnosis | null;
}

/** Diagnoses every wrong count in the evidence, without a pause. */
export function diagnoseAll(evidence: Evidence): Map<string, Diagnosis> {
  const steps = findCauses(evidence);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const causes = step.value;
  return new Map(
    evidence.mismatched.flatMap(preset => {
      const diagnosis = causes.of(preset);
      return diagnosis ? [[preset.id, diagnosis] as const] : [];
    }),
  );
}

/**
 * Finds out why counts are wrong, as far as records and catalog show. One wrong count fits many causes. So the search first
 * looks for what many of them share (see findPatterns), and only then judges the rest one by one. Yields like findPatterns.
 */
export function* findCauses(evidence: Evidence): Generator<void, Causes> {
  const { mismatched } = evidence;
  const patterns = yield* findPatterns(mismatched, evidence.accurate);
  // If exactly as many records were deleted as all counts together are too high, a rule that fits as well fits by chance.
  const high = mismatched.filter(preset => preset.usageCount !== null && driftOf(preset) > 0);
  const allDeleted = judgeDeleted(high, evidence);
  const rules = patterns.map(pattern => ({
    pattern,
    judge:
      pattern.factor > 0
        ? (preset: PresetEvidence) => countedAgain(pattern, preset, evidence)
        : judgeNotCounted(pattern, evidence),
  }));
  const left = mismatched.filter(preset => !patterns.some(pattern => explains(pattern, preset)));
  const lost = findLostUpdates(
    left.filter(({ usageCount }) => usageCount !== null),
    patterns,
    evidence,
  );
  const deleted = judgeDeleted(
    left.filter(preset => driftOf(preset) > 0 && !lost.has(preset.id)),
    evidence,
  );
  const uncounted = judgeUncounted(evidence);
  return {
    patterns,
    of(preset) {
      const drift = driftOf(preset);
      if (drift === 0) return null;
      const all = drift > 0 ? allDeleted(preset) : null;
      const rule = rules.find(({ pattern }) => explains(pattern, preset));
      return (
        nullCount(preset) ??
        (all?.certainty === 'certain' ? all : null) ??
        rule?.judge(preset) ??
        (drift < 0 ? (uncounted(preset) ?? setToZero(preset, evidence)) : null) ??
        lost.get(preset.id) ??
        (drift > 0 ? (deleted(preset) ?? countsAgainNow(preset, evidence)) : null) ??
        unknown(preset, evidence)
      );
    },
  };
}

function nullCount({ usageCount, records }: PresetEvidence): Diagnosis | null {
  if (usageCount !== null) return null;
  return {
    code: 'null-count',
    certainty: 'certain',
    evidence: [
      `The count is NULL, but the preset has ${amount(records, 'record')}. NULL plus 1 is NULL: an increment without coalesce() adds nothing.`,
    ],
    stretch: null,
  };
}

function unknown(preset: PresetEvidence, { mismatched }: Evidence): Diagnosis {
  const drift = driftOf(preset);
  const lastUsed = lastUsedSentence(preset);
  const off = Number.isNaN(drift)
    ? 'The count is not a number'
    : `The count is ${count(Math.abs(drift))} too ${drift > 0 ? 'high' : 'low'}`;
  const compared =
    mismatched.length > 1
      ? `the ${count(mismatched.length)} wrong counts examined share nothing that explains it`
      : 'there is no other wrong count to compare it with';
  return {
    code: 'unknown',
    certainty: 'possible',
    evidence: [
      preset.uses ? `${off}; ${compared}.` : `${off}; its ${amount(preset.records, 'record')} were not read.`,
      ...multipleOf(preset),
      ...(lastUsed === null ? [] : [lastUsed]),
    ],
    stretch: null,
  };
}

/** A count that is an exact multiple of the records. For a single preset that proves nothing, but it shows where to look. */
function multipleOf({ usageCount, records }: PresetEvidence): string[] {
  const times = (usageCount ?? 0) / records;
  if (records < 5 || !Number.isInteger(times) || times < 2) return [];
  return [
    `It is exactly ${times === 2 ? 'twice' : `${count(times)} times`} its ${amount(records, 'record')}.`,
  ];
}
