// writes: 12 supabase-update
import { type FormEvent, useState } from 'react';
import { supabase } from '../lib/supabase';

export function EditPresetDialog({ presetId, onClose }: { presetId: string; onClose: () => void }) {
  const [name, setName] = useState('');

  async function save(event: FormEvent) {
    event.preventDefault();
    const { data: current } = await supabase.from('presets').select('*').eq('id', presetId).single();
    const next = { ...current, name };
    await supabase.from('presets').update(next).eq('id', presetId);
    onClose();
  }

  return (
    <form onSubmit={save}>
      <input value={name} onChange={event => setName(event.target.value)} />
      <button type="submit">Save</button>
    </form>
  );
}
