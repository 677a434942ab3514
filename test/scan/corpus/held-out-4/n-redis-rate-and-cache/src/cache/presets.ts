// writes: none
import Redis from 'ioredis';
import { pool } from '../db';

const redis = new Redis(process.env.REDIS_URL!);
const key = (id: string) => `presets:${id}`;

export async function getPreset(id: string) {
  const cached = await redis.hgetall(key(id));
  if (cached.id) return { ...cached, usage_count: Number(cached.usage_count) };

  const { rows } = await pool.query('SELECT id, name, usage_count FROM presets WHERE id = $1', [id]);
  if (rows.length === 0) return null;
  await redis.hset(key(id), rows[0]);
  await redis.expire(key(id), 300);
  return rows[0];
}

export async function use(id: string, userId: string) {
  await pool.query('INSERT INTO preset_usage (preset_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [id, userId]);
  if (await redis.exists(key(id))) await redis.hincrby(key(id), 'usage_count', 1);
}
