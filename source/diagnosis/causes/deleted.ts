import { presetNames } from '../../counter/definition/preset-names.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { duration, shortTime } from '../traces/format.ts';
import { ledgerOf } from '../traces/ledger.ts';
import { separation } from '../traces/statistics.ts';

const leastStrength = Math.log(1000);
// Milliseconds by which the time of the last use may be ahead of the record it comes from.
const leeway = 60_000;

/** What shows that records were deleted, for all presets together. */
interface Traces {
  /** How much too high the counts are together, and a sentence if exactly as many records were deleted. */
  tooHigh: number;
  exact: string | null;
  /** The same for stored records that are gone in another way, or whose transaction was rolled back. */
  gone: string | null;
  /** The same if more were deleted, and presets with theirs. */
  surplus: string | null;
  /** True if each record that was stored updated one preset, and nothing else did. */
  isBalanced: boolean;
  /** The most records that can be gone; a greater drift is not a deletion. */
  most: number;
  /** Presets whose last use has no record; those in use long before their oldest record; whether either goes with being wrong. */
  beyond: ReadonlySet<string>;
  late: ReadonlySet<string>;
  beyondTells: boolean;
  lateTells: boolean;
  cascade: string | null;
}

/**
 * Judges counts that are too high and follow no rule: counted records may have been deleted. The records that are left never
 * show that. It needs other evidence: as many deletions, last uses without a record, or a history that begins late.
 */
export function judgeDeleted(
  high: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const traces = tracesOf(high, evidence);
  return preset => {
    const drift = driftOf(preset);
    if (drift > traces.most) return null;
    const isBeyond = traces.beyond.has(preset.id);
    const isLate = traces.late.has(preset.id);
    const isLikely =
      (traces.exact !== null && (traces.tooHigh >= 5 || traces.isBalanced)) ||
      traces.surplus !== null ||
      (traces.gone !== null && evidence.allRecords === 0) ||
      (isBeyond && traces.beyondTells) ||
      (isLate && traces.lateTells);
    if (!isLikely && !traces.exact && !traces.gone && !isBeyond && !traces.beyondTells) return null;
    // Increments leave last uses without a record as well.
    if (!traces.exact && !traces.gone && !traces.surplus && evidence.writers.addAlone.length > 0) return null;
    const { uses } = preset;
    const newest = uses?.times.at(-1) ?? null;
    const last = preset.lastUsedAt;
    return {
      code: 'history-deleted',
      certainty:
        traces.exact !== null && high.length > 1 && traces.tooHigh >= 20
          ? 'certain'
          : isLikely
            ? 'likely'
            : 'possible',
      evidence: [
        `The count is ${count(drift)} too high: it includes uses whose records are gone.`,
        ...(traces.exact ? [traces.exact] : []),
        ...(traces.gone ? [traces.gone] : []),
        ...(traces.surplus ? [traces.surplus] : []),
        ...(isBeyond && last !== null ? [beyondWords(last, newest)] : []),
        ...(isLate ? [lateWords(preset)] : []),
        ...(traces.cascade ? [traces.cascade] : []),
      ],
      stretch:
        isBeyond && newest !== null && last !== null
          ? { from: newest, to: last }
          : isLate
            ? { from: preset.createdAt, to: uses?.times[0] ?? null }
            : null,
    };
  };
}

