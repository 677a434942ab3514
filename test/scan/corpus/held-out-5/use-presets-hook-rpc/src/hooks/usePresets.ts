// writes: 31 rpc
import { useCallback, useEffect, useState } from 'react';
import { supabase } from '../lib/supabaseClient';

export interface Preset {
  id: string;
  name: string;
  category: string | null;
  usage_count: number;
}

export function usePresets(category?: string) {
  const [presets, setPresets] = useState<Preset[]>([]);
  const [loading, setLoading] = useState(true);

  const refresh = useCallback(async () => {
    setLoading(true);
    let query = supabase.from('presets').select('id, name, category, usage_count');
    if (category) query = query.eq('category', category);
    const { data } = await query.order('usage_count', { ascending: false });
    setPresets(data ?? []);
    setLoading(false);
  }, [category]);

  useEffect(() => {
    void refresh();
  }, [refresh]);

  const applyPreset = useCallback(
    async (presetId: string) => {
      const { error } = await supabase.rpc('increment_preset_usage', { preset_id: presetId });
      if (error) {
        console.warn('Could not record preset usage', error.message);
        return;
      }
      setPresets(current =>
        current.map(p => (p.id === presetId ? { ...p, usage_count: p.usage_count + 1 } : p)),
      );
    },
    [],
  );

  return { presets, loading, refresh, applyPreset };
}
