// writes: none
'use client';

import { useState, useTransition } from 'react';
import Image from 'next/image';
import { supabase } from '@/lib/supabase/browser';
import type { Tables } from '@/types/database';

export function PresetTile({ preset, userId }: { preset: Tables<'presets'>; userId: string }) {
  const [count, setCount] = useState(preset.usage_count);
  const [pending, startTransition] = useTransition();

  function apply() {
    setCount((current) => current + 1);
    startTransition(async () => {
      const { error } = await supabase.from('preset_usage').insert({ preset_id: preset.id, user_id: userId });
      if (error) {
        setCount(preset.usage_count);
        return;
      }
      const { data } = await supabase.from('presets').select('usage_count').eq('id', preset.id).single();
      if (data) setCount(data.usage_count);
    });
  }

  return (
    <button onClick={apply} disabled={pending} className="rounded-xl border p-2">
      <Image src={preset.thumbnail_url} alt={preset.name} width={160} height={90} />
      <span>{count} uses</span>
    </button>
  );
}
