// writes: 13 supabase-upsert
import { supabase } from './client';

export class PresetEditor {
  private preset: Record<string, unknown> | null = null;

  async load(id: string) {
    const { data } = await supabase.from('presets').select('*').eq('id', id).single();
    this.preset = data;
  }

  async save(changes: object) {
    await supabase.from('presets').upsert({ ...this.preset, ...changes });
  }
}
