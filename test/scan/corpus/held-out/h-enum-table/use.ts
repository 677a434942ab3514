// writes: 5 supabase-update
import { Table } from './tables.js';
export async function use(sb: Client, id: string, n: number) {
  await sb.from(Table.PresetUsage).insert({ preset_id: id });
  return sb.from(Table.Presets).update({ usage_count: n + 1 }).eq('id', id);
}
