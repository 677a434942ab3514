// writes: 27 supabase-update
import { useEffect, useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { supabase } from '../supabase';
import TagInput from '../components/TagInput';

export default function PresetEditor() {
  const { presetId } = useParams();
  const navigate = useNavigate();
  const [preset, setPreset] = useState(null);
  const [saving, setSaving] = useState(false);

  useEffect(() => {
    supabase
      .from('presets')
      .select('*')
      .eq('id', presetId)
      .single()
      .then(({ data }) => setPreset(data));
  }, [presetId]);

  async function handleSubmit(e) {
    e.preventDefault();
    setSaving(true);
    const { error } = await supabase
      .from('presets')
      .update({ ...preset, name: preset.name.trim() })
      .eq('id', presetId);
    setSaving(false);
    if (!error) navigate('/admin/presets');
  }

  if (!preset) return null;

  return (
    <form onSubmit={handleSubmit}>
      <input value={preset.name} onChange={e => setPreset({ ...preset, name: e.target.value })} />
      <TagInput value={preset.tags} onChange={tags => setPreset({ ...preset, tags })} />
      <small>{preset.usage_count} uses</small>
      <button disabled={saving}>Save</button>
    </form>
  );
}
