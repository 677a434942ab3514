// writes: none
import posthog from 'posthog-js';
import Papa from 'papaparse';
import { supabase } from '../lib/supabase';

interface ExportRow {
  name: string;
  owner: string;
  usage_count: number;
  share: string;
}

export async function exportPresets() {
  const { data, error } = await supabase
    .from('presets')
    .select('name, usage_count, profiles(email)')
    .order('usage_count', { ascending: false });
  if (error) throw error;

  const total = data.reduce((sum, { usage_count }) => sum + usage_count, 0);
  const rows: ExportRow[] = data.map(preset => ({
    name: preset.name,
    owner: (preset.profiles as unknown as { email: string }).email,
    usage_count: preset.usage_count,
    share: total ? `${((100 * preset.usage_count) / total).toFixed(1)} %` : '0 %',
  }));

  posthog.capture('presets_exported', { presets: rows.length, usage_count: total });
  await supabase.from('audit_log').insert({
    action: 'export_presets',
    details: { rows: rows.length, usage_count: total },
  });

  return new Blob([Papa.unparse(rows)], { type: 'text/csv' });
}
