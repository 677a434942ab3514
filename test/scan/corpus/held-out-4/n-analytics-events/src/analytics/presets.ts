// writes: none
import posthog from 'posthog-js';
import { track as vercelTrack } from '@vercel/analytics';
import { supabase } from '../supabase';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

export function presetApplied(preset: Preset, source: 'gallery' | 'editor') {
  const properties = { preset_id: preset.id, preset_name: preset.name, usage_count: preset.usage_count + 1, source };
  posthog.capture('preset_applied', properties);
  posthog.people.increment('usage_count', 1);
  vercelTrack('preset_applied', properties);
  window.gtag?.('event', 'increment_preset_usage', { value: 1, usage_count: preset.usage_count + 1 });
}

export async function applied(preset: Preset) {
  presetApplied(preset, 'editor');
  await supabase.rpc('track_preset_usage', { p_preset_id: preset.id });
}
