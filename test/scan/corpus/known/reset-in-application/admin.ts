// writes: 2 supabase-update
export const resetAll = sb => sb.from('presets').update({ usage_count: 0 }).neq('id', '');
