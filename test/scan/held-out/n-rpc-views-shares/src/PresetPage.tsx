// writes: none
import { useEffect } from 'react';
import { supabase } from './supabase';

export function PresetPage({ preset }: { preset: { id: string; name: string; usage_count: number } }) {
  useEffect(() => {
    supabase.rpc('bump_preset_view_count', { p_preset_id: preset.id }).then();
  }, [preset.id]);

  return (
    <main>
      <h1>{preset.name}</h1>
      <p>{preset.usage_count} uses</p>
      <button onClick={() => supabase.rpc('increment_preset_share_count', { p_preset_id: preset.id })}>Share</button>
    </main>
  );
}
