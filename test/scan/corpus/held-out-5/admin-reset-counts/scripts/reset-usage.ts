// writes: 33 supabase-update
import 'dotenv/config';
import { createClient } from '@supabase/supabase-js';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    category: { type: 'string' },
    yes: { type: 'boolean', default: false },
  },
});

const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_KEY!, {
  auth: { persistSession: false },
});

async function main() {
  if (!values.category) throw new Error('--category is required');

  const { count } = await supabase
    .from('presets')
    .select('*', { count: 'exact', head: true })
    .eq('category', values.category)
    .gt('usage_count', 0);
  console.log(`${count} presets in "${values.category}" have been used.`);
  if (!values.yes) {
    console.log('Pass --yes to reset them.');
    return;
  }

  const { error } = await supabase
    .from('presets')
    .update({ usage_count: 0 })
    .eq('category', values.category);
  if (error) throw error;
  console.log('Done.');
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
