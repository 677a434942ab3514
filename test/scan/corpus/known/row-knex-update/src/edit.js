// writes: 7 query-builder
const knex = require('./knex');

exports.archive = async id => {
  const preset = await knex('presets').where({ id }).first();
  preset.archived = true;
  await knex('presets').where({ id }).update(preset);
};
