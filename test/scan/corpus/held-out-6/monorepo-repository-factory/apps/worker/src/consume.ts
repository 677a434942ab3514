// writes: 14 supabase-update
import { createRepository } from '@acme/data';
import { createClient } from '@supabase/supabase-js';
import type { Message } from './queue';

const client = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
const presets = createRepository(client, 'presets');
const exportsOf = createRepository(client, 'export_profiles');

export async function consume(message: Message) {
  switch (message.type) {
    case 'preset.used': {
      const preset = await presets.byId(message.id);
      if (preset) await presets.update(message.id, { usage_count: preset.usage_count + 1 });
      break;
    }
    case 'export-profile.used': {
      const profile = await exportsOf.byId(message.id);
      if (profile) await exportsOf.update(message.id, { usage_count: profile.usage_count + 1 });
      break;
    }
    case 'preset.renamed':
      await presets.update(message.id, { name: message.name });
      break;
  }
}
