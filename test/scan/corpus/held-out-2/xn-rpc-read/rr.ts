// writes: none
const { data } = await supabase.rpc('get_preset_usage_count', { preset_id: id });
const { data: stats } = await supabase.rpc('preset_usage_stats');
