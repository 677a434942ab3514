// writes: 6 supabase-update
export class PresetRepo {
  static readonly TABLE = 'presets';
  async inc(id: string, by = 1) {
    const row = await this.get(id);
    await supabase.from(PresetRepo.TABLE).update({ usage_count: row.usage_count + by }).eq('id', id);
  }
}
