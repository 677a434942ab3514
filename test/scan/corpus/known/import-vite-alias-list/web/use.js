// writes: 4 supabase-update
import { columns, tables } from 'server/names';
export const use = (supabase, item) =>
  supabase.from(tables.presets).update({ [columns.count]: item.n + 1 }).eq('id', item.id);
