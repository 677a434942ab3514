// writes: 2 sql
export const f = (db, presetsTable, ids) => db.query('UPDATE ' + presetsTable + ' AS p ' +
  'SET ' +
  'usage_count = ' +
  'p.usage_count ' +
  '+ ' +
  '1, ' +
  'last_used_at = ' +
  'now() ' +
  'WHERE p.id IN (' +
  ids.map((_, i) => '$' + (i + 1)).join(',') + ')', ids)
