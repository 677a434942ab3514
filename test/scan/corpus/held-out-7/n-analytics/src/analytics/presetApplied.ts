// writes: none
import posthog from 'posthog-js';
import { Mixpanel } from './mixpanel';
import type { Preset } from '../api/presets';

export function presetApplied(preset: Preset, source: 'gallery' | 'search' | 'recent') {
  const usage_count = preset.usage_count + 1;

  posthog.capture('preset_applied', { preset_id: preset.id, usage_count, source });
  Mixpanel.people.increment('presets_applied');
  Mixpanel.track('presets.update', { id: preset.id, usage_count });

  if (usage_count === 100) {
    posthog.capture('preset_milestone', { preset_id: preset.id, milestone: usage_count });
  }
}
