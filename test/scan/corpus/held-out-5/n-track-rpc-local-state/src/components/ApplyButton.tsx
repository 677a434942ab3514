// writes: none
import { useOptimistic, useTransition } from 'react';
import { supabase } from '../lib/supabase';

interface Props {
  preset: { id: string; usage_count: number };
  refresh: () => Promise<void>;
}

export function ApplyButton({ preset, refresh }: Props) {
  const [pending, startTransition] = useTransition();
  const [shown, addUse] = useOptimistic(preset, (current, by: number) => ({
    ...current,
    usage_count: current.usage_count + by,
  }));

  const apply = () =>
    startTransition(async () => {
      addUse(1);
      const { error } = await supabase.rpc('track_preset_usage', {
        p_preset_id: preset.id,
        p_usage_type: 'apply',
      });
      if (error) console.error('track_preset_usage', error);
      await refresh();
    });

  return (
    <button type="button" disabled={pending} onClick={apply}>
      Apply <small>{shown.usage_count}×</small>
    </button>
  );
}
