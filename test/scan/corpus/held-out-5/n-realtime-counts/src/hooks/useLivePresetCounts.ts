// writes: none
import { useEffect, useState } from 'react';
import { supabase } from '../lib/supabase';

type Counts = Record<string, number>;

export function useLivePresetCounts(initial: { id: string; usage_count: number }[]) {
  const [counts, setCounts] = useState<Counts>(() =>
    Object.fromEntries(initial.map(({ id, usage_count }) => [id, usage_count])),
  );

  useEffect(() => {
    const channel = supabase
      .channel('preset-counts')
      .on(
        'postgres_changes',
        { event: 'UPDATE', schema: 'public', table: 'presets' },
        payload => {
          const { id, usage_count } = payload.new as { id: string; usage_count: number };
          setCounts(current => ({ ...current, [id]: usage_count }));
        },
      )
      .on(
        'postgres_changes',
        { event: 'INSERT', schema: 'public', table: 'preset_usage' },
        payload => {
          const id = payload.new.preset_id as string;
          setCounts(current => ({ ...current, [id]: (current[id] ?? 0) + 1 }));
        },
      )
      .subscribe();

    return () => {
      void supabase.removeChannel(channel);
    };
  }, []);

  return counts;
}
