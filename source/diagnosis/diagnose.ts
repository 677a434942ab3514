import { amount } from '../format/plurals.ts';
import { judgeBeginning } from './causes/began-with-default.ts';
import { judgeCommonStart } from './causes/common-start.ts';
import { countedAgain, countsAgainNow, exactMultiple } from './causes/counted-again.ts';
import { judgeFewReset, judgeMissingUpdates } from './causes/counted-less.ts';
import { judgeDeleted } from './causes/deleted.ts';
import { judgeDeletedTwice } from './causes/deleted-twice.ts';
import { judgeMarked, leftOut } from './causes/excluded.ts';
import { findLostUpdates } from './causes/lost-updates.ts';
import { judgeMoved } from './causes/moved.ts';
import { judgeNotCounted } from './causes/not-counted.ts';
import { judgeBesides } from './causes/pairs/besides-a-rule.ts';
import { twoCauses } from './causes/pairs/two-causes.ts';
import { setToZero } from './causes/set-to-zero.ts';
import { judgeStillCounted } from './causes/still-counted.ts';
import { judgeUncounted } from './causes/uncounted-since.ts';
import { unknown } from './causes/unknown.ts';
import { judgeUpserts } from './causes/upsert.ts';
import { judgeIncrements } from './causes/without-record.ts';
import type { Diagnosis, Judgement } from './diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from './evidence.ts';
import { nextOf } from './next-steps.ts';
import { bulkRecords } from './traces/bulk-records.ts';
import { explains, findPatterns, type Pattern } from './traces/shared-rule.ts';

/** What the evidence shows. */
export interface Causes {
  /** The rules that wrong counts follow. Presets whose records were not read can be tested against them. */
  patterns: readonly Pattern[];
  /** Why the count of a preset is wrong; null if it is right. */
  of(preset: PresetEvidence): Diagnosis | null;
}

/** Judges one preset; null if the cause is another. */
type Judge = (preset: PresetEvidence) => Judgement | null;

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
 * looks for what many of them share (see findPatterns), then for what the server counted exactly, and only then judges the
 * rest one by one. Yields like findPatterns.
 */
export function* findCauses(found: Evidence): Generator<void, Causes> {
  const begun = begunOf(found);
  // What is off by the default follows no rule of records, and would hide those of the others.
  const mismatched = found.mismatched.filter(preset => begun(preset)?.certainty !== 'likely');
  const evidence = { ...found, mismatched };
  const patterns = yield* findPatterns(mismatched, evidence.accurate, evidence.writers.condition?.columns);
  const counts = mismatched.filter(({ usageCount }) => usageCount !== null);
  const high = counts.filter(preset => driftOf(preset) > 0);
  const low = counts.filter(preset => driftOf(preset) < 0);
  // If exactly as many records were deleted as all counts together are too high, a rule that fits as well fits by chance.
  const allDeleted = judgeDeleted(high, evidence);
  const rules = patterns.map(pattern => ruleOf(pattern, evidence));
  const byRule: Judge = preset =>
    rules.find(({ pattern }) => explains(pattern, preset))?.judge(preset) ?? null;
  const marked = judgeMarked(low, evidence);
  // What was written last in bulk may have been stored or moved then.
  const settled = (preset: PresetEvidence) =>
    marked(preset) ?? (byRule(preset)?.code === 'history-imported' ? null : byRule(preset));
  const moved = judgeMoved(
    high.filter(preset => !byRule(preset)),
    low.filter(preset => !settled(preset)),
    evidence,
    preset => bulkRecords(preset) === -driftOf(preset),
  );
  const named = rules.flatMap(({ pattern, judge }) => {
    const one = mismatched.find(({ id }) => pattern.fits.has(id));
    const code = one && judge(one)?.code;
    return code ? [{ pattern, code }] : [];
  });
  const shared: Judge = preset =>
    moved(preset) ?? marked(preset) ?? byRule(preset) ?? twoCauses(named, preset);
  const left = mismatched.filter(preset => !shared(preset));
  const rest = { ...evidence, explainedUpdates: explainedUpdates(counts, shared) };
  const single = judgeSingly(left, patterns, rest);
  const besides = judgeBesides(
    named,
    left.filter(preset => preset.usageCount !== null && !single(preset)),
    evidence,
  );
  return {
    patterns,
    of(preset) {
      const drift = driftOf(preset);
      if (drift === 0) return null;
      const own = begun(preset);
      if (own?.certainty === 'likely') return complete(own);
      const all = drift > 0 ? allDeleted(preset) : null;
      const other = shared(preset) ?? single(preset) ?? besides(preset);
      return complete(
        nullCount(preset) ??
          (all?.certainty === 'certain' ? all : null) ??
          // What is in the catalog explains more than what only fits.
          (other?.certainty === 'possible' ? own : null) ??
          other ??
          own ??
          unknown(preset, evidence),
      );
    },
  };
}