function tracesOf(high: readonly PresetEvidence[], evidence: Evidence): Traces {
  const { statistics, allRecords, missingIds, cascades, accurate } = evidence;
  const tooHigh = high.reduce((sum, preset) => sum + driftOf(preset), 0);
  const deleted = statistics?.records.deleted ?? null;
  // Statistics that include every existing record have not been reset since the first of them.
  const ledger = ledgerOf(evidence);
  const knowsAll = ledger !== null && statistics !== null && allRecords !== null;
  // TRUNCATE adds nothing to the deletions. Rolled-back records count as stored too, so this is the most that can be gone.
  const stored = knowsAll ? statistics.records.inserted - allRecords : Number.POSITIVE_INFINITY;
  const together = `exactly as many as ${high.length === 1 ? 'the count is' : `${count(high.length)} counts are`} too high${high.length === 1 ? '' : ' together'}`;
  const exact =
    tooHigh < (ledger?.extra === 0 ? 2 : 3) || evidence.writers.subtract.length > 0
      ? null
      : // Where presets were deleted with their records, the same number may be chance.
        deleted === tooHigh && (!ledger || ledger.presetsDeleted === 0 || ledger.extra === 0)
        ? `The server's statistics show ${amount(deleted, 'deleted record')}, ${together}.`
        : missingIds === tooHigh
          ? `${amount(missingIds, 'number')} ${missingIds === 1 ? 'is' : 'are'} missing from the records' key, ${together}.`
          : null;
  const otherwise = stored - (deleted ?? 0);
  const gone =
    exact === null && tooHigh >= 5 && knowsAll && otherwise > 0 && stored === tooHigh
      ? `${amount(otherwise, 'stored record')} ${otherwise === 1 ? 'is' : 'are'} gone but ${otherwise === 1 ? 'was' : 'were'} not deleted one by one (a TRUNCATE or a rollback)${deleted ? '; with the deleted ones' : ''}, ${together}.`
      : null;
  // Records of a deleted preset are gone with it. If nothing but uses has updated presets, nothing else made counts too high.
  const surplus =
    exact === null &&
    ledger?.extra === 0 &&
    ledger.presetsDeleted > 0 &&
    ledger.deleted > tooHigh &&
    tooHigh >= 2 &&
    evidence.writers.subtract.length === 0
      ? `The server counted ${amount(ledger.deleted, 'deleted record')}, some of them of ${amount(ledger.presetsDeleted, 'preset')} that ${ledger.presetsDeleted === 1 ? 'is' : 'are'} gone, and no update of a preset that was not a use.`
      : null;
  // If last uses have no record although counts are right, another clock or something else sets them.
  const isUsual = accurate.filter(isBeyond).length > accurate.length / 4;
  const beyond = isUsual ? new Set<string>() : setOf(high, isBeyond);
  const late = setOf(high, preset => isLate(preset) && isAbout(driftOf(preset), missingUses(preset)));
  const contrast = (some: ReadonlySet<string>, holds: (preset: PresetEvidence) => boolean) => {
    const others = accurate.filter(holds).length;
    return (
      separation(
        { with: some.size, without: high.length - some.size },
        { with: others, without: accurate.length - others },
      ) > leastStrength
    );
  };
  // If no record was deleted, the cascades took none with them.
  const [cascade] = deleted === 0 ? [] : cascades.filter(table => (table.deleted ?? 0) > 0);
  return {
    tooHigh,
    exact,
    gone,
    surplus,
    isBalanced: ledger?.extra === 0,
    most: stored,
    beyond,
    late,
    beyondTells: contrast(beyond, isBeyond),
    lateTells: contrast(late, isLate),
    cascade: cascade
      ? `${amount(cascade.deleted ?? 0, 'row')} of ${cascade.name} ${cascade.deleted === 1 ? 'was' : 'were'} deleted together with their records (ON DELETE CASCADE).`
      : null,
  };
}

function setOf(presets: readonly PresetEvidence[], holds: (preset: PresetEvidence) => boolean) {
  return new Set(presets.filter(holds).map(({ id }) => id));
}

/** The last use has no record. */
function isBeyond({ lastUsedAt, uses, records }: PresetEvidence): boolean {
  if (lastUsedAt === null) return false;
  if (records === 0) return true;
  const newest = uses?.times.at(-1);
  return newest !== undefined && lastUsedAt > newest + leeway;
}

const leastMissing = 5;

/** True if records are missing from a time when uses were likely. */
function isLate(preset: PresetEvidence): boolean {
  return missingUses(preset) >= leastMissing;
}

/** How many uses there would be before the oldest record if they had been as frequent as since then. */
function missingUses({ uses, createdAt }: PresetEvidence): number {
  const times = uses?.times ?? [];
  if (createdAt === null || times.length < 3) return 0;
  const pace = (times.at(-1)! - times[0]!) / (times.length - 1);
  return pace > 0 ? (times[0]! - createdAt) / pace : 0;
}

function isAbout(drift: number, expected: number): boolean {
  return drift > expected / 4 && drift < expected * 4;
}

function beyondWords(last: number, newest: number | null): string {
  return newest === null
    ? `${presetNames.touched} is ${shortTime(last)}, but there is no record at all.`
    : `${presetNames.touched} is ${shortTime(last)}, ${duration(last - newest)} after the newest record.`;
}

function lateWords({ uses, createdAt }: PresetEvidence): string {
  const times = uses!.times;
  const days = (times.at(-1)! - times[0]!) / 86_400_000;
  return `The preset was created ${shortTime(createdAt!)} and has no record before ${shortTime(times[0]!)}, but ${amount(times.length, 'record')} in the ${days < 2 ? duration(days * 86_400_000) : `${Math.round(days)} d`} after that.`;
}
