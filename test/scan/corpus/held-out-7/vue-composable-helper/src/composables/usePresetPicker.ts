// writes: 21 supabase-update
import { ref } from 'vue';
import { updateRow } from '../lib/rows';
import { useEditorStore } from '../stores/editor';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
  style: Record<string, string>;
}

export function usePresetPicker() {
  const editor = useEditorStore();
  const active = ref<Preset | null>(null);

  async function pick(preset: Preset) {
    active.value = preset;
    editor.applyStyle(preset.style);
    await updateRow('documents', editor.documentId, { preset_id: preset.id });
    await updateRow('presets', preset.id, { usage_count: preset.usage_count + 1 });
  }

  return { active, pick };
}
