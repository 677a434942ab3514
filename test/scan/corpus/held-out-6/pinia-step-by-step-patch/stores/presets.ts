// writes: 31 supabase-update
import { defineStore } from 'pinia';

interface PresetRow {
  id: string;
  name: string;
  usage_count: number;
  last_used_at: string | null;
  is_favorite: boolean;
}

export const usePresetStore = defineStore('presets', () => {
  const client = useSupabaseClient();
  const items = ref<PresetRow[]>([]);

  async function load() {
    const { data } = await client.from('presets').select('id, name, usage_count, last_used_at, is_favorite');
    items.value = (data ?? []) as PresetRow[];
  }

  async function touch(id: string, options: { counted?: boolean; favorite?: boolean } = {}) {
    const preset = items.value.find(item => item.id === id);
    if (!preset) return;

    const changes: Record<string, unknown> = { last_used_at: new Date().toISOString() };
    if (options.favorite !== undefined) changes.is_favorite = options.favorite;
    if (options.counted) {
      changes.usage_count = preset.usage_count + 1;
    }

    const { error } = await client.from('presets').update(changes).eq('id', id);
    if (!error) Object.assign(preset, changes);
  }

  return { items, load, touch };
});
