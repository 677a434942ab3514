import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import type { Judgement } from '../diagnosis.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';
import { shortTime } from '../traces/format.ts';
import { ledgerOf, sumOf } from '../traces/ledger.ts';
import { separation } from '../traces/statistics.ts';

const leastStrength = Math.log(1000);
const day = 86_400_000;
// With fewer accurate presets there is nothing to compare with.
const fewest = 5;

/**
 * Judges counts that are too high where the records of all presets begin at one time, although the presets are older: a
 * partition was dropped or detached, a retention job ran, or the table was emptied.
 */
export function judgeCommonStart(
  high: readonly PresetEvidence[],
  evidence: Evidence,
): (preset: PresetEvidence) => Judgement | null {
  const ledger = ledgerOf(evidence);
  if (ledger && ledger.gone < sumOf(high)) return () => null;
  const all = [...high, ...evidence.accurate];
  const first = all.reduce((least, preset) => Math.min(least, firstOf(preset)), Number.POSITIVE_INFINITY);
  const older = (preset: PresetEvidence) => preset.createdAt !== null && preset.createdAt < first;
  const cut = high.filter(older);
  const sudden = cut.reduce((sum, preset) => sum + suddenness(preset, first), 0) - Math.log(cut.length + 1);
  const others = evidence.accurate.filter(older).length;
  // What tells is that older presets are wrong and younger ones are right.
  const contrast = separation(
    { with: cut.length, without: high.length - cut.length },
    { with: others, without: evidence.accurate.length - others },
  );
  const { partitioned = false } = evidence.statistics?.records ?? {};
  const { deleteRecords } = evidence.writers;
  const isNamed = deleteRecords.length > 0 || (partitioned && startsAPeriod(first));
  const strength = evidence.accurate.length < fewest && isNamed ? sudden : Math.min(sudden, contrast);
  if (cut.length < 2 || strength < (isNamed ? leastStrength / 2 : leastStrength)) return () => null;
  return preset => {
    if (!older(preset)) return null;
    return {
      code: 'history-deleted',
      certainty: isNamed || strength > 1.5 * leastStrength ? 'likely' : 'possible',
      evidence: [
        `The count is ${count(driftOf(preset))} too high: it includes uses whose records are gone.`,
        `No preset has a record before ${shortTime(first)}, but ${amount(cut.length, 'preset')} with a count that is too high ${cut.length === 1 ? 'is' : 'are'} older.`,
        ...(partitioned
          ? ['The table is partitioned: a partition that is dropped or detached takes its records with it.']
          : []),
        ...deleteRecords,
      ],
      stretch: { from: preset.createdAt, to: first },
    };
  };
}

function firstOf({ uses }: PresetEvidence): number {
  return uses?.times.find(time => !Number.isNaN(time)) ?? Number.POSITIVE_INFINITY;
}

/**
 * How surprising it is, in nats, that the first record of a preset comes so soon after `first`: it had the whole time since
 * the preset was made.
 */
function suddenness(preset: PresetEvidence, first: number): number {
  const { createdAt, uses } = preset;
  const times = uses?.times ?? [];
  if (createdAt === null || createdAt >= first || times.length === 0) return 0;
  const pace = (times.at(-1)! - firstOf(preset)) / Math.max(1, times.length - 1);
  const since = firstOf(preset) - first;
  return Math.max(0, Math.log((firstOf(preset) - createdAt) / Math.max(since, pace, 1)));
}

/** True if the first of all records follows midnight of the first day of a month or of a week, as partitions do. */
function startsAPeriod(first: number): boolean {
  if (!Number.isFinite(first)) return false;
  const midnight = new Date(Math.floor(first / day) * day);
  return midnight.getUTCDate() <= 2 || midnight.getUTCDay() <= 1;
}
