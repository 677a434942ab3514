// writes: 5 sql
const { pool } = require('./pool');

function bump(table, column, id, by = 1) {
  return pool.query(`update "${table}" set "${column}" = coalesce("${column}", 0) + $2 where id = $1`, [id, by]);
}

module.exports = { bump };
