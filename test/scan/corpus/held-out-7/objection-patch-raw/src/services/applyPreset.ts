// writes: 12 orm
import { raw } from 'objection';
import { Preset } from '../models/Preset';
import { Layer } from '../models/Layer';

export async function applyPreset(presetId: number, layerId: number) {
  return Preset.transaction(async (trx) => {
    const preset = await Preset.query(trx).findById(presetId).throwIfNotFound();
    await Layer.query(trx).findById(layerId).patch({ preset_id: preset.id });
    await Preset.query(trx)
      .findById(presetId)
      .patch({ usage_count: raw('usage_count + 1'), last_used_at: new Date().toISOString() });
    return preset;
  });
}
