import type { Random } from './random.ts';
import type { DemoPreset, DemoRecord } from './records.ts';
import { batchUsage } from './usage.ts';

/** Why a count of the demo is wrong, in the order in which such mistakes are usually met. */
export const mistakeReasons = [
  /** What makes many pictures at once counts by hand beside the trigger. */
  'counted-twice',
  /** Used while the trigger was off, for some hours. */
  'trigger-missing',
  /** Old records were deleted and the count was left alone. */
  'history-deleted',
  /** The column came later than the preset, and NULL + 1 is NULL. */
  'null-count',
  /** Two servers read the same count at the same moment, and both wrote it plus one. */
  'lost-updates',
  /** The counters were reset and the history was kept. */
  'reset-kept-history',
] as const;

export type MistakeReason = (typeof mistakeReasons)[number];

/** One preset whose counter was made wrong, with the numbers it was given. */
export interface Mistake {
  presetId: string;
  name: string;
  reason: MistakeReason;
  usageCount: number | null;
  records: number;
}

const howMany: Record<MistakeReason, number> = {
  'counted-twice': 3,
  'trigger-missing': 3,
  'history-deleted': 3,
  'null-count': 1,
  'lost-updates': 2,
  'reset-kept-history': 2,
};

/** The stretch without the trigger: about 70 uses long, which is some hours; nobody else used anything then. */
export const outage = { from: 0.7, to: 0.703 };

/** About a hundredth of a second: within this time the second server reads before the first has written. */
const atOnce = 1e-9;

type MakeRecord = (from: number, to: number) => DemoRecord;

/**
 * Makes the counters of some presets wrong, in place, and says which. Also leaves two unused presets with a NULL
 * count, which is accurate. Only presets with a name of their own are chosen, so that a name tells which one it is.
 */
export function plantMistakes(presets: DemoPreset[], random: Random, makeRecord: MakeRecord): Mistake[] {
  for (const preset of presets.filter(({ records }) => records.length === 0).slice(0, 2)) {
    preset.usageCount = null;
  }
  const candidates = random.shuffle(presets.filter(preset => isOrdinary(preset, presets)));
  return mistakeReasons.flatMap(reason =>
    candidates.splice(0, howMany[reason]).map(preset => {
      spoil[reason](preset, random, makeRecord);
      const { id, name, usageCount, records } = preset;
      return { presetId: id, name, reason, usageCount, records: records.length };
    }),
  );
}

/** Often used, lately too, for a good while, and with a name that no other preset has. */
function isOrdinary({ name, created, records }: DemoPreset, presets: DemoPreset[]): boolean {
  return (
    records.length >= 50 &&
    records.length <= 600 &&
    created < 0.4 &&
    records.at(-1)!.moment > 0.95 &&
    /^[\p{L}\p{N}]/u.test(name) &&
    presets.filter(other => other.name.trim() === name.trim()).length === 1
  );
}

const spoil: Record<MistakeReason, (preset: DemoPreset, random: Random, makeRecord: MakeRecord) => void> = {
  'counted-twice'(preset, random) {
    const share = 0.3 + 0.4 * random.fraction();
    const isBatch = preset.records.map(() => random.fraction() < share);
    preset.records = preset.records.map((record, index) =>
      isBatch[index] ? { ...record, ...batchUsage(random) } : record,
    );
    preset.usageCount = preset.records.length + isBatch.filter(Boolean).length;
  },
  'trigger-missing'(preset, random, makeRecord) {
    const missed = Array.from({ length: random.whole(9, 38) }, () => makeRecord(outage.from, outage.to));
    preset.usageCount = preset.records.length;
    preset.records = [...preset.records, ...missed].sort((a, b) => a.moment - b.moment);
  },
  'history-deleted'(preset, random) {
    preset.usageCount = preset.records.length;
    const gone = Math.ceil(preset.records.length * (0.3 + 0.4 * random.fraction()));
    preset.deleted = preset.records.slice(0, gone);
    preset.records = preset.records.slice(gone);
  },
  'null-count'(preset) {
    preset.usageCount = null;
  },
  'lost-updates'(preset, random) {
    const lost = random.whole(2, 6);
    const first = random.shuffle(preset.records).slice(0, lost + random.whole(2, 5));
    const second = first.map(record => ({ ...record, moment: record.moment + atOnce * random.fraction() }));
    preset.records = [...preset.records, ...second].sort((a, b) => a.moment - b.moment);
    preset.usageCount = preset.records.length - lost;
    preset.lastUsed = preset.records.at(-1)!.moment;
  },
  'reset-kept-history'(preset) {
    preset.usageCount = 0;
    preset.lastUsed = null;
  },
};
