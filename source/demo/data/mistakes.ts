import type { Random } from './random.ts';
import type { DemoPreset, DemoRecord } from './records.ts';
import { batchUsage } from './usage.ts';

/** Why counts of the demo are wrong, the most usual mistakes first. */
export const mistakeReasons = [
  /** The feature that makes many pictures at once counts by hand in addition to the trigger. */
  'counted-twice',
  /** Used while the trigger was off for some hours. */
  'trigger-missing',
  /** Old records were deleted, but the count was not changed. */
  'history-deleted',
  /** The column was added after the preset, and NULL + 1 is NULL. */
  'null-count',
  /** Two servers read the same count at the same moment, and both wrote that plus one. */
  'lost-updates',
  /** The counts were reset, but the records were kept. */
  'reset-kept-history',
] as const;

export type MistakeReason = (typeof mistakeReasons)[number];

/** A preset whose count was made wrong, and its numbers. */
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

/** The time without the trigger: about 70 uses long, which is some hours. Other presets are not used then. */
export const outage = { from: 0.7, to: 0.703 };

/** About a hundredth of a second, in which the second server reads before the first has written. */
const atOnce = 1e-9;

type MakeRecord = (from: number, to: number) => DemoRecord;

/**
 * Makes the counts of some presets wrong, in place, and returns them. Also gives two unused presets a NULL count, which is
 * accurate. Only presets with a unique name are chosen, so that the name identifies them.
 */
export function plantMistakes(presets: DemoPreset[], random: Random, makeRecord: MakeRecord): Mistake[] {
  for (const preset of presets.filter(({ records }) => records.length === 0).slice(0, 2)) {
    preset.usageCount = null;
  }
  const candidates = random.shuffle(presets.filter(preset => isOrdinary(preset, presets)));
  return mistakeReasons.flatMap(reason =>
    candidates.splice(0, howMany[reason]).map(preset => {
      plant[reason](preset, random, makeRecord);
      const { id, name, usageCount, records } = preset;
      return { presetId: id, name, reason, usageCount, records: records.length };
    }),
  );
}

/** Often and recently used, for a long time, and with a unique name. */
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

const plant: Record<MistakeReason, (preset: DemoPreset, random: Random, makeRecord: MakeRecord) => void> = {
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
