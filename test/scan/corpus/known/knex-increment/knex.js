// writes: 7 query-builder
const knex = require('./knex');

exports.recordUse = async presetId => {
  await knex.transaction(async trx => {
    await trx('preset_usage').insert({ preset_id: presetId });
    await trx('presets').where({ id: presetId }).increment('usage_count', 1);
  });
};
