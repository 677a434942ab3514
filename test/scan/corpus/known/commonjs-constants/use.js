// writes: 6 supabase-update, 7 supabase-update
const { PRESETS, COUNTER } = require('./tables');
const { counted } = require('./patch');
const sb = require('./client');

exports.once = p => sb.from(PRESETS).update({ [COUNTER]: p[COUNTER] + 1 }).eq('id', p.id);
exports.again = p => sb.from(PRESETS).update(counted(p)).eq('id', p.id);
