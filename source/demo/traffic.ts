import { setTimeout as delay } from 'node:timers/promises';
import type { DemoData } from './data/data.ts';
import type { MistakeReason } from './data/mistakes.ts';
import { createRandom } from './data/random.ts';
import { makeUsage, type UsageKind } from './data/usage.ts';
import type { SharedPGlite } from './shared-pglite.ts';

/** The pause before a use, in milliseconds. */
export interface Pace {
  shortest: number;
  longest: number;
}

/** A small studio on a busy afternoon. */
export const humanPace: Pace = { shortest: 400, longest: 1_600 };

/** One use of a preset, and the milliseconds to wait before it. */
interface TrafficUse extends UsageKind {
  presetId: string;
  userId: string;
  pause: number;
}

const trafficSeed = 1_759_190_400;

/** A use of these presets would set their count or time, and hide the mistake. */
const leftAlone = new Set<MistakeReason>(['null-count', 'reset-kept-history']);

/** An endless series of uses, the same in every run; recently used presets come more often. */
export function* makeTraffic(
  { users, presets, mistakes }: DemoData,
  pace: Pace,
): Generator<TrafficUse, never> {
  const random = createRandom(trafficSeed);
  const untouched = new Set(
    mistakes.filter(({ reason }) => leftAlone.has(reason)).map(({ presetId }) => presetId),
  );
  const weights = presets.map(({ id, records }) =>
    untouched.has(id) ? 0 : records.filter(({ moment }) => moment > 0.9).length,
  );
  for (;;) {
    const pause = random.whole(pace.shortest, pace.longest);
    const presetId = presets[random.weighted(weights)]!.id;
    yield { pause, presetId, userId: random.pick(users).id, ...makeUsage(random) };
  }
}

/**
 * Uses presets through `track_preset_usage()` like the application, one after the other and forever. A use that PostgreSQL
 * refuses is lost, as it would be in the application: somebody may have deleted the preset or dropped the function.
 */
export async function runTraffic(database: SharedPGlite, data: DemoData, pace: Pace): Promise<never> {
  const traffic = makeTraffic(data, pace);
  for (;;) {
    const use = traffic.next().value;
    await delay(use.pause);
    await database.execAlone(statements(use)).catch(() => {});
  }
}

/** What the application's API sends for one use: the user, and the call, in one transaction. */
function statements({ presetId, userId, usageType, usageData }: TrafficUse): string {
  // Nothing needs escaping, because the ids, the type and the data are all made here.
  return `
    SET LOCAL request.jwt.claims = '{"sub": "${userId}"}';
    SELECT public.track_preset_usage('${presetId}', '${usageType}', '${JSON.stringify(usageData)}')`;
}
