// writes: 15 postgrest
import { rest } from '../http/rest.js';
import { logger } from '../logger.js';

export async function handle(message) {
  const { presetId, userId } = JSON.parse(message.body);

  await rest.post('/preset_usage', { preset_id: presetId, user_id: userId });

  const { data } = await rest.get('/presets', { params: { id: `eq.${presetId}`, select: 'usage_count' } });
  if (data.length === 0) {
    logger.warn({ presetId }, 'preset is gone');
    return;
  }
  await rest.patch(`/presets?id=eq.${presetId}`, { usage_count: data[0].usage_count + 1 });
  logger.info({ presetId, userId }, 'counted');
}
