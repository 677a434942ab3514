// writes: 21 supabase-upsert
import { useEffect, useState } from 'react';
import { arrayMove } from '@dnd-kit/sortable';
import { supabase } from '@/integrations/supabase/client';
import { SortableList } from './SortableList';
import type { Tables } from '@/integrations/supabase/types';

export function SortablePresets({ folderId }: { folderId: string }) {
  const [presets, setPresets] = useState<Tables<'presets'>[]>([]);

  useEffect(() => {
    void (async () => {
      const { data } = await supabase.from('presets').select('*').eq('folder_id', folderId).order('position');
      setPresets(data ?? []);
    })();
  }, [folderId]);

  const onMove = async (from: number, to: number) => {
    const moved = arrayMove(presets, from, to).map((preset, position) => ({ ...preset, position }));
    setPresets(moved);
    const { error } = await supabase.from('presets').upsert(moved);
    if (error) setPresets(presets);
  };

  return <SortableList items={presets} onMove={onMove} render={preset => <span>{preset.name}</span>} />;
}
