// writes: 16 query-builder
const knex = require('../knex');

async function findPreset(id) {
  return knex('presets').where({ id }).first();
}

async function applyPreset(id, user) {
  const preset = await findPreset(id);
  if (!preset) return null;

  await knex.transaction(async trx => {
    await trx('preset_usage').insert({ preset_id: id, user_id: user.id });
    await trx('presets')
      .where({ id })
      .increment('usage_count', 1);
    await trx('users')
      .where({ id: user.id })
      .increment('credits_used', preset.cost);
  });

  return preset.settings;
}

module.exports = { findPreset, applyPreset };
