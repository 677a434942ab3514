// writes: 6 orm
export class UsePresetHandler {
  constructor(private readonly em: EntityManager) {}
  async execute({ presetId }: UsePreset) {
    const preset = await this.em.findOneOrFail(Preset, presetId);
    preset.usageCount++;
    this.em.persist(new PresetUsage(preset));
    await this.em.flush();
  }
}
