// writes: 7 orm, 15 orm
import { Preset } from '../models/preset.js';
import { PresetUsage } from '../models/presetUsage.js';

export async function usePreset(req, res) {
  await PresetUsage.create({ presetId: req.params.id, userId: req.user.id });
  await Preset.increment('usageCount', { by: 1, where: { id: req.params.id } });
  res.sendStatus(204);
}

export async function revertUse(req, res) {
  const preset = await Preset.findByPk(req.params.id);
  if (!preset) return res.sendStatus(404);
  await PresetUsage.destroy({ where: { presetId: preset.id, userId: req.user.id }, limit: 1 });
  await preset.update({ usageCount: Math.max(0, preset.usageCount - 1) });
  return res.json(preset);
}

export async function rename(req, res) {
  const preset = await Preset.findByPk(req.params.id, { rejectOnEmpty: true });
  await preset.update({ name: req.body.name });
  res.json(preset);
}
