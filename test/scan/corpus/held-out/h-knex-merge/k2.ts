// writes: 2 query-builder
await knex('presets').insert({ id, name, usage_count: 1 }).onConflict('id').merge({ usage_count: knex.raw('presets.usage_count + 1') });
