// writes: none
import { defineStore } from 'pinia';
import { supabase } from '@/supabase';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

export const usePresets = defineStore('presets', {
  state: () => ({ presets: [] as Preset[] }),
  getters: {
    popular: (state) => [...state.presets].sort((a, b) => b.usage_count - a.usage_count),
  },
  actions: {
    async load() {
      const { data } = await supabase.from('presets').select('id, name, usage_count');
      this.presets = data ?? [];
    },
    update(id: string, patch: Partial<Preset>) {
      const preset = this.presets.find((each) => each.id === id);
      if (preset) Object.assign(preset, patch);
    },
    listen() {
      return supabase
        .channel('uses')
        .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'preset_usage' }, ({ new: record }) => {
          const preset = this.presets.find((each) => each.id === record.preset_id);
          if (preset) this.update(preset.id, { usage_count: preset.usage_count + 1 });
        })
        .subscribe();
    },
  },
});
