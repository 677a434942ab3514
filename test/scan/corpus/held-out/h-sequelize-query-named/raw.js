// writes: 2 sql
await sequelize.query('UPDATE presets SET usage_count = usage_count + :by WHERE id = :id', {
  replacements: { by: 1, id },
});
