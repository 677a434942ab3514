// writes: 17 sql
import { Worker } from 'bullmq';
import IORedis from 'ioredis';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const redis = new IORedis(process.env.REDIS_URL!, { maxRetriesPerRequest: null });

export const flushUsage = new Worker(
  'flush-usage',
  async () => {
    const pending = await redis.hgetall('preset:uses');
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      for (const [presetId, uses] of Object.entries(pending)) {
        await client.query('UPDATE presets SET usage_count = usage_count + $1 WHERE id = $2', [Number(uses), presetId]);
        await redis.hdel('preset:uses', presetId);
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  },
  { connection: redis },
);
