// writes: 29 supabase-update
import { create } from 'zustand';
import { supabase } from '../supabase';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

interface PresetStore {
  presets: Preset[];
  load: () => Promise<void>;
  use: (id: string) => Promise<void>;
}

export const usePresetStore = create<PresetStore>((set, get) => ({
  presets: [],
  load: async () => {
    const { data } = await supabase.schema('public').from('presets').select('id, name, usage_count');
    set({ presets: data ?? [] });
  },
  use: async (id) => {
    const before = get().presets;
    const target = before.find((preset) => preset.id === id);
    if (!target) return;
    const usage_count = target.usage_count + 1;
    set({ presets: before.map((preset) => (preset.id === id ? { ...preset, usage_count } : preset)) });
    const { error } = await supabase.schema('public').from('presets').update({ usage_count }).eq('id', id);
    if (error) set({ presets: before });
  },
}));
