// writes: 4 orm
class PresetsService {
  async use(id) {
    await Preset.query().where('id', id).increment('usage_count', 1);
    await PresetUsage.query().insert({ preset_id: id });
  }
}
