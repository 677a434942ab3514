// writes: none
exports.up = knex =>
  knex.schema.createTable('presets', table => {
    table.uuid('id').primary();
    table.integer('usage_count').notNullable().defaultTo(0);
    table.timestamp('last_used_at');
  });
exports.down = knex => knex.schema.dropTable('presets');
