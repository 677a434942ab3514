// writes: 3 query-builder
export const used = (db, id) =>
  db.updateTable('presets').set('usage_count', eb => eb('usage_count', '+', 1)).where('id', '=', id).execute();
