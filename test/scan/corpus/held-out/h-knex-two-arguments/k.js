// writes: 2 query-builder
export const use = (trx, id) => trx.from('presets').where({ id }).update('usage_count', trx.raw('?? + 1', ['usage_count']));
