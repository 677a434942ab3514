// writes: none
import { defineStore } from 'pinia';
import { supabase } from '../lib/supabase';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

export const usePresetStore = defineStore('presets', {
  state: () => ({ items: [] as Preset[], loaded: false }),

  getters: {
    popular: (state) => [...state.items].sort((a, b) => b.usage_count - a.usage_count).slice(0, 10),
  },

  actions: {
    async load() {
      const { data } = await supabase.from('presets').select('id, name, usage_count');
      this.items = data ?? [];
      this.loaded = true;
    },

    async use(id: string, userId: string) {
      const preset = this.items.find((item) => item.id === id);
      if (!preset) return;
      preset.usage_count += 1;
      const { error } = await supabase.from('preset_usage').insert({ preset_id: id, user_id: userId });
      if (error) preset.usage_count -= 1;
    },

    listen() {
      return supabase
        .channel('presets')
        .on('postgres_changes', { event: 'UPDATE', schema: 'public', table: 'presets' }, ({ new: row }) => {
          const preset = this.items.find((item) => item.id === row.id);
          if (preset) preset.usage_count = row.usage_count;
        })
        .subscribe();
    },
  },
});
