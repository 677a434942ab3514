// writes: none
const { INCREMENT } = require('./sql');
module.exports = (pool, id) => pool.query(INCREMENT, [id]);
