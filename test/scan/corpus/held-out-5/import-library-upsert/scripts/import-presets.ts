// writes: 20 supabase-upsert
import { readFile } from 'node:fs/promises';
import { createClient } from '@supabase/supabase-js';

interface LibraryItem {
  slug: string;
  title: string;
  settings: Record<string, unknown>;
  usage_count?: number;
}

const client = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);

async function importLibrary(path: string) {
  const items: LibraryItem[] = JSON.parse(await readFile(path, 'utf8'));

  for (const item of items) {
    const { error } = await client
      .from('presets')
      .upsert(
        {
          slug: item.slug,
          name: item.title,
          settings: item.settings,
          usage_count: item.usage_count ?? 0,
        },
        { onConflict: 'slug' },
      );
    if (error) {
      console.error(`${item.slug}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  console.log(`${items.length} presets imported`);
}

await importLibrary(process.argv[2] ?? 'library.json');
