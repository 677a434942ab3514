import { createRandom, type Random } from '../../source/demo/data/random.ts';
import { type Evidence, noWriters, type PresetEvidence } from '../../source/diagnosis/evidence.ts';

/** One use as the database keeps it. */
export interface WorldRecord {
  at: number;
  transaction: number;
  type: string;
  user: number;
}

/** A preset with its counter. */
export interface WorldPreset {
  id: string;
  usageCount: number | null;
  lastUsedAt: number | null;
  createdAt: number;
  written: number;
  records: WorldRecord[];
}

export const day = 86_400_000;
export const start = Date.UTC(2026, 0, 1);

export interface WorldOptions {
  seed: number;
  presets?: number;
  /** Records of a preset in the middle; some have a third of that and some three times as many. */
  uses?: number;
  days?: number;
}

/** An application's tables in memory, used for some time. `on` applies a cause to them, use by use. */
export class World {
  readonly random: Random;
  readonly presets: WorldPreset[];
  readonly days: number;
  transaction = 1_000_000;
  inserted = 0;
  updated = 0;
  deleted = 0;

  constructor({ seed, presets = 40, uses = 40, days = 120 }: WorldOptions, on: (use: Use) => void = count) {
    this.random = createRandom(seed);
    this.days = days;
    const { random } = this;
    const lives = Array.from({ length: presets }, () => {
      const from = random.fraction() < 0.5 ? 0 : 0.7 * random.fraction();
      // Some presets are not used in the last weeks.
      const to = random.fraction() < 0.5 ? 1 : from + (1 - from) * (0.2 + 0.8 * random.fraction());
      return { from, to, made: from - 0.3 * random.fraction() ** 3 };
    });
    this.presets = lives.map(({ made }, index) => ({
      id: `preset ${index}`,
      usageCount: 0,
      lastUsedAt: null,
      createdAt: start + made * days * day,
      written: this.transaction - 1000 + index,
      records: [],
    }));
    const moments = lives
      .flatMap(({ from, to }, index) => {
        const number = Math.max(1, Math.round(uses * Math.exp(2.2 * random.fraction() - 1.1)));
        return Array.from({ length: number }, () => ({
          preset: this.presets[index]!,
          moment: from + (to - from) * random.fraction(),
        }));
      })
      .sort((a, b) => a.moment - b.moment);
    for (const { preset, moment } of moments) {
      const at = start + Math.round(moment * days * day * 1000) / 1000;
      on({ world: this, preset, moment, record: this.store(preset, at) });
    }
  }

  /** Stores a record, uncounted. */
  store(preset: WorldPreset, at: number, transaction = this.next()): WorldRecord {
    const type = this.random.pick(['generation', 'generation', 'generation', 'variation', 'upscale']);
    const record = { at, transaction, type, user: this.random.whole(1, 12) };
    preset.records.push(record);
    this.inserted += 1;
    return record;
  }

  next(): number {
    this.transaction += 1;
    return this.transaction;
  }

  /** Writes a count by hand, in a separate transaction. */
  set(preset: WorldPreset, usageCount: number | null, transaction = this.next()): void {
    preset.usageCount = usageCount;
    preset.written = transaction;
    this.updated += 1;
  }

  delete(preset: WorldPreset, gone: (record: WorldRecord) => boolean): void {
    const kept = preset.records.filter(record => !gone(record));
    this.deleted += preset.records.length - kept.length;
    preset.records = kept;
  }

  /** What the console would read of it. */
  evidence(over: Partial<Evidence> = {}): Evidence {
    const read = this.presets.map(evidenceOf);
    return {
      mismatched: read.filter(({ usageCount, records }) => (usageCount ?? 0) !== records),
      accurate: read.filter(({ usageCount, records }) => usageCount === records && records > 0),
      triggerOff: null,
      countsAgain: [],
      writers: noWriters,
      statistics: {
        presets: { inserted: this.presets.length, updated: this.updated, deleted: 0 },
        records: { inserted: this.inserted, updated: 0, deleted: this.deleted },
      },
      allRecords: read.reduce((sum, { records }) => sum + records, 0),
      cascades: [],
      missingIds: null,
      ...over,
    };
  }
}

/** A use that has just been stored; `moment` is 0 at the start of the history and 1 at its end. */
export interface Use {
  world: World;
  preset: WorldPreset;
  moment: number;
  record: WorldRecord;
}

/** What the trigger does. */
export function count({ world, preset, record }: Use): void {
  preset.usageCount = (preset.usageCount ?? 0) + 1;
  preset.lastUsedAt = Math.max(preset.lastUsedAt ?? 0, record.at);
  preset.written = record.transaction;
  world.updated += 1;
}

function evidenceOf(preset: WorldPreset): PresetEvidence {
  const records = preset.records.toSorted((a, b) => a.at - b.at);
  return {
    id: preset.id,
    usageCount: preset.usageCount,
    records: records.length,
    lastUsedAt: preset.lastUsedAt,
    createdAt: preset.createdAt,
    written: preset.written,
    uses: {
      times: records.map(({ at }) => at),
      transactions: records.map(({ transaction }) => transaction),
      types: records.map(({ type }) => type),
    },
  };
}
