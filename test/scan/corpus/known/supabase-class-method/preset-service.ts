// writes: 16 supabase-update
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Database } from './database.types';

export class PresetService {
  constructor(private readonly client: SupabaseClient<Database>) {}

  private get table() {
    return this.client.from('presets');
  }

  async markUsed(id: string): Promise<void> {
    const { data, error } = await this.table.select('usage_count').eq('id', id).single();
    if (error) throw error;
    await this.table
      .update({
        usage_count: (data as any).usage_count + 1,
      })
      .eq('id', id);
  }
}
