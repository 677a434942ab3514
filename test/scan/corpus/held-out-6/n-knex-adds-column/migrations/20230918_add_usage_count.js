// writes: none
/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('presets', table => {
    table.integer('usage_count').notNullable().defaultTo(0);
    table.timestamp('last_used_at', { useTz: true });
    table.index(['usage_count'], 'presets_usage_count_idx');
  });

  await knex.schema.createTable('preset_usage', table => {
    table.bigIncrements('id');
    table.uuid('preset_id').notNullable().references('id').inTable('presets').onDelete('CASCADE');
    table.uuid('user_id').notNullable();
    table.timestamp('used_at', { useTz: true }).notNullable().defaultTo(knex.fn.now());
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('preset_usage');
  await knex.schema.alterTable('presets', table => {
    table.dropIndex(['usage_count'], 'presets_usage_count_idx');
    table.dropColumn('usage_count');
    table.dropColumn('last_used_at');
  });
};
