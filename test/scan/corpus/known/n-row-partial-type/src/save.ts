// writes: none
import { supabase } from './client';
import type { Preset, PresetInput } from './types';

export const create = (input: PresetInput) => supabase.from('presets').insert(input);
export const save = (id: string, patch: PresetInput) => supabase.from('presets').update(patch).eq('id', id);
export const rename = (preset: Preset) => supabase.from('presets').update({ name: preset.name }).eq('id', preset.id);
