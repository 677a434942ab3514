// writes: 7 query-builder
const knex = require('../knex');

async function moveToFolder(presetId, folderId) {
  const row = await knex('presets').where({ id: presetId }).first();
  if (!row) throw new Error('no such preset');
  await knex('presets').where({ id: presetId }).update({ ...row, folder_id: folderId, updated_at: new Date() });
}

module.exports = { moveToFolder };
