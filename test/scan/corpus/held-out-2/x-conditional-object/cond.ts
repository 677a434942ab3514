// writes: 3 supabase-update
export async function save(sb, preset, counted: boolean) {
  return sb.from('presets').update({ name: preset.name, ...(counted ? { usage_count: preset.usage_count + 1 } : {}) }).eq('id', preset.id);
}
