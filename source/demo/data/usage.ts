import type { Random } from './random.ts';

/** The type of a use, and its `usage_data`. */
export interface UsageKind {
  usageType: string;
  usageData: Record<string, string | number>;
}

const types = ['generation', 'variation', 'upscale', 'preview'] as const;
const shares = [70, 16, 9, 5];
const sizes = [768, 1024, 1024, 1536];

/** Makes up one use, like those of the application. */
export function makeUsage(random: Random): UsageKind {
  const usageType = types[random.weighted(shares)]!;
  if (usageType === 'upscale') return { usageType, usageData: { factor: random.pick([2, 4]) } };
  const size = random.pick(sizes);
  return {
    usageType,
    usageData: { size: `${size}x${size}`, steps: random.whole(20, 40), ms: random.whole(1800, 9500) },
  };
}

/** Makes up one of many uses that were started together. */
export function batchUsage(random: Random): UsageKind {
  return { usageType: 'batch', usageData: { of: random.whole(4, 16), steps: random.whole(20, 40) } };
}
