// writes: none
import { useState } from 'react';

export function PresetCard({ initial, onUse }: Props) {
  const [preset, setPreset] = useState(initial);
  const handleUse = async () => {
    setPreset(p => ({ ...p, usage_count: p.usage_count + 1 }));
    await fetch(`/api/presets/${preset.id}/use`, { method: 'POST' });
  };
  return <button onClick={handleUse}>{preset.name} · {preset.usage_count} uses</button>;
}
