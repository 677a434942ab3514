// writes: 15 supabase-update
import { getRow, updateRow } from '../../lib/rows';
import { renderPreview } from './preview';

interface Preset {
  id: string;
  settings: Record<string, number>;
  usage_count: number;
}

export async function applyPreset(documentId: string, presetId: string) {
  const preset = await getRow<Preset>('presets', presetId, 'id, settings, usage_count');

  await updateRow('documents', documentId, { settings: preset.settings, preset_id: preset.id });
  await updateRow('presets', presetId, { usage_count: preset.usage_count + 1 });

  return renderPreview(documentId);
}
