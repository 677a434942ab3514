import { type Evidence, noWriters, type PresetEvidence } from '../../source/diagnosis/evidence.ts';
import { count, day, start, type Use, World, type WorldPreset } from '../helpers/world.ts';

/** Counted once more by hand, in a separate transaction. */
export function byHand({ world, preset }: Pick<Use, 'world' | 'preset'>, adds = 1): void {
  world.set(preset, (preset.usageCount ?? 0) + adds);
}

/** A world in which `on` decides what counts a use. */
export function world(seed: number, on: (use: Use) => void = count): World {
  return new World({ seed, presets: 40, uses: 30 }, on);
}

/** The moment 0 to 1 of a world's history, in milliseconds since 1970. */
export const at = (moment: number) => start + moment * 120 * day;

export const numberOf = ({ id }: { id: string }) => Number(id.slice(7));

/** Stores uncounted records of the first ten presets, at the times of `when` and in the transactions of `transaction`. */
export function bringIn(
  world: World,
  when: () => number,
  { each = [5, 40], transaction }: { each?: [number, number]; transaction?: number } = {},
): World {
  for (const preset of world.presets.slice(0, 10)) {
    const records = world.random.whole(...each);
    for (let n = 0; n < records; n += 1) world.store(preset, when(), transaction ?? world.next());
  }
  return world;
}

/** Sets presets to 0 as a reset does, in one transaction. */
export function reset(world: World, presets: readonly WorldPreset[] = world.presets): World {
  const transaction = world.next();
  for (const preset of presets) {
    world.set(preset, 0, transaction);
    preset.lastUsedAt = null;
  }
  return world;
}

/** Uses of the first `presets` at the same moment, a few milliseconds apart; `counted` decides what each of them loses. */
export function race(world: World, presets: number, counted: (use: Use, lost: boolean) => void): World {
  for (const preset of world.presets.slice(0, presets)) {
    for (let burst = 0; burst < 6; burst += 1) {
      const moment = world.random.fraction();
      let time = at(moment);
      for (let use = 0; use < 8; use += 1) {
        time += world.random.whole(1, 30);
        counted({ world, preset, moment, record: world.store(preset, time) }, world.random.fraction() < 0.4);
      }
    }
  }
  return world;
}

/** Moves counts of some presets by chance. */
export function spoil(world: World, share: number, by: (world: World, records: number) => number): World {
  for (const preset of world.presets) {
    if (world.random.fraction() > share) continue;
    const records = preset.records.length;
    world.set(preset, records + Math.max(by(world, records), 1 - records));
  }
  return world;
}

/** A single preset: its count and the days on which its records were made. */
export function preset(
  usageCount: number | null,
  days: readonly number[],
  over: Partial<PresetEvidence> = {},
): PresetEvidence {
  const times = days.map(each => start + each * day);
  return {
    id: 'one',
    usageCount,
    records: times.length,
    lastUsedAt: times.at(-1) ?? null,
    createdAt: null,
    written: null,
    uses: { times, transactions: null, types: null },
    ...over,
  };
}

/** Evidence of a few wrong presets among twenty that are right and used all the time. */
export function among(wrong: readonly PresetEvidence[], over: Partial<Evidence> = {}): Evidence {
  return {
    mismatched: wrong.map((each, index) => ({ ...each, id: `wrong ${index}` })),
    accurate: Array.from({ length: 20 }, (_, n) =>
      preset(
        24,
        Array.from({ length: 24 }, (_, use) => 5 * use + (n % 5) + n / 100),
        { id: `right ${n}` },
      ),
    ),
    triggerOff: null,
    countsAgain: [],
    writers: noWriters,
    statistics: null,
    allRecords: null,
    cascades: [],
    missingIds: null,
    ...over,
  };
}

/** Days from 0 on, one record each. */
export const daily = (records: number) => Array.from({ length: records }, (_, n) => n);
