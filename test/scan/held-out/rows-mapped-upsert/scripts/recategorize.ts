// writes: 13 supabase-upsert
import { createClient } from '@supabase/supabase-js';

const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);

const renamed: Record<string, string> = { moody: 'cinematic', retro: 'vintage' };

async function main() {
  const { data: rows, error } = await supabase.from('presets').select('*').in('category', Object.keys(renamed));
  if (error) throw error;
  const changed = rows.map(row => ({ ...row, category: renamed[row.category] }));
  for (let start = 0; start < changed.length; start += 500) {
    await supabase.from('presets').upsert(changed.slice(start, start + 500));
  }
}

main();
