// writes: 11 supabase-update
import { useState } from 'react';
import { supabase } from './client';
import type { Database } from './database.types';

type PresetRow = Database['public']['Tables']['presets']['Row'];

export function Editor({ preset }: { preset: PresetRow }) {
  const [form, setForm] = useState(preset);
  async function submit() {
    await supabase.from('presets').update(form).eq('id', preset.id);
  }
  return <form onSubmit={submit}><input value={form.name} onChange={e => setForm({ ...form, name: e.target.value })} /></form>;
}
