// writes: none
const { Pool } = require('pg');

const pool = new Pool();

async function incrementColumn(table, column, id) {
  await pool.query(`UPDATE ${table} SET ${column} = ${column} + 1 WHERE id = $1`, [id]);
}

module.exports = { pool, incrementColumn };
