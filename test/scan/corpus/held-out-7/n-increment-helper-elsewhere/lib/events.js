// writes: none
const { pool, incrementColumn } = require('./counters');

const handlers = {
  async 'preset.viewed'({ presetId }) {
    await incrementColumn('presets', 'view_count', presetId);
  },
  async 'font.used'({ fontId }) {
    await incrementColumn('fonts', 'usage_count', fontId);
  },
  async 'preset.used'({ presetId, userId }) {
    await pool.query('INSERT INTO preset_usage (preset_id, user_id) VALUES ($1, $2)', [presetId, userId]);
  },
};

module.exports = async function handle(event) {
  const handler = handlers[event.type];
  if (handler) await handler(event.payload);
};
