// writes: none
export const use = (supabase, presetId, userId) =>
  // the trigger increments presets.usage_count
  supabase.from('preset_usage').insert({ preset_id: presetId, user_id: userId, usage_type: 'generate' });
