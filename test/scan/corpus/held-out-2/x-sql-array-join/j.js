// writes: 3 sql
const text = [
  'UPDATE presets',
  'SET usage_count = usage_count + 1',
  'WHERE id = $1',
].join('\n');
module.exports = db => id => db.none(text, [id]);
