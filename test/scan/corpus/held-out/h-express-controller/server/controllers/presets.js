// writes: 14 supabase-update
const { createClient } = require('@supabase/supabase-js');
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_KEY);

exports.applyPreset = async (req, res, next) => {
  try {
    const { data: preset, error } = await supabase.from('presets').select('*').eq('id', req.params.id).maybeSingle();
    if (error) throw error;
    if (!preset) return res.sendStatus(404);

    const usageCount = preset.usage_count ? preset.usage_count + 1 : 1;
    const { data: updated } = await supabase
      .from('presets')
      .update({ usage_count: usageCount })
      .eq('id', preset.id)
      .select('*')
      .single();
    await supabase.from('preset_usage').insert([{ preset_id: preset.id, user_id: req.user.id }]);
    res.json(updated);
  } catch (e) {
    next(e);
  }
};
