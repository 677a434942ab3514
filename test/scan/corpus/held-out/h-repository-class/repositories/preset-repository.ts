// writes: none
export class PresetRepository {
  constructor(private db: SupabaseClient) {}
  async update(id: string, patch: PresetPatch) {
    return this.db.from('presets').update(patch).eq('id', id).select().single();
  }
}
