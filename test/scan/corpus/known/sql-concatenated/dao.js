// writes: 4 sql
async function bump(db, id) {
  const statement =
    'UPDATE presets ' +
    'SET usage_count = usage_count + 1 ' +
    'WHERE id = ?';
  await db.query(statement, [id]);
}
module.exports = { bump };
