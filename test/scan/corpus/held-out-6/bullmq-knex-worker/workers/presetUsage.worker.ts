// writes: 20 query-builder
import { Worker } from 'bullmq';
import IORedis from 'ioredis';
import knexFactory from 'knex';
import config from '../knexfile';
import { logger } from '../lib/logger';

const knex = knexFactory(config[process.env.NODE_ENV ?? 'development']);
const connection = new IORedis(process.env.REDIS_URL!, { maxRetriesPerRequest: null });

type UsageJob = { presetId: string; amount: number; accountId: string };

export const worker = new Worker<UsageJob>(
  'preset-usage',
  async job => {
    const { presetId, amount, accountId } = job.data;

    await knex.transaction(async trx => {
      await trx('accounts').where({ id: accountId }).increment('usage_count', amount);
      await trx('presets').where({ id: presetId }).increment('usage_count', amount);
    });
  },
  { connection, concurrency: 4 },
);

worker.on('failed', (job, err) => logger.error({ id: job?.id, err }, 'preset usage job failed'));
