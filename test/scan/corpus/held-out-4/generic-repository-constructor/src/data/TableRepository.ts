// writes: none
import type { SupabaseClient } from '@supabase/supabase-js';

export class TableRepository<Row extends { id: string }> {
  constructor(
    private readonly client: SupabaseClient,
    private readonly table: string,
  ) {}

  async find(id: string): Promise<Row | null> {
    const { data } = await this.client.from(this.table).select('*').eq('id', id).maybeSingle();
    return data as Row | null;
  }

  async update(id: string, patch: Partial<Row>): Promise<void> {
    const { error } = await this.client.from(this.table).update(patch).eq('id', id);
    if (error) throw new Error(`${this.table}: ${error.message}`);
  }
}
