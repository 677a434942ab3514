import { createRandom } from './random.ts';
import type { DemoPreset } from './records.ts';

/** A like of a preset. */
export interface DemoLike {
  presetId: string;
  userId: string;
  /** See `createRhythm`. */
  moment: number;
}

/** Likes, and what `likes_count` says of them: of three presets it is wrong. */
export interface DemoLikes {
  likes: DemoLike[];
  /** By preset; 0 for any other. */
  counts: ReadonlyMap<string, number>;
  /** Presets whose count is wrong, with the reason. */
  mistakes: { presetId: string; reason: 'liked-while-off' | 'incremented-too'; by: number }[];
}

const likesSeed = 20_251_001;
const liked = 60;

/** Makes likes of the presets that are used most. */
export function makeLikes(presets: readonly DemoPreset[], users: readonly { id: string }[]): DemoLikes {
  const random = createRandom(likesSeed);
  const likes: DemoLike[] = [];
  const counts = new Map<string, number>();
  for (const [rank, { id, created }] of presets.slice(0, liked).entries()) {
    const fans = random
      .shuffle(users)
      .slice(0, Math.min(users.length, random.whole(0, 24 - Math.floor(rank / 4))));
    for (const { id: userId } of fans) {
      const from = Math.max(0, created);
      likes.push({ presetId: id, userId, moment: from + (1 - from) * random.fraction() });
    }
    counts.set(id, fans.length);
  }
  const mistakes = mistakesOf(counts);
  for (const { presetId, by } of mistakes) counts.set(presetId, (counts.get(presetId) ?? 0) + by);
  return { likes: likes.sort((a, b) => a.moment - b.moment), counts, mistakes };
}

/** Two presets were liked while the trigger was off, and one was counted by the application too. */
function mistakesOf(counts: ReadonlyMap<string, number>): DemoLikes['mistakes'] {
  const often = [...counts].filter(([, count]) => count >= 6);
  const [first, second, third] = [often[1], often[4], often[7]];
  return [
    ...[first, second].flatMap(each =>
      each ? [{ presetId: each[0], reason: 'liked-while-off' as const, by: -Math.ceil(each[1] / 4) }] : [],
    ),
    ...(third ? [{ presetId: third[0], reason: 'incremented-too' as const, by: third[1] }] : []),
  ];
}
