// writes: 6 query-builder, 11 query-builder, 16 query-builder, 21 query-builder, 29 query-builder
const { db } = require('./db');

exports.restore = async (knex, id) => {
  const row = await knex('presets_archive_view').from('presets').where({ id }).first();
  await knex('presets').insert({ ...row }).onConflict('id').ignore();
};

exports.copyAll = async (oldDb, knex) => {
  const rows = await oldDb('presets').select('*');
  await knex('presets').insert(rows.map(row => ({ ...row, origin: 'old' }))).onConflict('id').ignore();
};

exports.rename = async (oldDb, knex) => {
  const row = await oldDb('presets').where({ id: 1 }).first();
  await knex('presets').insert(row).onConflict('id').merge({ name: row.name });
};

exports.listed = async (oldDb, knex) => {
  const row = await oldDb('presets').where({ id: 1 }).first();
  await knex('presets').insert(row).onConflict('id').merge(['name', 'usage_count']);
};

exports.kysely = async id => {
  const preset = await db.selectFrom('presets').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const { id: _, ...copy } = preset;
  await db
    .insertInto('presets')
    .values({ ...copy, id: crypto.randomUUID() })
    .onConflict(conflict => conflict.doNothing())
    .execute();
};
