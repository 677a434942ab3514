// writes: 5 sql, 7 sql
const format = require('pg-format');
const { pool } = require('./pool');

exports.bump = id => pool.query(format('UPDATE %I SET usage_count = usage_count + 1 WHERE id = %L', 'presets', id));
exports.bumpStyle = id => pool.query(format('UPDATE %I SET usage_count = usage_count + 1 WHERE id = %L', 'styles', id));
exports.raw = (knex, id) => knex.raw('UPDATE ?? SET ?? = ?? + 1 WHERE id = ?', ['presets', 'usage_count', 'usage_count', id]);
