// writes: none
const db = require('../db');
const logger = require('../logger');

/** Runs at 02:00. */
async function nightly(day) {
  const used = await db('preset_usage')
    .select('preset_id')
    .count('* as uses')
    .whereRaw('created_at::date = ?', [day])
    .groupBy('preset_id');

  for (const { preset_id, uses } of used) {
    await db('preset_stats_daily')
      .insert({ preset_id, day, usage_count: uses })
      .onConflict(['preset_id', 'day'])
      .merge({ usage_count: uses });
    await db('workspaces_stats').where({ day }).increment('usage_count', Number(uses));
  }

  const archived = await db('presets')
    .where('usage_count', 0)
    .andWhere('created_at', '<', db.raw("now() - interval '1 year'"))
    .update({ archived_at: db.fn.now() });

  logger.info({ archived }, 'presets without a use were archived');
}

module.exports = { nightly };
