// writes: none
const rows = await db.updateTable('presets').set({ featured: true }).where('usage_count', '>', 100).execute();
const top = await knex('presets').where('usage_count', '>', 10).update({ featured: true });