function begunOf({ begins, mismatched, accurate }: Evidence): Judge {
  const compared = (preset: PresetEvidence) => ({
    ...preset,
    drift: preset.usageCount === null ? Number.NaN : driftOf(preset),
  });
  const judge = judgeBeginning(begins, mismatched.map(compared), accurate);
  return preset => judge(compared(preset));
}

function ruleOf(pattern: Pattern, evidence: Evidence): { pattern: Pattern; judge: Judge } {
  const { kind } = pattern;
  if (pattern.factor > 0) return { pattern, judge: preset => countedAgain(pattern, preset, evidence) };
  if (kind !== null) return { pattern, judge: preset => leftOut({ ...pattern, kind }, preset, evidence) };
  return { pattern, judge: judgeNotCounted(pattern, evidence) };
}

/** How many updates of presets causes account for, beyond one for each record; NaN if that cannot be said. */
function explainedUpdates(presets: readonly PresetEvidence[], judge: Judge): number {
  return presets.reduce((sum, preset) => {
    const code = judge(preset)?.code;
    if (code === undefined || code === 'records-moved' || code === 'history-deleted') return sum;
    if (code === 'reset-kept-history') return sum + 1;
    if (code === 'double-counted' || code === 'trigger-gap' || code === 'history-imported')
      return sum + driftOf(preset);
    return Number.NaN;
  }, 0);
}

// Of more, some are exact multiples by chance.
const few = 3;

/** The causes of counts that share no rule, each judged with the others that are left. */
function judgeSingly(
  left: readonly PresetEvidence[],
  patterns: readonly Pattern[],
  evidence: Evidence,
): Judge {
  const counts = left.filter(({ usageCount }) => usageCount !== null);
  const lost = findLostUpdates(counts, patterns, evidence);
  const high = counts.filter(preset => driftOf(preset) > 0 && !lost.has(preset.id));
  const low = counts.filter(preset => driftOf(preset) < 0);
  const twice = judgeDeletedTwice(low, evidence);
  const uncounted = judgeUncounted(evidence);
  const missing = judgeMissingUpdates(low, evidence);
  const fewReset = judgeFewReset(low, evidence);
  const upserts = judgeUpserts(high, evidence);
  const deleted = judgeDeleted(high, evidence);
  // Where others are too low, as many updates may have lowered those.
  const increments = judgeIncrements(high, evidence, low.length === 0);
  const commonStart = judgeCommonStart(high, evidence);
  const stillCounted = judgeStillCounted(high, evidence);
  return preset => {
    if (driftOf(preset) < 0) {
      return (
        twice(preset) ??
        uncounted(preset) ??
        setToZero(preset, evidence) ??
        missing(preset) ??
        lost.get(preset.id) ??
        fewReset(preset)
      );
    }
    const gone = deleted(preset);
    return (
      stillCounted(preset) ??
      lost.get(preset.id) ??
      upserts(preset) ??
      (gone?.certainty === 'possible' ? null : gone) ??
      commonStart(preset) ??
      increments(preset) ??
      gone ??
      countsAgainNow(preset, evidence) ??
      (high.length <= few ? exactMultiple(preset) : null)
    );
  };
}

/** A judgement with what to look at next. */
export function complete(judgement: Judgement): Diagnosis {
  return { ...judgement, against: judgement.against ?? [], next: judgement.next ?? nextOf(judgement.code) };
}

function nullCount({ usageCount, records, missing = false }: PresetEvidence): Judgement | null {
  if (usageCount !== null || missing === null) return null;
  if (missing) {
    return {
      code: 'unknown',
      certainty: 'possible',
      evidence: [
        `The table with the count has no row for it, but the preset has ${amount(records, 'record')}: an UPDATE counts nothing there.`,
      ],
      next: ['Find out what should add that row: preset-usage trigger says what writes the table.'],
      stretch: null,
    };
  }
  return {
    code: 'null-count',
    certainty: 'certain',
    evidence: [
      `The count is NULL, but the preset has ${amount(records, 'record')}. NULL plus 1 is NULL: an increment without coalesce() adds nothing.`,
    ],
    stretch: null,
  };
}
