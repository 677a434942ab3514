// writes: 7 orm, 10 query-builder, 11 query-builder
const { Preset } = require('./models');
const { knex } = require('./db');

exports.edit = async (id, name) => {
  const preset = await Preset.query().findById(id);
  await Preset.query().findById(id).patch({ ...preset, name });
  const [row] = await knex.select('*').from('presets').where({ id });
  const { created_at, ...rest } = row;
  await knex('presets').where({ id }).update({ ...rest, name });
  await knex('presets').insert({ ...row, name }).onConflict('id').merge();
};
