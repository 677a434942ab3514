// writes: none
exports.up = async knex => {
  await knex.schema.createTable('presets', table => {
    table.uuid('id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.string('name').notNullable();
    table.jsonb('settings').notNullable().defaultTo('{}');
    table.integer('usage_count').notNullable().defaultTo(0);
    table.timestamps(true, true);
  });
};

exports.down = knex => knex.schema.dropTable('presets');
