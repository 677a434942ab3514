// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export abstract class SupabaseRepository<Row extends { id: string }> {
  protected abstract readonly table: string;

  constructor(protected readonly client: SupabaseClient) {}

  async get(id: string): Promise<Row | null> {
    const { data } = await this.client.from(this.table).select('*').eq('id', id).maybeSingle();
    return data as Row | null;
  }

  async patch(id: string, values: Partial<Row>): Promise<void> {
    const { error } = await this.client.from(this.table).update(values).eq('id', id);
    if (error) throw error;
  }
}
