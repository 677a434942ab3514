// writes: none
const { bump } = require('../lib/bump');

module.exports = async function generate(req, res) {
  const image = await req.app.locals.renderer.render(req.body);
  if (req.body.presetId) await bump('presets', 'usage_count', req.body.presetId);
  res.json(image);
};
