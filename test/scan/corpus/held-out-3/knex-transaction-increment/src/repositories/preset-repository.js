// writes: 12 query-builder
const knex = require('../knex');

class PresetRepository {
  constructor() {
    this.table = 'presets';
  }

  async use(id, userId) {
    return knex.transaction(async trx => {
      await trx('preset_usage').insert({ preset_id: id, user_id: userId });
      await trx(this.table).where({ id }).increment('usage_count', 1);
    });
  }
}

module.exports = new PresetRepository();
