// writes: 16 supabase-update
import { useState } from 'react';
import { toast } from 'sonner';
import { supabase } from '../lib/supabase';
import type { Preset } from '../types/preset';

export function PresetEditor({ preset, onSaved }: { preset: Preset; onSaved(): void }) {
  const [draft, setDraft] = useState<Preset>(preset);

  function change<K extends keyof Preset>(key: K, value: Preset[K]) {
    setDraft(current => ({ ...current, [key]: value }));
  }

  async function save() {
    const { id, created_at, ...fields } = draft;
    const { error } = await supabase.from('presets').update(fields).eq('id', id);
    if (error) {
      toast.error(error.message);
      return;
    }
    toast.success('Preset saved');
    onSaved();
  }

  return (
    <form onSubmit={event => { event.preventDefault(); void save(); }}>
      <input value={draft.name} onChange={event => change('name', event.target.value)} />
      <textarea value={draft.description} onChange={event => change('description', event.target.value)} />
      <label>
        <input
          type="checkbox"
          checked={draft.is_public}
          onChange={event => change('is_public', event.target.checked)}
        />
        Public
      </label>
      <button type="submit">Save</button>
    </form>
  );
}
