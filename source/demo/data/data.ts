import { type DemoLikes, makeLikes } from './likes.ts';
import { type Mistake, outage, plantMistakes } from './mistakes.ts';
import { presetNames, userEmails } from './names.ts';
import { type DemoPosts, makePosts } from './posts.ts';
import { createRandom, type Random } from './random.ts';
import type { DemoPreset, DemoRecord } from './records.ts';
import { makeUsage } from './usage.ts';

interface DemoUser {
  id: string;
  email: string;
  created: number;
}

/** The content of the demo database, without dates: moments become times when it is opened. */
export interface DemoData {
  users: DemoUser[];
  presets: DemoPreset[];
  mistakes: Mistake[];
  likes: DemoLikes;
  posts: DemoPosts;
}

/** Another seed makes another demo, with different favourites and mistakes. */
const demoSeed = 20_250_930;

const historyRecords = 24_000;
const neverUsed = 7;

/** Makes the demo's rows, the same ones on every call, day and machine. Takes about 40 ms. */
export function makeDemoData(): DemoData {
  const random = createRandom(demoSeed);
  const users = userEmails.map(email => ({ id: random.uuid(), email, created: -random.fraction() * 3 }));
  const names = random.shuffle(presetNames);
  const used = names.length - neverUsed;
  // Zipf's law, but flatter at the top and with a long tail of rarely used presets.
  const weights = Array.from(
    { length: used },
    (_, rank) => (Math.exp(-rank / 70) / (rank + 8)) * (0.7 + 0.6 * random.fraction()),
  );
  const perWeight = historyRecords / weights.reduce((sum, weight) => sum + weight, 0);

  const presets = names.map((name, rank): DemoPreset => {
    const uses = rank < used ? Math.max(1, Math.round(weights[rank]! * perWeight)) : 0;
    const life = makeLife(random);
    const records = Array.from({ length: uses }, () =>
      makeRecord(random, users, aroundOutage(random, life.from, life.to)),
    );
    return {
      id: random.uuid(),
      name,
      created: life.created,
      records: records.sort((a, b) => a.moment - b.moment),
      deleted: [],
      usageCount: uses,
      lastUsed: records.at(-1)?.moment ?? null,
    };
  });

  const mistakes = plantMistakes(presets, random, (from, to) =>
    makeRecord(random, users, between(random, from, to)),
  );
  return { users, presets, mistakes, likes: makeLikes(presets, users), posts: makePosts(users) };
}

/** When a preset was in use: some are older than the history, some are new, some fell out of favour. */
function makeLife(random: Random): { created: number; from: number; to: number } {
  const age = random.fraction();
  const created = age < 0.6 ? -3 * random.fraction() : 0.85 * random.fraction();
  const from = Math.max(0, created + 0.001);
  const to = random.fraction() < 0.75 ? 1 : from + (1 - from) * (0.3 + 0.7 * random.fraction());
  return { created, from, to };
}

function makeRecord(random: Random, users: DemoUser[], moment: number): DemoRecord {
  return { ...makeUsage(random), userId: random.pick(users).id, moment };
}

function between(random: Random, from: number, to: number): number {
  return from + (to - from) * random.fraction();
}

/** A moment outside the outage, because only the chosen presets may have uses that were not counted. */
function aroundOutage(random: Random, from: number, to: number): number {
  const moment = between(random, from, to);
  return moment >= outage.from && moment <= outage.to ? moment + (outage.to - outage.from) : moment;
}
