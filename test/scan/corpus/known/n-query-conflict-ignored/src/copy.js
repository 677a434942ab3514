// writes: none
exports.create = (knex, name) => knex('presets').insert({ name, usage_count: 0 }).onConflict('name').ignore();
exports.upsert = (knex, name) => knex('presets').insert({ name, usage_count: 0 }).onConflict('name').merge(['name']);
exports.rename = (knex, id, name) => knex('presets').insert({ id, name }).onConflict('id').merge();
exports.other = async (knex, row) => knex('templates').insert({ ...row, usage_count: 7 }).onConflict('id').ignore();
exports.kept = async (oldDb, knex) => {
  const row = await oldDb('presets').where({ id: 1 }).first();
  await knex('presets').insert({ ...row, usage_count: 0 }).onConflict('id').ignore();
};
