// writes: none
import { Redis } from 'ioredis';

const redis = new Redis(process.env.REDIS_URL!);

export async function countLocally(presetId: string) {
  await redis.hincrby(`presets:${presetId}`, 'usage_count', 1);
  await redis.expire(`presets:${presetId}`, 3600);
}

export const localCounts = async (id: string) => ({ id, usage_count: Number(await redis.hget(`presets:${id}`, 'usage_count')) });
